package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"quicksync.me/desktop/views/words"
)

// settingsWidth is the width of the settings, in Fyne's units.
const settingsWidth float32 = 520

// settingsPage is where a person changes how the program behaves. There is no
// button to take it over with: each change holds at once.
type settingsPage struct {
	w        *Window
	looks    *chips
	language *menuButton[string]
	up, down *rateField
	hours    *hoursPart
	workers  *menuButton[int]
	copies   *check
	folders  *check
	notify   *check
	folder   *line
	links    *menuButton[int]
}

// showSettings opens the page.
func (w *Window) showSettings() {
	if w.settings != nil {
		return
	}
	p := &settingsPage{w: w}
	t := w.words
	body := column(grid*2.5, newSentence(t.Text("settings.now")),
		p.appearance(), p.transfers(), p.files(), p.room(), p.help())
	done := newButton(w.kit, raised, glyphNone, t.Text("sheet.done"), func() { w.closeSheet() })
	w.openPage(settingsWidth, t.Text("settings.title"), body, atEnd(done), done, func() { w.settings = nil })
	w.settings = p
	p.show(w.preferences)
}

// show puts what holds into all controls.
func (p *settingsPage) show(now Preferences) {
	t := p.w.words
	p.looks.put(int(now.Look))
	p.language.put(now.Language, now.Language)
	p.up.show(now.Up)
	p.down.show(now.Down)
	p.hours.show(now.Hours)
	p.workers.put(now.Workers, p.w.words.Number(now.Workers))
	p.copies.put(now.CopyWhenDone)
	p.folders.put(now.FoldersAsFiles)
	p.notify.put(now.Notify)
	p.folder.set(shown(now.DownloadFolder), colorQuiet)
	p.links.put(now.LinkHours, hoursText(t, now.LinkHours))
	p.w.resizeSheet()
}

func (p *settingsPage) appearance() fyne.CanvasObject {
	t := p.w.words
	p.looks = newChips(p.w.kit, []string{t.Text("look.system"), t.Text("look.light"), t.Text("look.dark")}, func(i int) {
		p.prefer(func(now *Preferences) { now.Look = Look(i) })
	})
	languages := []option[string]{{"", t.Text("look.system")}}
	for _, l := range t.Languages() {
		languages = append(languages, option[string]{l.Tag, l.Name})
	}
	p.language = newMenuButton(p.w, languages, func(tag string) {
		p.prefer(func(now *Preferences) { now.Language = tag })
	})
	return section(t.Text("settings.look"),
		settingRow(t.Text("settings.theme"), p.looks.box),
		settingRow(t.Text("settings.language"), p.language.button))
}

func (p *settingsPage) transfers() fyne.CanvasObject {
	t := p.w.words
	p.up = newRateField(p.w, t.Text("settings.up"), func(rate int64) { p.prefer(func(now *Preferences) { now.Up = rate }) })
	p.down = newRateField(p.w, t.Text("settings.down"), func(rate int64) { p.prefer(func(now *Preferences) { now.Down = rate }) })
	p.hours = newHoursPart(p.w, func(h Hours) { p.prefer(func(now *Preferences) { now.Hours = h }) })
	counts := []option[int]{{0, t.Text("settings.automatic")}}
	for _, n := range []int{1, 2, 4, 8, 16, 32, 64} {
		counts = append(counts, option[int]{n, p.w.words.Number(n)})
	}
	p.workers = newMenuButton(p.w, counts, func(n int) { p.prefer(func(now *Preferences) { now.Workers = n }) })
	return section(t.Text("settings.transfers"),
		p.up.row, p.down.row, p.hours.box,
		settingRow(t.Text("settings.workers"), p.workers.button))
}

func (p *settingsPage) files() fyne.CanvasObject {
	t, k := p.w.words, p.w.kit
	p.copies = newCheck(k, t.Text("settings.copy"), func(on bool) { p.prefer(func(now *Preferences) { now.CopyWhenDone = on }) })
	p.folders = newCheck(k, t.Text("settings.folders"), func(on bool) { p.prefer(func(now *Preferences) { now.FoldersAsFiles = on }) })
	p.notify = newCheck(k, t.Text("settings.notify"), func(on bool) { p.prefer(func(now *Preferences) { now.Notify = on }) })
	var lives []option[int]
	for _, hours := range []int{1, 6, 24, 3 * 24, 7 * 24, 14 * 24, 30 * 24} {
		lives = append(lives, option[int]{hours, hoursText(t, hours)})
	}
	p.links = newMenuButton(p.w, lives, func(hours int) { p.prefer(func(now *Preferences) { now.LinkHours = hours }) })
	p.folder = newCaption()
	p.folder.middle = true
	change := newButton(k, raised, glyphFolder, t.Text("settings.change"), p.changeFolder)
	return section(t.Text("settings.files"),
		container.NewHBox(p.copies.button), container.NewHBox(p.folders.button), container.NewHBox(p.notify.button),
		settingRow(t.Text("settings.links"), p.links.button),
		column(grid/4, settingRow(t.Text("settings.folder"), change), p.folder))
}

