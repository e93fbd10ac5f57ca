package views

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Heights of the top of the pane: with a picture, and with a drawing.
const (
	pictureSize float32 = 168
	drawingSize float32 = 88
	drawingIcon float32 = 44
)

// hero is what a file looks like: a small picture of it, or the drawing of its
// kind. It keeps the room of a picture that is being made.
type hero struct {
	widget.BaseWidget
	back    *canvas.Rectangle
	picture *canvas.Image
	icon    *mark
	tall    bool
}

func newHero() *hero {
	h := &hero{back: &canvas.Rectangle{CornerRadius: radius}, picture: newImage(), icon: newMark(drawingIcon)}
	h.picture.CornerRadius = radius / 2
	h.picture.ScaleMode = canvas.ImageScaleSmooth
	h.picture.Hide()
	h.ExtendBaseWidget(h)
	return h
}

// put shows a picture, or a drawing where there is none (yet).
func (h *hero) put(g glyph, tint fyne.ThemeColorName, picture image.Image, coming bool) {
	h.icon.put(g, tint)
	if h.picture.Image != picture {
		h.picture.Image = picture
		h.picture.Refresh()
	}
	show(h.picture, picture != nil)
	show(h.icon, picture == nil)
	if tall := coming || picture != nil; tall != h.tall {
		h.tall = tall
		h.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (h *hero) CreateRenderer() fyne.WidgetRenderer {
	r := &heroRenderer{h, []fyne.CanvasObject{h.back, h.picture, h.icon}}
	r.paint()
	return r
}

type heroRenderer struct {
	*hero
	objects []fyne.CanvasObject
}

func (r *heroRenderer) paint() { setFill(r.back, colorTrack) }

func (r *heroRenderer) Layout(size fyne.Size) {
	const edge = grid / 2
	r.back.Resize(size)
	r.picture.Move(fyne.NewPos(edge, edge))
	r.picture.Resize(size.SubtractWidthHeight(2*edge, 2*edge))
	r.icon.Resize(fyne.NewSquareSize(drawingIcon))
	r.icon.Move(fyne.NewPos((size.Width-drawingIcon)/2, (size.Height-drawingIcon)/2))
}

func (r *heroRenderer) MinSize() fyne.Size {
	if r.tall {
		return fyne.NewSize(0, pictureSize)
	}
	return fyne.NewSize(0, drawingSize)
}

func (r *heroRenderer) Refresh() {
	r.paint()
	r.icon.Refresh()
	r.Layout(r.hero.Size())
	canvas.Refresh(r.hero)
}

func (r *heroRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *heroRenderer) Destroy()                     {}
