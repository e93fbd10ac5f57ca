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
	head         *fyne.Container // of back
	hero         *hero
	title        *paragraph
	state        *paragraph
	tally        *paragraph
	share        *progress
	hint         *paragraph
	link         *linkCard
	saving       *savingCard
	problem      *surface
	problemText  *paragraph
	buttons      *fyne.Container
	save, retry  *button
	pause, play  *button
	cancel, bin  *button
	each         *button
	copyAll      *button
	facts        *factSheet
	privacy      *paragraph
	privacyTitle *line
}

func newDetailPane(w *Window) *detailPane {
	p := &detailPane{
		w: w, hero: newHero(), share: newProgress(), link: newLinkCard(w), saving: newSavingCard(w), facts: newFactSheet(w),
	}
	p.back = newButton(w.kit, quiet, glyphBack, w.words.Text("detail.back"), w.hideDetails)
	p.title = newParagraph(theme.SizeNameSubHeadingText, widget.MediumImportance)
	p.title.TextStyle.Bold = true
	p.state = newParagraph(theme.SizeNameText, widget.LowImportance)
	p.tally = newParagraph(theme.SizeNameText, widget.LowImportance)
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

func (p *detailPane) makeButtons() {
	k, t, a := p.w.kit, p.w.words, p.w.actions
	ask := func(act func([]string)) func() { return func() { act(p.w.list.selectedIDs()) } }
	p.save = newButton(k, raised, glyphSave, t.Text("menu.save"), ask(p.w.saveTo))
	p.retry = newButton(k, raised, glyphAgain, t.Text("menu.retry"), ask(a.Retry))
	p.pause = newButton(k, raised, glyphPause, t.Text("menu.pause"), ask(a.Pause))
	p.play = newButton(k, raised, glyphPlay, t.Text("menu.resume"), ask(a.Resume))
	p.cancel = newButton(k, raised, glyphCross, t.Text("menu.cancel"), ask(a.Cancel))
	p.copyAll = newButton(k, raised, glyphCopy, t.Text("detail.copyAll"), ask(a.CopyLinks))
	p.bin = newButton(k, danger, glyphBin, t.Text("menu.delete"), p.w.askDelete)
	p.each = newButton(k, raised, glyphFiles, t.Text("menu.each"), ask(p.w.sendEach))
	p.retry.heirs = []*button{p.pause, p.play}
	p.pause.heirs, p.play.heirs = []*button{p.play, p.retry}, []*button{p.pause, p.retry}
	p.cancel.heirs = []*button{p.retry}
	p.buttons = container.New(&wrapLayout{gap: grid}, p.copyAll, p.retry, p.pause, p.play, p.cancel, p.save, p.bin, p.each)
}

func (p *detailPane) assemble() {
	words := column(grid/4, p.title, p.state, p.tally)
	body := column(grid*2,
		column(grid*1.5, p.hero, words, p.share),
		p.hint, p.link.surface, p.problem, p.buttons, p.saving.surface, p.facts.box,
		column(grid/2, p.privacyTitle, p.privacy))
	p.scroll = container.NewVScroll(newIsland(inset(grid, grid*2, body)))
	faintly := container.NewThemeOverride(p.scroll, faint{theme.Current()})
	p.head = inset(grid/2, grid/2, container.NewHBox(p.back))
	// What scrolls ends before the round corners do.
	p.box = container.NewStack(newSurface(colorPanel, colorClear, framed(p.head, inset(grid, 0, faintly), nil)))
	p.head.Hide()
}

// settle lays the pane out. What wraps knows its height only at its width, so
// it takes two rounds.
func (p *detailPane) settle() {
	p.scroll.Content.Refresh()
	p.scroll.Content.Refresh()
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
	p.saving.show(p.w.words, d.Saving)
	p.showButtons(d)
	p.facts.show(d)
	show(p.privacyTitle, one)
	show(p.privacy, one)
	p.showPrivacy(d)
	if p.w.qr != nil {
		p.w.qr.show(d)
	}
	p.settle()
}

// titleLines is how many lines of its own a long name may take in the pane.
const titleLines = 3

func (p *detailPane) showTitle(d Detail) {
	t := p.w.words
	counts, hint := tally(t, d.Counts), ""
	switch d.Count {
	case 0:
		p.hero.put(glyphFolder, colorQuiet, nil, false)
		setParagraph(p.title, t.Count("detail.total", d.Total))
		setParagraph(p.state, t.Bytes(d.Size))
		if d.Total > 0 {
			hint = t.Text("detail.hint")
		}
	case 1:
		k := kindOf(d.Row.Name)
		p.hero.put(k.glyph, k.tint, d.Picture, d.Picturing)
		room := titleLines * (paneWidth - 5*grid) // a line ends before its last word fits
		setParagraph(p.title, elideMiddle(named(t, d.Row.Name), room, measure(titleText, fyne.TextStyle{Bold: true})))
		setParagraph(p.state, joined(stateWord(t, d.Row.State), t.Bytes(d.Row.Size)))
		counts = ""
	default:
		p.hero.put(glyphFiles, colorQuiet, nil, false)
		setParagraph(p.title, t.Count("detail.several", d.Count))
		setParagraph(p.state, t.Bytes(d.Size))
	}
	setParagraph(p.tally, counts)
	setParagraph(p.hint, hint)
}

// tally says how many of several files are done, moving and failed.
func tally(t *words.Catalogue, c Counts) string {
	say := func(f Filter, word string) string {
		if c[f] == 0 {
			return ""
		}
		return word + " " + t.Number(c[f])
	}
	return joined(say(FilterDone, t.Text("filter.done")), say(FilterUploading, t.Text("filter.uploading")),
		say(FilterFailed, t.Text("filter.failed")))
}

func (p *detailPane) showProgress(d Detail) {
	one, several := d.Count == 1 && barred(d.Row), d.Count > 1 && d.Counts[FilterUploading] > 0
	show(p.share, one || several)
	switch {
	case one:
		share, _ := shareOf(p.w.words, d.Row.Sent, d.Row.Size)
		p.share.set(share, d.Row.State == Paused)
		note, _ := movingNote(p.w.words, d.Row)
		setParagraph(p.state, note)
	case several:
		share, _ := shareOf(p.w.words, d.Sent, d.Size)
		p.share.set(share, d.Can.Resume) // all of them are paused
		setParagraph(p.state, p.w.words.Sent(d.Sent, d.Size))
	}
}

func (p *detailPane) showButtons(d Detail) {
	any := d.Count > 0
	copied := d.Count > 1 && d.Can.Copy
	show(p.copyAll, copied)
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
	text, problem  *paragraph
	copy, renew    *button
	qr, who        *button
	buttons, inner *fyne.Container
	now            Detail
}

func newLinkCard(w *Window) *linkCard {
	c := &linkCard{w: w, title: newLine(captionText, colorQuiet, fyne.TextStyle{Bold: true})}
	c.title.set(w.words.Text("link.title"), colorQuiet)
	c.text = newParagraph(theme.SizeNameText, widget.MediumImportance)
	c.problem = newParagraph(theme.SizeNameText, widget.DangerImportance)
	c.copy = newButton(w.kit, raised, glyphCopy, w.words.Text("link.copy"), func() { w.actions.CopyLink(c.id) })
	c.renew = newButton(w.kit, quiet, glyphNone, w.words.Text("link.new"), func() { w.actions.NewLink(c.id) })
	c.qr = newButton(w.kit, quiet, glyphQR, w.words.Text("qr.button"), func() { w.showQR(c.now) })
	c.renew.heirs = []*button{c.copy} // while the new one is made
	c.who = newAudienceButton(w)
	c.buttons = container.New(&wrapLayout{gap: grid / 2}, c.copy, c.qr, c.renew, c.who)
	c.inner = column(grid, c.title, c.text, c.problem, c.buttons)
	c.surface = newSurface(colorRaised, colorEdge, inset(grid*1.5, grid*1.5, c.inner))
	return c
}

func (c *linkCard) show(d Detail) {
	l := d.Link
	c.id, c.now = d.Row.ID, d
	possible := d.Count == 1 && (d.Row.HasLink || d.Can.Copy || l.URL != "" || l.Making || l.Problem != "")
	show(c.surface, possible)
	if !possible {
		return
	}
	setParagraph(c.text, c.sentence(l))
	setParagraph(c.problem, shown(l.Problem))
	show(c.copy, d.Can.Copy)
	show(c.renew, d.Can.Copy && (l.URL != "" || l.Problem != ""))
	show(c.qr, d.Can.Copy && l.Reach != ReachThisComputer) // nothing else could open it
	show(c.who, d.Can.Copy && c.w.here())
	show(c.buttons, d.Can.Copy)
	c.inner.Refresh()
}

// sentence says whom a link serves, and until when: of one that is not there yet the
// former alone.
func (c *linkCard) sentence(l Link) string {
	t := c.w.words
	if l.Making {
		return t.Text("link.making")
	}
	switch {
	case l.URL == "" && (l.Problem != "" || l.Reach == ReachNobody):
		return ""
	case l.URL == "":
		return reachSentence(t, l.Reach)
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
	case ReachPrivateNetwork:
		return t.Text("reach.private")
	case ReachAnyone:
		return t.Text("reach.anyone")
	default:
		return t.Text("reach.nobody")
	}
}
