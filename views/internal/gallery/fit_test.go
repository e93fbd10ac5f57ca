//go:build !race

// The race detector has nothing to find in what lies where, and takes minutes.

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"quicksync.me/desktop/views/words"
)

// languages are those that the window speaks.
func languages(t *testing.T) (tags []string) {
	t.Helper()
	c, err := words.New("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Languages() {
		tags = append(tags, l.Tag)
	}
	return tags
}

// least is the smallest window that there is.
var least = fyne.NewSize(600, 440)

// TestEverythingFits walks through all that can be seen in each scene, in each
// language, in the smallest window: nothing has less room than it needs, sticks
// out of what holds it, or lies over its neighbour.
func TestEverythingFits(t *testing.T) {
	a := test.NewTempApp(t)
	for _, language := range languages(t) {
		for _, state := range slices.Sorted(maps.Keys(scenes)) {
			check(t, a, pose{state: state, language: language, size: least, scale: 1})
		}
	}
}

// TestEverythingFitsAWideWindow is for what is seen in that alone, with long words
// and long names.
func TestEverythingFitsAWideWindow(t *testing.T) {
	a := test.NewTempApp(t)
	for state := range scenes {
		check(t, a, pose{state: state, language: "de", size: fyne.NewSize(1100, 700), scale: 1.5})
	}
}

func check(t *testing.T, a fyne.App, p pose) {
	t.Helper()
	for _, fault := range faults(t, a, p) {
		t.Errorf("%s: %s", p.file(), fault)
	}
}

// faults tells what does not fit in a pose.
func faults(t *testing.T, a fyne.App, p pose) []string {
	t.Helper()
	window, end, err := p.act(a)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	c := window.Canvas()
	f := &fitting{found: map[string]bool{}}
	all := box{size: c.Size()}
	f.walk(c.Content(), place{box: box{size: c.Content().Size()}, clip: all})
	for _, over := range c.Overlays().List() {
		f.walk(over, place{box: box{size: over.Size()}, clip: all})
	}
	return slices.Sorted(maps.Keys(f.found))
}

// box is where something is in the window.
type box struct {
	at   fyne.Position
	size fyne.Size
}

func (b box) right() float32  { return b.at.X + b.size.Width }
func (b box) bottom() float32 { return b.at.Y + b.size.Height }

// slack is as much as rounding may move an edge, in Fyne's units.
const slack = 1

// overlaps tells whether two boxes have room in common.
func (b box) overlaps(o box) bool {
	return b.at.X+slack < o.right() && o.at.X+slack < b.right() && b.at.Y+slack < o.bottom() && o.at.Y+slack < b.bottom()
}

// place is where the walk is: clip is what can be seen of it, and low tells that
// the rest can be scrolled to.
type place struct {
	box
	clip  box
	low   bool
	trail string
}

func (p place) into(object fyne.CanvasObject) place {
	p.box = box{p.at.Add(object.Position()), object.Size()}
	p.trail += "/" + strings.TrimPrefix(fmt.Sprintf("%T", object), "*")
	return p
}

// fitting collects what does not fit.
type fitting struct{ found map[string]bool }

func (f *fitting) fault(p place, format string, values ...any) {
	f.found[fmt.Sprintf(format, values...)+" in "+p.trail] = true
}

// walk looks at an object whose place is known, and at all in it.
func (f *fitting) walk(object fyne.CanvasObject, p place) {
	if _, ok := object.(interface{ SelectedText() string }); ok {
		f.room(object, p)
		return // what is typed moves in its field
	}
	switch o := object.(type) {
	case *fyne.Container:
		f.room(o, p)
		f.inside(o, p)
		f.children(o.Objects, p)
	case *container.Scroll:
		p.clip, p.low = p.box, true
		f.children([]fyne.CanvasObject{o.Content}, p)
	case fyne.Widget:
		f.room(o, p)
		objects := test.WidgetRenderer(o).Objects()
		f.apart(texts(objects), p)
		f.children(objects, p)
	case *canvas.Text:
		f.text(o, p)
	}
}

