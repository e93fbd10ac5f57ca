package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// progress is a slim bar that fills from the left.
type progress struct {
	widget.BaseWidget
	track, fill *canvas.Rectangle
	share       float32
	held        bool
}

func newProgress() *progress {
	p := &progress{track: &canvas.Rectangle{CornerRadius: 2}, fill: &canvas.Rectangle{CornerRadius: 2}}
	p.ExtendBaseWidget(p)
	return p
}

func (p *progress) set(share float32, held bool) {
	if p.share != share || p.held != held {
		p.share, p.held = share, held
		p.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (p *progress) CreateRenderer() fyne.WidgetRenderer {
	r := &progressRenderer{progress: p, objects: []fyne.CanvasObject{p.track, p.fill}}
	r.Refresh()
	return r
}

type progressRenderer struct {
	progress *progress
	objects  []fyne.CanvasObject
}

func (r *progressRenderer) Refresh() {
	setFill(r.progress.track, colorTrack)
	if r.progress.held {
		setFill(r.progress.fill, colorDash)
	} else {
		setFill(r.progress.fill, colorAccent)
	}
	r.Layout(r.progress.Size())
}

func (r *progressRenderer) Layout(size fyne.Size) {
	r.progress.track.Resize(size)
	r.progress.fill.Resize(fyne.NewSize(size.Width*r.progress.share, size.Height))
}

func (r *progressRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, 4) }
func (r *progressRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *progressRenderer) Destroy()                     {}

// mostCells is how many cells a map of parts has at most; a file of ten
// thousand parts shows as many parts in each.
const mostCells = 40

// partsMap shows the parts of a file as cells that fill as they arrive.
type partsMap struct {
	widget.BaseWidget
	parts, done int
	cells       []fyne.CanvasObject
}

func newPartsMap() *partsMap {
	m := &partsMap{}
	m.ExtendBaseWidget(m)
	return m
}

func (m *partsMap) set(parts, done int) {
	if m.parts != parts || m.done != done {
		m.parts, m.done = parts, done
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
	count := min(r.parts, mostCells)
	for len(r.cells) < count {
		r.cells = append(r.cells, &canvas.Rectangle{CornerRadius: 2})
	}
	r.cells = r.cells[:count]
	full := 0
	if r.parts > 0 {
		full = r.done * count / r.parts
	}
	for i, cell := range r.cells {
		tint := colorTrack
		if i < full {
			tint = colorAccent
		}
		setFill(cell.(*canvas.Rectangle), tint)
	}
	r.Layout(r.partsMap.Size())
	canvas.Refresh(r.partsMap)
}

func (r *partsRenderer) Layout(size fyne.Size) {
	const gap = 2
	if len(r.cells) == 0 {
		return
	}
	wide := (size.Width+gap)/float32(len(r.cells)) - gap
	for i, cell := range r.cells {
		cell.Move(fyne.NewPos(float32(i)*(wide+gap), 0))
		cell.Resize(fyne.NewSize(wide, size.Height))
	}
}

func (r *partsRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, grid) }
func (r *partsRenderer) Objects() []fyne.CanvasObject { return r.cells }
func (r *partsRenderer) Destroy()                     {}
