package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
)

// keepFocus gives the focus on where the piece that has it cannot be seen any
// more: to what took its place, else to the list. Without that the keys would go
// on acting on what is gone.
func (w *Window) keepFocus() {
	canvas := w.window.Canvas()
	if canvas.Overlays().Top() != nil {
		return // what is under it gets the focus back when that closes
	}
	focused := canvas.Focused()
	if piece, ok := focused.(fyne.CanvasObject); !ok || holds(w.content, piece) {
		return
	}
	if b, ok := focused.(*button); ok {
		for _, heir := range b.heirs {
			if holds(w.content, heir) {
				canvas.Focus(heir)
				return
			}
		}
	}
	canvas.Unfocus()
	w.focusList()
}

// page is how far PageDown scrolls, as a share of what is seen: a line or two of
// it stay.
const page = 0.85

// scrolled lets the keys scroll what has no row to go to: a sheet, and the pane,
// where it has the focus. It tells whether that was the key's meaning.
func (w *Window) scrolled(event *fyne.KeyEvent) bool {
	scroll, whole := w.scrollOfKeys()
	if scroll == nil {
		return false
	}
	by := map[fyne.KeyName]float32{
		fyne.KeyPageDown: scroll.Size().Height * page, fyne.KeyPageUp: -scroll.Size().Height * page,
		fyne.KeyHome: -scroll.Content.Size().Height, fyne.KeyEnd: scroll.Content.Size().Height,
	}
	if whole {
		by[fyne.KeyDown], by[fyne.KeyUp] = rowSize, -rowSize
	}
	far, ok := by[event.Name]
	if ok {
		room := max(0, scroll.Content.MinSize().Height-scroll.Size().Height)
		scroll.ScrollToOffset(fyne.NewPos(0, min(max(scroll.Offset.Y+far, 0), room)))
	}
	return ok
}

// scrollOfKeys is what the keys scroll, and whether the arrows do too: beside the
// list those go to its rows.
func (w *Window) scrollOfKeys() (scroll *container.Scroll, whole bool) {
	if w.dialog != nil {
		return nil, false
	}
	if w.sheet != nil {
		return w.sheet.scroll, true
	}
	if w.narrow() && w.layout.details {
		return w.pane.scroll, true
	}
	if piece, ok := w.window.Canvas().Focused().(fyne.CanvasObject); ok && holds(w.pane.scroll, piece) {
		return w.pane.scroll, false
	}
	return nil, false
}

// TypedShortcut implements fyne.Shortcutable. With Ctrl the cursor moves without
// choosing, and Ctrl+Space chooses one more: so rows are picked that do not stand
// side by side.
func (l *fileList) TypedShortcut(shortcut fyne.Shortcut) {
	custom, ok := shortcut.(*desktop.CustomShortcut)
	if !ok || custom.Modifier != fyne.KeyModifierShortcutDefault {
		l.kit.shortcut(shortcut)
		return
	}
	by := map[fyne.KeyName]int{
		fyne.KeyDown: 1, fyne.KeyUp: -1, fyne.KeyHome: -l.rows.Len(), fyne.KeyEnd: l.rows.Len(),
	}
	steps, moves := by[custom.KeyName]
	switch {
	case moves && l.rows.Len() > 0:
		l.keys = true
		next := min(max(indexOf(l.rows, l.sel.cursor)+steps, 0), l.rows.Len()-1)
		l.sel.cursor = l.rows.ID(next)
		l.ScrollTo(next)
		l.redraw()
	case custom.KeyName == fyne.KeySpace:
		l.toggleCursor()
	default:
		l.kit.shortcut(shortcut)
	}
}
