package views

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// connectPage is where a key is pasted. One field is enough; the rest is
// folded. A test goes the whole way and names the step that did not work.
type connectPage struct {
	w               *Window
	placeID         string // of the storage that gets a new key
	key             *field
	server, session *field
	hide            *namesChoice
	fold            *button
	folded          *fyne.Container
	steps           *fyne.Container
	done            []Step
	problem         *paragraph
	report          *button
	reportBox       *fyne.Container
	test, connect   *button
	cancel          func()         // ends what is under way, a test or connecting
	of              ConnectionForm // what that is about
	closed          bool
}

// showConnect opens the page for a new storage.
func (w *Window) showConnect() {
	w.openConnect(&connectPage{w: w}, w.words.Text("connect.title"), "", Place{NamesHidden: true})
}

// showNewKey opens the page for a new key for the current storage, and says why
// it needs one.
func (w *Window) showNewKey() {
	place := w.place()
	title := w.words.Text("connect.newKey", words.Args{"Name": w.placeName(place)})
	w.openConnect(&connectPage{w: w, placeID: place.ID}, title, w.connection.Problem, place)
}

func (w *Window) openConnect(p *connectPage, title, why string, place Place) {
	t := w.words
	p.key = newSecret(w.kit, t.Text("connect.key"))
	p.server = newField(w.kit, cmp.Or(shown(place.Server), t.Text("connect.serverHint")))
	p.session = newField(w.kit, t.Text("connect.sessionHint"))
	p.key.OnChanged, p.server.OnChanged, p.session.OnChanged = p.changed, p.changed, p.changed
	p.key.OnSubmitted = func(string) { p.submit() }
	p.hide = newNamesChoice(w, place, func(bool) { p.changed("") })
	p.fold = newButton(w.kit, small, glyphRight, t.Text("connect.more"), p.unfold)
	p.folded = column(grid,
		labelled(t.Text("connect.server"), p.server),
		labelled(t.Text("connect.session"), p.session),
		p.hide.box)
	p.folded.Hide()
	p.steps = column(grid / 2)
	p.problem = newParagraph(theme.SizeNameText, widget.DangerImportance)
	p.problem.Hide()
	p.makeButtons()
	reason := newParagraph(theme.SizeNameText, widget.DangerImportance)
	setParagraph(reason, shown(why))
	body := column(grid*1.5, reason, newSentence(t.Text("connect.where")), roomy(p.key),
		container.NewHBox(p.fold), p.folded, p.steps, p.reportBox, p.problem, newNote(t.Text("privacy.contents")))
	close := newButton(w.kit, raised, glyphNone, t.Text("ask.no"), func() { w.closeSheet() })
	w.openSheet(title, body, atEnd(close, p.test, p.connect), p.key, p.leave)
	w.page = p
	p.enable()
}

func (p *connectPage) makeButtons() {
	t := p.w.words
	p.report = newButton(p.w.kit, small, glyphCopy, t.Text("connect.report"), nil)
	p.reportBox = container.NewHBox(p.report)
	p.reportBox.Hide()
	p.test = newButton(p.w.kit, raised, glyphNone, t.Text("connect.test"), p.runTest)
	p.connect = newButton(p.w.kit, accent, glyphNone, t.Text("connect.yes"), p.submit)
}

func labelled(name string, object fyne.CanvasObject) fyne.CanvasObject {
	label := newCaption()
	label.set(name, colorQuiet)
	return column(grid/2, label, roomy(object))
}

// roomy gives a widget of Fyne its own distances back.
func roomy(object fyne.CanvasObject) fyne.CanvasObject {
	return container.NewThemeOverride(object, still{theme.Current()})
}

func (p *connectPage) form() ConnectionForm {
	return ConnectionForm{
		PlaceID: p.placeID,
		Key:     p.key.Text, Server: p.server.Text, SessionID: p.session.Text, HideNames: p.hide.checked,
	}
}

// enable lets the buttons be pressed once there is a key, and nothing is under way.
func (p *connectPage) enable() {
	ready := p.key.Text != "" && p.cancel == nil
	p.test.enable(ready)
	p.connect.enable(ready)
}

