package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// reveal scrolls the sheet, or the pane, so that a piece of it that has got the
// focus is seen whole, with a little around it for its ring. A field whose middle
// can be seen stays where it is: it may have been clicked on, and must not move
// away under the mouse. Buttons get the focus from the keys alone.
func (w *Window) reveal(piece fyne.CanvasObject) {
	scroll := w.scrollOf(piece)
	if scroll == nil || scroll.Size().Height <= 0 {
		return
	}
	top, tall, seen := above(piece)-above(scroll.Content), piece.Size().Height, scroll.Offset.Y
	if top < 0 || top > scroll.Content.Size().Height {
		return // what it stands in was not laid out yet
	}
	slack := tall / 2
	if _, ok := piece.(*button); ok {
		slack = 0
	}
	switch {
	case top+slack < seen:
		scroll.ScrollToOffset(fyne.NewPos(0, max(top-grid, 0)))
	case top+tall-slack > seen+scroll.Size().Height:
		scroll.ScrollToOffset(fyne.NewPos(0, top+tall+grid-scroll.Size().Height))
	}
}

// scrollOf is what a piece scrolls in; nil where it does not, as the buttons under
// a page.
func (w *Window) scrollOf(piece fyne.CanvasObject) *container.Scroll {
	switch {
	case w.app.Driver().CanvasForObject(piece) == nil:
		return nil
	case w.sheet != nil:
		if holds(w.sheet.scroll.Content, piece) {
			return w.sheet.scroll
		}
	case w.pane != nil && holds(w.pane.scroll.Content, piece):
		return w.pane.scroll
	}
	return nil
}

// above is how far from the top of the window an object is.
func above(object fyne.CanvasObject) float32 {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(object).Y
}

// holds tells whether an object can be seen in another one's containers.
func holds(in, object fyne.CanvasObject) bool {
	if !in.Visible() {
		return false
	}
	switch in := in.(type) {
	case *fyne.Container:
		for _, child := range in.Objects {
			if holds(child, object) {
				return true
			}
		}
	case *surface:
		return holds(in.content, object)
	case *island:
		return holds(in.content, object)
	case *container.ThemeOverride:
		return holds(in.Content, object)
	case *container.Scroll:
		return holds(in.Content, object)
	}
	return in == object
}
