package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// mark is a drawing of a fixed size that follows the theme.
type mark struct {
	widget.BaseWidget
	image *canvas.Image
	glyph glyph
	tint  fyne.ThemeColorName
}

func newMark(size float32) *mark {
	m := &mark{image: newImage()}
	m.image.SetMinSize(fyne.NewSquareSize(size))
	m.ExtendBaseWidget(m)
	return m
}

// newArt makes a mark of the size of the drawings of empty states.
func newArt(g glyph) *mark {
	m := newMark(0)
	m.image.SetMinSize(fyne.NewSize(160, 112))
	m.put(g, colorQuiet)
	return m
}

func (m *mark) put(g glyph, tint fyne.ThemeColorName) {
	m.glyph, m.tint = g, tint
	setImage(m.image, g, tint)
}

// CreateRenderer implements fyne.Widget.
func (m *mark) CreateRenderer() fyne.WidgetRenderer {
	return &markRenderer{widget.NewSimpleRenderer(m.image), m}
}

type markRenderer struct {
	fyne.WidgetRenderer
	mark *mark
}

// Refresh implements fyne.WidgetRenderer.
func (r *markRenderer) Refresh() { setImage(r.mark.image, r.mark.glyph, r.mark.tint) }