func (p *connectPage) unfold() {
	show(p.folded, !p.folded.Visible())
	p.fold.icon = glyphRight
	if p.folded.Visible() {
		p.fold.icon = glyphDown
	}
	p.fold.Refresh()
	p.w.resizeSheet()
}

// runTest starts the test; its steps appear as they end.
func (p *connectPage) runTest() {
	p.clear()
	p.begin(func(over func()) func() {
		return p.w.actions.Test(p.form(), p.step, func(ok bool, report string) {
			over()
			p.finish(ok, report)
		})
	})
}

// changed takes away what was told of another key or server.
func (p *connectPage) changed(string) {
	p.clear()
	p.enable()
}

// isOther tells that another key or server stands there by now than what is under way
// is about: nothing is told of that any more.
func (p *connectPage) isOther() bool { return p.of != p.form() }

func (p *connectPage) clear() {
	p.done = nil
	p.say("")
	show(p.reportBox, false)
	p.drawSteps()
}

// begin starts what leaving the page ends, and calls over when it has ended.
func (p *connectPage) begin(start func(over func()) (cancel func())) {
	finished := false
	p.of = p.form()
	cancel := start(func() { finished, p.cancel = true, nil })
	if !finished {
		p.cancel = cancel
	}
	p.enable()
}

// step takes one step over: the end of the one that was running, or a new one.
func (p *connectPage) step(s Step) {
	if p.closed || p.isOther() {
		return
	}
	if last := len(p.done) - 1; last >= 0 && p.done[last].Name == s.Name {
		p.done[last] = s
	} else {
		p.done = append(p.done, s)
	}
	p.drawSteps()
}

func (p *connectPage) finish(ok bool, report string) {
	if p.closed {
		return
	}
	p.enable()
	if p.isOther() {
		return
	}
	if ok {
		p.done = append(p.done, Step{Name: p.w.words.Text("connect.works")})
		p.drawSteps()
	}
	p.report.onTap = func() { p.w.copyText(report) }
	show(p.reportBox, report != "")
	p.w.resizeSheet()
}

func (p *connectPage) drawSteps() {
	p.steps.RemoveAll()
	for _, s := range p.done {
		p.steps.Add(stepLine(p.w.words, s))
	}
	p.w.resizeSheet()
}

func stepLine(t *words.Catalogue, s Step) fyne.CanvasObject {
	icon, text := newMark(iconSize), newBody()
	tint := colorInk
	switch {
	case s.Running:
		icon.put(glyphDot, colorDash)
		tint = colorQuiet
	case s.Problem != "":
		icon.put(glyphCross, colorDanger)
	default:
		icon.put(glyphCheck, colorGood)
	}
	name := s.Name
	if s.Running {
		name = t.Text("connect.running", words.Args{"Step": s.Name})
	}
	text.set(shown(name), tint)
	line := container.New(&besideLayout{gap: grid, grow: text}, icon, text)
	if s.Problem == "" {
		return line
	}
	problem := newParagraph(theme.SizeNameText, widget.DangerImportance)
	problem.SetText(shown(s.Problem))
	return column(grid/2, line, inset(0, iconSize+grid, problem))
}

// submit connects. The page stays open with the reason when that fails.
func (p *connectPage) submit() {
	if p.key.Text == "" || p.cancel != nil {
		return
	}
	p.say("")
	p.begin(func(over func()) func() {
		return p.w.actions.Connect(p.form(), func(problem string) {
			over()
			p.connected(problem)
		})
	})
}

func (p *connectPage) connected(problem string) {
	if p.closed {
		return
	}
	p.enable()
	if problem == "" {
		p.w.closeSheet()
		return
	}
	if !p.isOther() {
		p.say(problem)
	}
}

func (p *connectPage) say(problem string) {
	setParagraph(p.problem, shown(problem))
	p.w.resizeSheet()
}

// leave ends what is under way, and forgets the key.
func (p *connectPage) leave() {
	p.closed = true
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	p.key.SetText("")
	p.w.page = nil
}
