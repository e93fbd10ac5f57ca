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
