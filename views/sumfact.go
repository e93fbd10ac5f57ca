package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// sumFact is the SHA-256 of a file: a button that computes it, how far that is,
// and at the end the sum. Hashing a film takes a while and is not to look dead.
type sumFact struct {
	box, running  *fyne.Container
	name          *line
	compute, stop *button
	bar           *progress
	read          *line
	problem       *paragraph
	sum           *fact
	id            string
}

func newSumFact(w *Window) *sumFact {
	t := w.words
	s := &sumFact{name: newCaption(), bar: newProgress(), read: newCaption()}
	s.name.set(t.Text("sum.title"), colorQuiet)
	s.compute = newButton(w.kit, raised, glyphNone, t.Text("sum.compute"), func() { w.actions.Sum(s.id) })
	s.stop = newButton(w.kit, quiet, glyphCross, t.Text("ask.no"), func() { w.actions.StopSum() })
	s.problem = newParagraph(theme.SizeNameText, widget.DangerImportance)
	s.running = column(grid/2, s.bar, besideGrowing(s.read, s.stop))
	s.sum = newFact(w, t.Text("sum.title"), true)
	s.compute.heirs, s.stop.heirs = []*button{s.stop, s.sum.copy}, []*button{s.sum.copy, s.compute}
	s.box = column(grid/2, s.name, s.problem, s.running, beside(grid, s.compute), s.sum.box)
	return s
}

func (s *sumFact) show(w *Window, d Detail) {
	s.id = d.Row.ID
	u := d.Sum
	known := u.SHA256 != ""
	show(s.box, u.Possible || known || u.Problem != "")
	show(s.name, !known)
	show(s.running, u.Running)
	show(s.compute, u.Possible && !u.Running && !known)
	setParagraph(s.problem, shown(u.Problem))
	s.sum.put(u.SHA256)
	if u.Running {
		share, _ := shareOf(w.words, u.Read, u.Size)
		s.bar.set(share, false)
		s.read.set(w.words.Sent(u.Read, u.Size), colorQuiet)
	}
}
