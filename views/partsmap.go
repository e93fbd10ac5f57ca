package views

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// The map of parts: so many cells in a row at most, each as high, with a gap
// between.
const (
	cellsInRow         = 32
	cellHeight float32 = 7
	cellGap    float32 = 2
)

// partsMap shows the parts of a file as cells that fill as they arrive.
type partsMap struct {
	widget.BaseWidget
	parts []Part
	cells []fyne.CanvasObject // rectangles, one a part
}

func newPartsMap() *partsMap {
	m := &partsMap{}
	m.ExtendBaseWidget(m)
	return m
}

// put draws the cells that changed.
func (m *partsMap) put(parts []Part) {
	if !slices.Equal(m.parts, parts) {
		m.parts = parts
		m.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (m *partsMap) CreateRenderer() fyne.WidgetRenderer {
	r := &partsRenderer{m}
	r.Refresh()
	return r
}

type partsRenderer struct{ *partsMap }

func (r *partsRenderer) Refresh() {
	for len(r.cells) < len(r.parts) {
		r.cells = append(r.cells, &canvas.Rectangle{CornerRadius: 2})
	}
	another := len(r.cells) != len(r.parts)
	r.cells = r.cells[:len(r.parts)]
	for i, part := range r.parts {
		setFill(r.cells[i].(*canvas.Rectangle), tintOfPart(part))
	}
	r.Layout(r.partsMap.Size())
	if another {
		canvas.Refresh(r.partsMap)
	}
}

func tintOfPart(p Part) fyne.ThemeColorName {
	switch p {
	case PartDone:
		return colorAccent
	case PartMoving:
		return colorMoving
	default:
		return colorTrack
	}
}

// rows is how many rows of cells there are.
func (r *partsRenderer) rows() int { return (len(r.parts) + cellsInRow - 1) / cellsInRow }

func (r *partsRenderer) Layout(size fyne.Size) {
	if len(r.cells) == 0 {
		return
	}
	across := (len(r.cells) + r.rows() - 1) / r.rows()
	wide := (size.Width+cellGap)/float32(across) - cellGap
	for i, cell := range r.cells {
		cell.Move(fyne.NewPos(float32(i%across)*(wide+cellGap), float32(i/across)*(cellHeight+cellGap)))
		cell.Resize(fyne.NewSize(wide, cellHeight))
	}
}

func (r *partsRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, float32(r.rows())*(cellHeight+cellGap))
}

func (r *partsRenderer) Objects() []fyne.CanvasObject { return r.cells }
func (r *partsRenderer) Destroy()                     {}
