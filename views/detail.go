package views

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// detailPane tells of the selection: of one file, of several, or of the whole
// storage while none is selected. The link comes first, what is technical is
// folded away.
type detailPane struct {
	w      *Window
	box    *fyne.Container
	scroll *container.Scroll
	now    Detail

	back         *button
	icon         *mark
	title        *widget.Label
	state        *widget.Label
	share        *progress
	hint         *widget.Label
	link         *linkCard
	problem      *surface
	problemText  *widget.Label
	buttons      *fyne.Container
	save, retry  *button
	pause, play  *button
	cancel, bin  *button
	each         *button
	facts        *factSheet
	privacy      *widget.Label
	privacyTitle *line
}

func newDetailPane(w *Window) *detailPane {
	p := &detailPane{w: w, icon: newMark(28), share: newProgress(), link: newLinkCard(w), facts: newFactSheet(w)}
	p.back = newButton(w.kit, quiet, glyphBack, w.words.Text("detail.back"), w.hideDetails)
	p.title = newParagraph(theme.SizeNameSubHeadingText, widget.MediumImportance)
	p.title.TextStyle.Bold = true
	p.state = newParagraph(theme.SizeNameText, widget.LowImportance)
	p.hint = newParagraph(theme.SizeNameText, widget.LowImportance)
	p.privacyTitle = newLine(captionText, colorQuiet, fyne.TextStyle{Bold: true})
	p.privacyTitle.set(w.words.Text("privacy.title"), colorQuiet)
	p.privacy = newNote(w.words.Text("privacy.contents"))
	p.problemText = newParagraph(theme.SizeNameText, widget.DangerImportance)
	p.problem = newSurface(colorRaised, colorEdge, inset(grid*1.5, grid*1.5, p.problemText))
	p.makeButtons()
	p.assemble()
	return p
}

// inTile puts a drawing on a square of its own, at the top of its room.
func inTile(icon *mark) fyne.CanvasObject {
	return container.NewVBox(newSurface(colorRaised, colorEdge, inset(grid*1.25, grid*1.25, icon)))
}

func (p *detailPane) makeButtons() {
	k, t, a := p.w.kit, p.w.words, p.w.actions
	ask := func(act func([]string)) func() { return func() { act(idsOf(p.w.list.selected(), nil)) } }
	p.save = newButton(k, raised, glyphSave, t.Text("menu.save"), ask(p.w.saveTo))
	p.retry = newButton(k, raised, glyphAgain, t.Text("menu.retry"), ask(a.Retry))
	p.pause = newButton(k, raised, glyphPause, t.Text("menu.pause"), ask(a.Pause))
	p.play = newButton(k, raised, glyphPlay, t.Text("menu.resume"), ask(a.Resume))
	p.cancel = newButton(k, raised, glyphCross, t.Text("menu.cancel"), ask(a.Cancel))
	p.bin = newButton(k, danger, glyphBin, t.Text("menu.delete"), p.w.askDelete)
	p.each = newButton(k, raised, glyphFiles, t.Text("menu.each"), ask(p.w.sendEach))
	p.buttons = container.New(&wrapLayout{gap: grid}, p.retry, p.pause, p.play, p.cancel, p.save, p.bin, p.each)
}

func (p *detailPane) assemble() {
	words := column(grid/4, p.title, p.state)
	body := column(grid*2,
		column(grid*1.5, container.NewBorder(nil, nil, inTile(p.icon), nil, inset(0, grid*1.5, words)), p.share),
		p.hint, p.link.surface, p.problem, p.buttons, p.facts.box,
		column(grid/2, p.privacyTitle, p.privacy))
	p.scroll = container.NewVScroll(inset(grid*2, grid*2, body))
	loose := container.NewThemeOverride(p.scroll, flush{theme.Current()})
	head := inset(grid/2, grid/2, container.NewHBox(p.back))
	p.box = container.NewStack(newSurface(colorPanel, colorClear, container.NewBorder(head, nil, nil, nil, loose)))
	p.back.Hide()
}

// show draws the selection.
func (p *detailPane) show(d Detail) {
	if d.Row.ID != p.now.Row.ID || d.Count != p.now.Count {
		p.scroll.ScrollToTop()
	}
	p.now = d
	p.showTitle(d)
	one := d.Count == 1
	p.showProgress(d)
	p.link.show(d)
	failed := one && (d.Row.State == Failed || d.Row.State == Gone)
	show(p.problem, failed && d.Row.Message != "")
	if failed {
		setParagraph(p.problemText, shown(d.Row.Message))
	}
	p.showButtons(d)
	p.facts.show(d)
	show(p.privacyTitle, one)
	show(p.privacy, one)
	p.showPrivacy(d)
	p.scroll.Content.Refresh()
}

