package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// kit is what every piece of the window is made with: its words, what can be
// asked for, and where a key goes that the piece itself has no use for.
type kit struct {
	words   *words.Catalogue
	actions Actions
	canvas  func() fyne.Canvas
	// key and shortcut take what a focused piece leaves over.
	key      func(*fyne.KeyEvent)
	shortcut func(fyne.Shortcut)
	// reveal brings a piece into sight that the keys have come to.
	reveal func(fyne.CanvasObject)
}

// line is one line of text that follows the theme and is cut with an ellipsis
// where it does not fit.
type line struct {
	widget.BaseWidget
	text *canvas.Text
	full string
	tint fyne.ThemeColorName
	size float32
	// whole lines are never cut; middle ones lose their middle, not their end, and
	// clauses what does not fit of their clauses.
	whole, middle, clauses bool
}

func newLine(size float32, tint fyne.ThemeColorName, style fyne.TextStyle) *line {
	l := &line{text: canvas.NewText("", theme.Color(tint)), tint: tint, size: size}
	l.text.TextSize, l.text.TextStyle = size, style
	l.ExtendBaseWidget(l)
	return l
}

// newTitle, newBody and newCaption make a line in one of the three sizes.
func newTitle() *line   { return newLine(titleText, colorInk, fyne.TextStyle{Bold: true}) }
func newBody() *line    { return newLine(normalText, colorInk, fyne.TextStyle{}) }
func newCaption() *line { return newLine(captionText, colorQuiet, fyne.TextStyle{}) }

func (l *line) set(text string, tint fyne.ThemeColorName) {
	if text == l.full && tint == l.tint {
		return
	}
	l.full, l.tint = text, tint
	l.Refresh()
}

// MinSize implements fyne.CanvasObject.
func (l *line) MinSize() fyne.Size {
	size := fyne.MeasureText(l.full, l.size, l.text.TextStyle)
	if !l.whole {
		size.Width = 0
	}
	return size
}

// CreateRenderer implements fyne.Widget.
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	return &lineRenderer{line: l, objects: []fyne.CanvasObject{l.text}}
}

type lineRenderer struct {
	line    *line
	objects []fyne.CanvasObject
}

func (r *lineRenderer) Layout(size fyne.Size) {
	r.fit(size.Width)
	tall := r.line.text.MinSize().Height
	r.line.text.Move(fyne.NewPos(0, (size.Height-tall)/2))
	r.line.text.Resize(fyne.NewSize(size.Width, tall))
}

func (r *lineRenderer) fit(width float32) {
	cut := elideEnd
	switch {
	case r.line.middle:
		cut = elideMiddle
	case r.line.clauses:
		cut = cutToClause
	}
	text := r.line.full
	if !r.line.whole {
		text = cut(text, width, measure(r.line.size, r.line.text.TextStyle))
	}
	setText(r.line.text, text, r.line.tint)
}

func (r *lineRenderer) MinSize() fyne.Size           { return r.line.MinSize() }
func (r *lineRenderer) Refresh()                     { r.fit(r.line.Size().Width) }
func (r *lineRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *lineRenderer) Destroy()                     {}

// setText draws a text anew only when it, or its colour, is another one.
func setText(t *canvas.Text, text string, tint fyne.ThemeColorName) {
	c := theme.Color(tint)
	if t.Text == text && t.Color == c {
		return
	}
	t.Text, t.Color = text, c
	t.Refresh()
}

func setFill(r *canvas.Rectangle, tint fyne.ThemeColorName) {
	c := theme.Color(tint)
	if r.FillColor == c {
		return
	}
	r.FillColor = c
	r.Refresh()
}

// show makes an object visible or not, and does nothing when it is so already.
func show(object fyne.CanvasObject, visible bool) {
	switch {
	case visible && !object.Visible():
		object.Show()
	case !visible && object.Visible():
		object.Hide()
	}
}

// surface is a field of one colour with round corners under its content.
type surface struct {
	widget.BaseWidget
	fill, edge fyne.ThemeColorName
	ground     fyne.CanvasObject
	pieces     []*canvas.Rectangle
	content    fyne.CanvasObject
}

func newSurface(fill, edge fyne.ThemeColorName, content fyne.CanvasObject) *surface {
	s := &surface{fill: fill, edge: edge, content: content}
	s.ground, s.pieces = newGround(edge != colorClear)
	s.ExtendBaseWidget(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *surface) CreateRenderer() fyne.WidgetRenderer {
	s.paint()
	stack := container.NewStack(s.ground, s.content)
	return &surfaceRenderer{surface: s, stack: stack, objects: []fyne.CanvasObject{stack}}
}

func (s *surface) paint() {
	for _, piece := range s.pieces {
		piece.FillColor = theme.Color(s.fill)
		if s.edge != colorClear {
			piece.StrokeColor, piece.StrokeWidth = theme.Color(s.edge), 1
		}
	}
}

type surfaceRenderer struct {
	surface *surface
	stack   *fyne.Container
	objects []fyne.CanvasObject
}

func (r *surfaceRenderer) Layout(size fyne.Size)        { r.stack.Resize(size) }
func (r *surfaceRenderer) MinSize() fyne.Size           { return r.stack.MinSize() }
func (r *surfaceRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *surfaceRenderer) Destroy()                     {}

func (r *surfaceRenderer) Refresh() {
	r.surface.paint()
	r.stack.Refresh()
}

// inset puts room around an object.
func inset(vertical, horizontal float32, object fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedLayout(vertical, vertical, horizontal, horizontal), object)
}

// column stacks objects from top to bottom, gap apart; beside puts them in a
// row, each centred on it.
func column(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(layout.NewCustomPaddedVBoxLayout(gap), objects...)
}

func beside(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&besideLayout{gap: gap}, objects...)
}
