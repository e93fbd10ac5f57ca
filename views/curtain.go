package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// A curtain stands for what a window holds until that is needed. What makes a
// window takes the desktop a while, in which letters can be read; what it holds
// can be made afterwards, in time for the first picture. Fyne makes the window
// when it is shown, and then asks how much room its content needs: that is when a
// curtain that was lifted has it made. It is laid out by Fyne, which tells all that
// it holds first on which screen they are: a drawing that knows of none is made four
// times as large, and then once more. Should Fyne ask sooner, nothing is lost but the
// time.
type curtain struct {
	widget.BaseWidget
	make    func() fyne.CanvasObject
	lifted  bool
	content fyne.CanvasObject // nil until it was made
}

func newCurtain(make func() fyne.CanvasObject) *curtain {
	c := &curtain{make: make}
	c.ExtendBaseWidget(c)
	return c
}

// lift has the content made when somebody asks for it.
func (c *curtain) lift() { c.lifted = true }

// lay has what was lifted made and laid out where showing the window has not.
func (c *curtain) lay() {
	_ = c.MinSize()
	if c.content.Size() != c.Size() {
		c.Refresh()
	}
}

// MinSize implements fyne.CanvasObject.
func (c *curtain) MinSize() fyne.Size {
	if c.content == nil && c.lifted {
		c.content = c.make()
	}
	if c.content == nil {
		return fyne.Size{}
	}
	return c.content.MinSize()
}

// CreateRenderer implements fyne.Widget.
func (c *curtain) CreateRenderer() fyne.WidgetRenderer { return &curtainRenderer{c: c} }

// curtainRenderer shows the content, once there is one, in all of the room.
type curtainRenderer struct{ c *curtain }

// Destroy implements fyne.WidgetRenderer.
func (r *curtainRenderer) Destroy() {}

// Layout implements fyne.WidgetRenderer.
func (r *curtainRenderer) Layout(size fyne.Size) {
	if r.c.content != nil {
		r.c.content.Resize(size)
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *curtainRenderer) MinSize() fyne.Size { return r.c.MinSize() }

// Objects implements fyne.WidgetRenderer.
func (r *curtainRenderer) Objects() []fyne.CanvasObject {
	if r.c.content == nil {
		return nil
	}
	return []fyne.CanvasObject{r.c.content}
}

// Refresh implements fyne.WidgetRenderer.
func (r *curtainRenderer) Refresh() { r.Layout(r.c.Size()) }
