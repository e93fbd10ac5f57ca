package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// newGround makes what lies under the content of a surface, and returns its
// pieces, which have one colour. Round corners are worked out for each pixel of a
// rectangle: over a whole window that takes a computer without a graphics card
// longer than all else that is drawn. So only the ends are round, and what lies
// between them is plain. With an edge all of it is one piece.
func newGround(edged bool) (object fyne.CanvasObject, pieces []*canvas.Rectangle) {
	round := func() *canvas.Rectangle { return &canvas.Rectangle{CornerRadius: radius} }
	if edged {
		all := round()
		return all, []*canvas.Rectangle{all}
	}
	pieces = []*canvas.Rectangle{round(), round(), {}}
	return container.New(groundLayout{}, pieces[0], pieces[1], pieces[2]), pieces
}

// groundLayout puts a round piece at the top, another at the bottom, and the plain
// one over half of each: it has the colour of both.
type groundLayout struct{}

// Layout implements fyne.Layout.
func (groundLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	end := min(2*radius, size.Height)
	for i, top := range []float32{0, size.Height - end} {
		objects[i].Move(fyne.NewPos(0, top))
		objects[i].Resize(fyne.NewSize(size.Width, end))
	}
	objects[2].Move(fyne.NewPos(0, end/2))
	objects[2].Resize(fyne.NewSize(size.Width, size.Height-end))
}

// MinSize implements fyne.Layout.
func (groundLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
