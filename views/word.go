package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// word is a text within a row that can be tapped. It takes no focus: the keys
// reach the same through the row and its menu, and Tab would have to stop at
// every row.
type word struct {
	widget.BaseWidget
	text    *canvas.Text
	under   *canvas.Rectangle
	onTap   func()
	hovered bool
}

var (
	_ fyne.Tappable      = (*word)(nil)
	_ desktop.Hoverable  = (*word)(nil)
	_ desktop.Cursorable = (*word)(nil)
)

func newWord(onTap func()) *word {
	w := &word{text: &canvas.Text{TextSize: normalText}, under: &canvas.Rectangle{}, onTap: onTap}
	w.ExtendBaseWidget(w)
	return w
}

func (w *word) put(text string) {
	setText(w.text, text, colorLink)
	setFill(w.under, colorLink)
	show(w.under, w.hovered)
}

// Tapped implements fyne.Tappable.
func (w *word) Tapped(*fyne.PointEvent) { w.onTap() }

// MouseIn implements desktop.Hoverable.
func (w *word) MouseIn(*desktop.MouseEvent) {
	w.hovered = true
	show(w.under, true)
}

// MouseMoved implements desktop.Hoverable.
func (w *word) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (w *word) MouseOut() {
	w.hovered = false
	show(w.under, false)
}

// Cursor implements desktop.Cursorable.
func (w *word) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (w *word) CreateRenderer() fyne.WidgetRenderer {
	show(w.under, w.hovered)
	return &wordRenderer{word: w, objects: []fyne.CanvasObject{w.text, w.under}}
}

type wordRenderer struct {
	word    *word
	objects []fyne.CanvasObject
}

func (r *wordRenderer) Layout(size fyne.Size) {
	r.word.text.Resize(size)
	r.word.under.Move(fyne.NewPos(0, size.Height-2))
	r.word.under.Resize(fyne.NewSize(size.Width, 1))
}

func (r *wordRenderer) MinSize() fyne.Size           { return r.word.text.MinSize() }
func (r *wordRenderer) Refresh()                     { r.word.put(r.word.text.Text) }
func (r *wordRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *wordRenderer) Destroy()                     {}
