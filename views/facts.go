package views

import (
	"strings"
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
	text := column(0, f.name, f.value)
	objects := []fyne.CanvasObject{text}
	if copied {
		f.copy = newButton(w.kit, quiet, glyphCopy, "", func() { w.copyText(f.full) })
		f.copy.tint = colorQuiet
		objects = append(objects, f.copy)
	}
	f.box = container.New(&besideLayout{gap: grid / 2, grow: text}, objects...)
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
	w           *Window
	box         *fyne.Container
	added, kind *fact
	from        *fact

	fold     *button
	trouble  *troubleFact
	folded   *fyne.Container
	parts    *fact
	partsMap *partsMap
	size     *fact
	key, who *fact
	cid      *fact
	sum      *sumFact
}

func newFactSheet(w *Window) *factSheet {
	t := w.words
	s := &factSheet{w: w, partsMap: newPartsMap()}
	s.added = newFact(w, t.Text("fact.added"), false)
	s.kind = newFact(w, t.Text("fact.type"), false)
	s.from = newFact(w, t.Text("fact.from"), true)
	s.parts = newFact(w, t.Text("fact.parts"), false)
	s.size = newFact(w, t.Text("fact.size"), true)
	s.key = newFact(w, t.Text("fact.key"), true)
	s.who = newFact(w, t.Text("fact.creator"), true)
	s.cid = newFact(w, t.Text("fact.cid"), true)
	s.sum = newSumFact(w)
	s.trouble = newTroubleFact(w)
	s.fold = newButton(w.kit, small, glyphRight, t.Text("fact.technical"), s.toggle)
	s.folded = column(grid, s.trouble.box, s.parts.box, s.partsMap, s.size.box, s.key.box, s.who.box, s.cid.box, s.sum.box)
	s.box = column(grid, s.added.box, s.kind.box, s.from.box, container.NewHBox(s.fold), s.folded)
	s.unfold()
	return s
}

func (s *factSheet) toggle() {
	s.w.technical = !s.w.technical
	s.unfold()
	s.w.pane.settle()
}

// unfold shows what is technical as the person left it.
func (s *factSheet) unfold() {
	s.fold.icon = glyphRight
	if s.w.technical {
		s.fold.icon = glyphDown
	}
	s.fold.Refresh()
	show(s.folded, s.w.technical)
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
	s.kind.put(kindWord(t, d.Row.Name))
	s.from.put(d.From)
	parts := ""
	if d.Parts > 0 {
		parts = t.Count("fact.partsOf", d.Parts, words.Args{"Done": t.Number(d.PartsDone)})
	}
	s.parts.put(parts)
	show(s.partsMap, len(d.Cells) > 1)
	s.partsMap.put(d.Cells)
	size := ""
	if d.Row.Size >= 0 {
		size = t.ExactBytes(d.Row.Size)
	}
	s.size.put(size)
	s.key.put(d.FileKey)
	s.who.put(d.Creator)
	s.cid.put(d.CID)
	s.sum.show(s.w, d)
	s.trouble.put(d.Trouble)
	canvas.Refresh(s.box)
}

// kindWord says what a file is, by the ending of its name.
func kindWord(t *words.Catalogue, name string) string {
	word := t.Text(kindWords[kindOf(name).glyph])
	if end := strings.ToUpper(strings.TrimPrefix(ending(shown(name)), ".")); end != "" {
		return t.Text("kind.of", words.Args{"Kind": word, "Ending": end})
	}
	return word
}

var kindWords = map[glyph]string{
	glyphPicture: "kind.picture", glyphFilm: "kind.film", glyphSound: "kind.sound", glyphDocument: "kind.document",
	glyphSheet: "kind.sheet", glyphArchive: "kind.archive", glyphCode: "kind.code", glyphFile: "kind.file",
}