func (f *fitting) children(objects []fyne.CanvasObject, p place) {
	for _, child := range objects {
		if child != nil && child.Visible() {
			f.walk(child, p.into(child))
		}
	}
}

// room: nothing is smaller than it has to be.
func (f *fitting) room(object fyne.CanvasObject, p place) {
	least := object.MinSize()
	if p.size.Width+slack < least.Width || p.size.Height+slack < least.Height {
		f.fault(p, "%v has %v, needs %v", said(object), p.size, least)
	}
}

// inside: a container is around all that it holds, which stands side by side
// unless it is laid over each other on purpose.
func (f *fitting) inside(c *fyne.Container, p place) {
	var shown []fyne.CanvasObject
	for _, child := range c.Objects {
		if !child.Visible() || child.Size().IsZero() {
			continue
		}
		shown = append(shown, child)
		b := p.into(child).box
		if b.at.X+slack < p.at.X || b.at.Y+slack < p.at.Y || b.right() > p.right()+slack || b.bottom() > p.bottom()+slack {
			f.fault(p, "%v at %v of %v sticks out of %v of %v", said(child), b.at, b.size, p.at, p.size)
		}
	}
	switch fmt.Sprintf("%T", c.Layout) {
	case "layout.stackLayout", "views.groundLayout":
		return
	}
	f.apart(shown, p)
}

// apart: no two of these lie over each other.
func (f *fitting) apart(objects []fyne.CanvasObject, p place) {
	for i, a := range objects {
		for _, b := range objects[:i] {
			if p.into(a).box.overlaps(p.into(b).box) {
				f.fault(p, "%v lies over %v", said(a), said(b))
			}
		}
	}
}

// text: a line of text is seen whole, or can be scrolled to.
func (f *fitting) text(t *canvas.Text, p place) {
	ink := inkOf(t, p.box)
	if ink.at.X+slack < p.clip.at.X || ink.right() > p.clip.right()+slack {
		f.fault(p, "%q is cut at the side: %v of %v in %v", t.Text, ink.at, ink.size, p.clip)
	}
	if !p.low && (ink.at.Y+slack < p.clip.at.Y || ink.bottom() > p.clip.bottom()+slack) {
		f.fault(p, "%q is cut above or below: %v of %v in %v", t.Text, ink.at, ink.size, p.clip)
	}
	if ink.size.Width > p.size.Width+slack && p.size.Width > 0 {
		f.fault(p, "%q is %v wide and has %v", t.Text, ink.size.Width, p.size.Width)
	}
}

// inkOf is where the letters of a text are in its box.
func inkOf(t *canvas.Text, b box) box {
	spare := b.size.Width - t.MinSize().Width
	switch t.Alignment {
	case fyne.TextAlignTrailing:
		b.at.X += spare
	case fyne.TextAlignCenter:
		b.at.X += spare / 2
	}
	b.size = t.MinSize()
	return b
}

// texts are those of these objects that can be read.
func texts(objects []fyne.CanvasObject) (found []fyne.CanvasObject) {
	for _, object := range objects {
		if t, ok := object.(*canvas.Text); ok && t.Visible() && t.Text != "" {
			stand := canvas.NewRectangle(nil)
			ink := inkOf(t, box{t.Position(), t.Size()})
			stand.Move(ink.at)
			stand.Resize(ink.size)
			found = append(found, stand)
		}
	}
	return found
}

// said names an object by the first text in it.
func said(object fyne.CanvasObject) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", object), "*")
	var first string
	var look func(fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		if first != "" || o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *canvas.Text:
			first = o.Text
		case *fyne.Container:
			for _, child := range o.Objects {
				look(child)
			}
		case fyne.Widget:
			for _, child := range test.WidgetRenderer(o).Objects() {
				look(child)
			}
		}
	}
	look(object)
	return fmt.Sprintf("%s %q", name, first)
}