func (p *detailPane) showTitle(d Detail) {
	t := p.w.words
	switch d.Count {
	case 0:
		p.icon.put(glyphFolder, colorQuiet)
		setParagraph(p.title, t.Count("detail.total", d.Total))
		setParagraph(p.state, t.Bytes(d.Size))
		setParagraph(p.hint, t.Text("detail.hint"))
	case 1:
		k := kindOf(d.Row.Name)
		p.icon.put(k.glyph, k.tint)
		setParagraph(p.title, shown(d.Row.Name))
		setParagraph(p.state, joined(stateWord(t, d.Row.State), t.Bytes(d.Row.Size)))
		setParagraph(p.hint, "")
	default:
		p.icon.put(glyphFiles, colorQuiet)
		setParagraph(p.title, t.Count("detail.several", d.Count))
		setParagraph(p.state, t.Bytes(d.Size))
		setParagraph(p.hint, "")
	}
}

func (p *detailPane) showProgress(d Detail) {
	moving := d.Count == 1 && barred(d.Row)
	show(p.share, moving)
	if moving {
		share, _ := shareOf(p.w.words, d.Row.Sent, d.Row.Size)
		p.share.set(share, d.Row.State == Paused)
		note, _ := movingNote(p.w.words, d.Row)
		setParagraph(p.state, note)
	}
}

func (p *detailPane) showButtons(d Detail) {
	any := d.Count > 0
	show(p.retry, any && d.Can.Retry)
	show(p.pause, any && d.Can.Pause)
	show(p.play, any && d.Can.Resume)
	show(p.cancel, any && d.Can.Cancel)
	show(p.save, any && d.Can.Save)
	show(p.each, any && d.Can.Each)
	show(p.bin, any && d.Can.Delete)
	show(p.buttons, any && d.Can != Can{Copy: d.Can.Copy})
}

func (p *detailPane) showPrivacy(d Detail) {
	text := p.w.privacy(d.NamesHidden)
	if p.privacy.Text != text {
		p.privacy.SetText(text)
	}
}

// linkCard is the link of one file: whether there is one, whom it serves and
// for how long, and the button that copies it.
type linkCard struct {
	w              *Window
	surface        *surface
	id             string
	title          *line
	text, problem  *widget.Label
	copy, renew    *button
	buttons, inner *fyne.Container
}

func newLinkCard(w *Window) *linkCard {
	c := &linkCard{w: w, title: newLine(captionText, colorQuiet, fyne.TextStyle{Bold: true})}
	c.title.set(w.words.Text("link.title"), colorQuiet)
	c.text = newParagraph(theme.SizeNameText, widget.MediumImportance)
	c.problem = newParagraph(theme.SizeNameText, widget.DangerImportance)
	c.copy = newButton(w.kit, raised, glyphCopy, w.words.Text("link.copy"), func() { w.actions.CopyLink(c.id) })
	c.renew = newButton(w.kit, quiet, glyphAgain, w.words.Text("link.new"), func() { w.actions.NewLink(c.id) })
	c.buttons = container.New(&wrapLayout{gap: grid / 2}, c.copy, c.renew)
	c.inner = column(grid, c.title, c.text, c.problem, c.buttons)
	c.surface = newSurface(colorRaised, colorEdge, inset(grid*1.5, grid*1.5, c.inner))
	return c
}

func (c *linkCard) show(d Detail) {
	l := d.Link
	c.id = d.Row.ID
	possible := d.Count == 1 && (d.Row.HasLink || d.Can.Copy || l.URL != "" || l.Making || l.Problem != "")
	show(c.surface, possible)
	if !possible {
		return
	}
	setParagraph(c.text, c.sentence(l))
	setParagraph(c.problem, shown(l.Problem))
	show(c.copy, d.Can.Copy)
	show(c.renew, d.Can.Copy && (l.URL != "" || l.Problem != ""))
	show(c.buttons, d.Can.Copy)
	c.inner.Refresh()
}

// sentence says whom a link serves, and until when.
func (c *linkCard) sentence(l Link) string {
	t := c.w.words
	if l.Making {
		return t.Text("link.making")
	}
	if l.URL == "" {
		return ""
	}
	until := t.Text("link.limited")
	if !l.WorksUntil.IsZero() {
		until = t.Text("link.until", words.Args{"Time": t.Moment(l.WorksUntil, time.Now())})
	}
	return t.Joined(reachSentence(t, l.Reach), until)
}

func reachSentence(t *words.Catalogue, r Reach) string {
	switch r {
	case ReachThisComputer:
		return t.Text("reach.computer")
	case ReachLocalNetwork:
		return t.Text("reach.network")
	case ReachAnyone:
		return t.Text("reach.anyone")
	default:
		return t.Text("reach.nobody")
	}
}
