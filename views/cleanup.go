package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// roomFacts says what the copies on this computer take, with the way to make
// room, and more buttons beside it.
func (w *Window) roomFacts(more ...fyne.CanvasObject) fyne.CanvasObject {
	t, c := w.words, w.connection
	facts := column(grid / 2)
	say := func(id string, size int64, importance widget.Importance) {
		if size < 0 {
			return
		}
		p := newParagraph(theme.SizeNameText, importance)
		p.SetText(t.Text(id, words.Args{"Size": t.Bytes(size)}))
		facts.Add(p)
	}
	say("storage.used", c.Used, widget.MediumImportance)
	say("storage.free", c.Free, widget.LowImportance)
	clean := newButton(w.kit, raised, glyphBin, t.Text("clean.button"), w.showCleanUp)
	facts.Add(inset(grid/2, 0, container.New(&wrapLayout{gap: grid}, append([]fyne.CanvasObject{clean}, more...)...)))
	return facts
}

// cleanPage is where copies on this computer are deleted by their age.
type cleanPage struct {
	w       *Window
	choices *fyne.Container
	state   *paragraph
	chosen  int // its place among offers
	offers  []CleanUp
	yes     *button
	closed  bool
}

// showCleanUp opens the page, and looks what there is to delete.
func (w *Window) showCleanUp() {
	t := w.words
	p := &cleanPage{w: w, choices: column(grid / 2), chosen: -1}
	p.state = newSentence(t.Text("clean.looking"))
	p.yes = newButton(w.kit, danger, glyphNone, t.Text("clean.yes"), p.clean)
	p.yes.enable(false)
	no := newButton(w.kit, raised, glyphNone, t.Text("ask.no"), func() { w.closeSheet() })
	body := column(grid*1.5, newSentence(t.Text("clean.text")), p.choices, p.state)
	w.openSheet(t.Text("clean.title"), body, atEnd(no, p.yes), no, func() { p.closed = true })
	w.actions.CleanUps(p.offer)
}

// offer shows what can be deleted.
func (p *cleanPage) offer(offers []CleanUp, problem string) {
	if p.closed {
		return
	}
	t := p.w.words
	p.offers = offers
	for i, o := range offers {
		label := t.Text("clean.all")
		if o.Days > 0 {
			label = t.Count("clean.older", o.Days)
		}
		b := newButton(p.w.kit, tick, glyphBoxOff, label, func() { p.choose(i) })
		if b.tint = colorQuiet; o.Files == 0 {
			b.tint = colorDash
		}
		b.note = joined(t.Count("all.files", o.Files), t.Bytes(o.Bytes))
		b.enable(o.Files > 0)
		p.choices.Add(container.NewHBox(b))
	}
	if problem == "" && (len(offers) == 0 || offers[len(offers)-1].Files == 0) {
		problem = t.Text("clean.nothing")
	}
	setParagraph(p.state, shown(problem))
	p.w.resizeSheet()
}

func (p *cleanPage) choose(chosen int) {
	p.chosen = chosen
	for i, row := range p.choices.Objects {
		b := row.(*fyne.Container).Objects[0].(*button)
		b.icon = glyphBoxOff
		if i == chosen {
			b.icon = glyphBoxOn
		}
		b.Refresh()
	}
	p.yes.put(p.w.words.Count("delete.yes", p.offers[chosen].Files), "")
	p.yes.enable(true)
	p.w.resizeSheet()
}

func (p *cleanPage) clean() {
	days := p.offers[p.chosen].Days
	p.w.closeSheet()
	p.w.actions.CleanUp(days, p.w.Say)
}
