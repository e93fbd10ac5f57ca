package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Widths at which the window is laid out in another way.
const (
	wideFrom    float32 = 900 // the pane stands beside the list
	leastWidth  float32 = 600
	leastHeight float32 = 440
	// tallFrom is where the field to drop on has room under the list; in a lower
	// window rows have it, if there are so many.
	tallFrom float32 = 560
)

// windowLayout lays out the whole window. Where it is narrow, the pane takes
// the list's place while it is asked for, and gives it back.
type windowLayout struct {
	w       *Window
	size    fyne.Size
	details bool // a narrow window shows the pane
}

// Layout implements fyne.Layout.
func (l *windowLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	l.size = size
	l.arrange()
}

// MinSize implements fyne.Layout.
func (l *windowLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(max(leastWidth, l.w.top.box.MinSize().Width-l.w.top.spare+3*grid), leastHeight)
}

// arrange places everything, by the size of the window and by what there is to
// show: an empty storage has neither filters nor a pane.
func (l *windowLayout) arrange() {
	if l.size.Width <= 0 {
		return
	}
	const margin = grid * 1.5
	w := l.w
	fresh := w.panel.zone.box.Visible()
	l.dress(fresh)
	w.top.show(w)
	width := l.size.Width - 2*margin
	y := margin + l.put(w.top.box, margin, margin, width, w.top.box.MinSize().Height) + margin
	if w.strip.box.Visible() {
		w.strip.box.Resize(fyne.NewSize(width, w.strip.box.Size().Height)) // its words wrap at the width
		y += l.put(w.strip.box, margin, y, width, w.strip.box.MinSize().Height) + margin
	}
	show(w.filters.box, !fresh)
	if !fresh {
		w.filters.box.Resize(fyne.NewSize(width, w.filters.box.Size().Height)) // its chips wrap at the width
		y += l.put(w.filters.box, margin, y, width, w.filters.box.MinSize().Height) + grid
	}
	foot := max(w.bottom.box.MinSize().Height, buttonSize)
	l.put(w.bottom.box, margin+grid/2, l.size.Height-foot-grid, width-grid/2, foot)
	l.body(fresh, margin, y, width, l.size.Height-y-foot-2*grid)
}

// dress gives the accent to the one thing to do next: the answer to the strip,
// the button of the empty window, or the one that adds files.
func (l *windowLayout) dress(fresh bool) {
	asked := l.w.strip.presses()
	adding, first := accent, accent
	if asked || fresh {
		adding = raised
	}
	if asked {
		first = raised
	}
	l.w.top.add.wear(adding)
	l.w.panel.zone.add.wear(first)
}

// body divides the middle of the window between list and pane.
func (l *windowLayout) body(fresh bool, x, y, width, height float32) {
	w := l.w
	beside := l.size.Width >= wideFrom
	w.panel.offerDrop(l.size.Height >= tallFrom || w.panel.spare(height))
	instead := !beside && l.details && !fresh
	show(w.pane.box, !fresh && (beside || instead))
	show(w.panel.box, !instead)
	show(w.pane.head, instead)
	if beside && !fresh {
		l.put(w.pane.box, x+width-paneWidth, y, paneWidth, height)
		width -= paneWidth + grid
	} else {
		l.put(w.pane.box, x, y, width, height)
	}
	l.put(w.panel.box, x, y, width, height)
}

func (l *windowLayout) put(object fyne.CanvasObject, x, y, width, height float32) float32 {
	object.Move(fyne.NewPos(x, y))
	object.Resize(fyne.NewSize(width, height))
	return height
}

// narrow tells whether the pane has no room beside the list.
func (w *Window) narrow() bool { return w.layout.size.Width < wideFrom }

func (w *Window) showDetails() { w.turn(true) }

func (w *Window) hideDetails() { w.turn(false) }

func (w *Window) turn(details bool) {
	w.layout.details = details
	w.layout.arrange()
	canvas.Refresh(w.content)
	if details {
		w.window.Canvas().Focus(w.pane.back)
		return
	}
	w.focusList()
}
