package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// reveal scrolls the pane, so that a piece of it that has got the focus can be
// seen. One whose middle can be seen stays where it is: it may have been clicked
// on, and must not move away under the mouse.
func (w *Window) reveal(piece fyne.CanvasObject) {
	if w.pane == nil || !holds(w.pane.scroll.Content, piece) {
		return
	}
	scroll := w.pane.scroll
	top := above(piece) - above(scroll)
	middle := top + piece.Size().Height/2
	if middle >= 0 && middle <= scroll.Size().Height {
		return
	}
	scroll.ScrollToOffset(fyne.NewPos(0, scroll.Offset.Y+middle-scroll.Size().Height/2))
}

// above is how far from the top of the window an object is.
func above(object fyne.CanvasObject) float32 {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(object).Y
}

// holds tells whether an object is in another one's containers.
func holds(in, object fyne.CanvasObject) bool {
	switch in := in.(type) {
	case *fyne.Container:
		for _, child := range in.Objects {
			if holds(child, object) {
				return true
			}
		}
	case *surface:
		return holds(in.content, object)
	case *container.ThemeOverride:
		return holds(in.Content, object)
	}
	return in == object
}