func (p *settingsPage) changeFolder() {
	p.w.picker.Folder(p.w.words.Text("settings.folder"), p.w.actions.DownloadFolder(), func(folder string) {
		p.prefer(func(now *Preferences) { now.DownloadFolder = folder })
	})
}

// room is what the copies on this computer take, wherever the window looks.
func (p *settingsPage) room() fyne.CanvasObject {
	about := newButton(p.w.kit, raised, glyphNone, p.w.words.Text("place.settings"), p.w.showStorage)
	return section(p.w.words.Text("place.here"), p.w.roomFacts(about))
}

func (p *settingsPage) help() fyne.CanvasObject {
	t, k := p.w.words, p.w.kit
	copied := newButton(k, raised, glyphCopy, t.Text("settings.diagnostics"), func() {
		p.w.actions.Diagnostics(p.w.copyText)
	})
	reset := newButton(k, raised, glyphAgain, t.Text("settings.reset"), p.w.askReset)
	return section(t.Text("settings.help"), newNote(t.Text("settings.diagnosticsNote")),
		container.New(&wrapLayout{gap: grid}, copied, reset))
}

func (p *settingsPage) prefer(change func(*Preferences)) { p.w.actions.Prefer(change) }

// askReset asks before all that was chosen is lost.
func (w *Window) askReset() {
	text := newSentence(w.words.Text("reset.text"))
	w.ask(w.words.Text("reset.title"), text, w.words.Text("reset.yes"), danger, w.actions.ResetPreferences)
}

// hoursText says how long, in whole days where it is some.
func hoursText(t *words.Catalogue, hours int) string {
	if hours%24 == 0 {
		return t.Count("last.days", hours/24)
	}
	return t.Count("limit.hours", hours)
}

// hoursPart lets some hours of the day have limits of their own.
type hoursPart struct {
	w        *Window
	box      *fyne.Container
	on       *check
	rest     *fyne.Container
	from, to *field
	wrong    *paragraph
	up, down *rateField
	changed  func(Hours)
	told     Hours
}

// newHours are those that are offered first: a day at work.
const newFrom, newTo = "09:00", "17:00"

func newHoursPart(w *Window, changed func(Hours)) *hoursPart {
	t := w.words
	p := &hoursPart{w: w, changed: changed}
	p.on = newCheck(w.kit, t.Text("hours.on"), p.turn)
	var from, to fyne.CanvasObject
	p.from, from = clockField(w, newFrom, p.tell)
	p.to, to = clockField(w, newTo, p.tell)
	p.up = newRateField(w, t.Text("settings.up"), func(int64) { p.tell() })
	p.down = newRateField(w, t.Text("settings.down"), func(int64) { p.tell() })
	p.wrong = newWrong(t.Text("hours.wrong"))
	until := newBody()
	until.whole = true
	until.set(t.Text("hours.to"), colorQuiet)
	p.rest = column(grid,
		column(grid/4, settingRow(t.Text("hours.from"), beside(grid, from, until, to)), p.wrong),
		p.up.row, p.down.row)
	p.rest.Hide()
	p.box = column(grid, container.NewHBox(p.on.button), p.rest)
	return p
}

// turn switches the hours on or off.
func (p *hoursPart) turn(on bool) {
	if on && p.from.Text == "" {
		p.from.restore(newFrom)
		p.to.restore(newTo)
	}
	show(p.rest, on)
	p.tell()
	p.w.resizeSheet()
}

// tell hands the hours on, unless they are none yet: somebody is typing.
func (p *hoursPart) tell() {
	h := Hours{}
	p.judge()
	if p.on.checked {
		if !isClock(p.from.Text) || !isClock(p.to.Text) || p.from.Text == p.to.Text {
			return
		}
		h = Hours{From: p.from.Text, To: p.to.Text, Up: p.up.told, Down: p.down.told}
	}
	if h != p.told {
		p.told = h
		p.changed(h)
	}
}

// judge marks what is no time of the day, and says what one looks like.
func (p *hoursPart) judge() {
	from, to := isClock(p.from.Text), isClock(p.to.Text)
	p.from.complain(!from)
	p.to.complain(!to)
	if p.wrong.Visible() == (from && to) {
		show(p.wrong, !from || !to)
		p.w.resizeSheet()
	}
}

// show puts the hours that hold into the fields. While they are typed anew they
// are left alone.
func (p *hoursPart) show(now Hours) {
	focused := p.w.window.Canvas().Focused()
	if focused == fyne.Focusable(p.from) || focused == fyne.Focusable(p.to) {
		return
	}
	on := now.From != ""
	p.told = now
	p.on.put(on)
	show(p.rest, on)
	if on {
		p.from.restore(now.From)
		p.to.restore(now.To)
		p.judge()
	}
	p.up.show(now.Up)
	p.down.show(now.Down)
}
