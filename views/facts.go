package views

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"quicksync.me/desktop/views/words"
)

// fact is one thing that is known of a file: its name over its value, with a
// button that copies the value where somebody may want it.
type fact struct {
	box   *fyne.Container
	name  *line
	value *line
	full  string
	copy  *button
}

func newFact(w *Window, name string, copied bool) *fact {
	f := &fact{name: newCaption(), value: newBody()}
	f.name.set(name, colorQuiet)
	f.value.middle = true
	objects := []fyne.CanvasObject{f.value}
	if copied {
		f.copy = newButton(w.kit, quiet, glyphCopy, "", func() { w.copyText(f.full) })
		f.copy.tint = colorQuiet
		objects = append(objects, f.copy)
	}
	f.box = column(0, f.name, container.New(&besideLayout{gap: grid / 2, grow: f.value}, objects...))
	return f
}

// put shows a value, and hides the fact where there is none.
func (f *fact) put(value string) {
	f.full = value
	f.value.set(shown(value), colorInk)
	show(f.box, value != "")
}

// factSheet holds what is known of one file: what everybody understands in the
// open, the rest under a fold.
type factSheet struct {
	w     *Window
	box   *fyne.Container
	added *fact
	from  *fact

	fold     *button
	folded   *fyne.Container
	open     bool
	parts    *fact
	partsMap *partsMap
	size     *fact
	key, who *fact
	cid, sum *fact
}

func newFactSheet(w *Window) *factSheet {
	t := w.words
	s := &factSheet{w: w, partsMap: newPartsMap()}
	s.added = newFact(w, t.Text("fact.added"), false)
	s.from = newFact(w, t.Text("fact.from"), true)
	s.parts = newFact(w, t.Text("fact.parts"), false)
	s.size = newFact(w, t.Text("fact.size"), true)
	s.key = newFact(w, t.Text("fact.key"), true)
	s.who = newFact(w, t.Text("fact.creator"), true)
	s.cid = newFact(w, t.Text("fact.cid"), true)
	s.sum = newFact(w, t.Text("fact.checksum"), true)
	s.fold = newButton(w.kit, small, glyphRight, t.Text("fact.technical"), s.toggle)
	s.folded = column(grid, s.parts.box, s.partsMap, s.size.box, s.key.box, s.who.box, s.cid.box, s.sum.box)
	s.folded.Hide()
	s.box = column(grid, s.added.box, s.from.box, container.NewHBox(s.fold), s.folded)
	return s
}

func (s *factSheet) toggle() {
	s.open = !s.open
	s.fold.icon = glyphRight
	if s.open {
		s.fold.icon = glyphDown
	}
	s.fold.Refresh()
	show(s.folded, s.open)
	s.w.pane.scroll.Content.Refresh()
}

func (s *factSheet) show(d Detail) {
	show(s.box, d.Count == 1)
	if d.Count != 1 {
		return
	}
	t := s.w.words
	added := ""
	if !d.Row.Added.IsZero() {
		added = t.Moment(d.Row.Added, time.Now())
	}
	s.added.put(added)
	s.from.put(d.From)
	parts := ""
	if d.Parts > 0 {
		parts = t.Count("fact.partsOf", d.Parts, words.Args{"Done": t.Number(d.PartsDone)})
	}
	s.parts.put(parts)
	show(s.partsMap, d.Parts > 1)
	s.partsMap.set(d.Parts, d.PartsDone)
	size := ""
	if d.Row.Size >= 0 {
		size = t.ExactBytes(d.Row.Size)
	}
	s.size.put(size)
	s.key.put(d.FileKey)
	s.who.put(d.Creator)
	s.cid.put(d.CID)
	s.sum.put(d.Checksum)
	canvas.Refresh(s.box)
}
