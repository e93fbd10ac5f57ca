package views

import "fyne.io/fyne/v2"

// reveal scrolls the sheet so that a piece of it that has got the focus is seen
// whole, with a little around it for its ring.
func (w *Window) reveal(object fyne.CanvasObject) {
	if w.sheet == nil || w.sheet.scroll == nil {
		return
	}
	scroll := w.sheet.scroll
	driver := w.app.Driver()
	if scroll.Size().Height <= 0 || driver.CanvasForObject(object) == nil {
		return
	}
	at := driver.AbsolutePositionForObject(object).Subtract(driver.AbsolutePositionForObject(scroll.Content))
	if at.X < 0 || at.Y < 0 || at.Y > scroll.Content.Size().Height {
		return // it is not of this sheet's content
	}
	top, bottom := at.Y-grid, at.Y+object.Size().Height+grid
	switch seen := scroll.Offset.Y; {
	case top < seen:
		scroll.ScrollToOffset(fyne.NewPos(0, max(top, 0)))
	case bottom > seen+scroll.Size().Height:
		scroll.ScrollToOffset(fyne.NewPos(0, bottom-scroll.Size().Height))
	}
}
