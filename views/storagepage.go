package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// showStorage opens the page of the current storage: its room, who opens its
// links, what is private, and the other storages.
func (w *Window) showStorage() {
	t, c := w.words, w.connection
	body := column(grid*2, w.storageFacts())
	body.Add(w.audienceChoice())
	for _, place := range c.Places {
		if !place.Here {
			body.Add(w.placeLine(place))
		}
	}
	connect := newButton(w.kit, raised, glyphPlus, t.Text("place.connect"), w.showConnect)
	body.Add(container.NewHBox(connect))
	body.Add(newNote(t.Text("privacy.names") + " " + t.Text("privacy.contents")))
	done := newButton(w.kit, raised, glyphNone, t.Text("sheet.done"), func() { w.closeSheet() })
	w.openSheet(t.Text("storage.title"), body, atEnd(done), done, nil)
}

// here tells whether the current storage is the one of this computer.
func (w *Window) here() bool {
	for _, place := range w.connection.Places {
		if place.ID == w.connection.Current {
			return place.Here
		}
	}
	return false
}

func (w *Window) storageFacts() fyne.CanvasObject {
	t, c := w.words, w.connection
	facts := column(grid / 2)
	say := func(text string, importance widget.Importance) {
		if text != "" {
			p := newParagraph(theme.SizeNameText, importance)
			p.SetText(text)
			facts.Add(p)
		}
	}
	say(shown(c.Problem), widget.DangerImportance)
	if c.NeedsKey {
		say(t.Text("storage.needsKey"), widget.DangerImportance)
	}
	if w.here() && c.Used >= 0 {
		say(t.Text("storage.used", words.Args{"Size": t.Bytes(c.Used)}), widget.MediumImportance)
	}
	if w.here() && c.Free >= 0 {
		say(t.Text("storage.free", words.Args{"Size": t.Bytes(c.Free)}), widget.LowImportance)
	}
	if !c.Ends.IsZero() {
		say(t.Text("storage.ends", words.Args{"Time": w.moment(c.Ends)}), widget.MediumImportance)
	}
	return facts
}

// audienceChoice lets the answer to "Who should open it?" be changed.
func (w *Window) audienceChoice() fyne.CanvasObject {
	t := w.words
	heading := newLine(captionText, colorQuiet, fyne.TextStyle{Bold: true})
	heading.set(t.Text("ask.title"), colorQuiet)
	var chips []*button
	add := func(a Audience, g glyph, label string, after func()) {
		b := newButton(w.kit, chip, g, label, nil)
		b.chosen = w.connection.Audience == a
		b.onTap = func() {
			for _, other := range chips {
				other.choose(other == b)
			}
			w.actions.SetAudience(a)
			after()
		}
		chips = append(chips, b)
	}
	stay := func() {}
	add(AudienceNetwork, glyphWiFi, t.Text("ask.network"), stay)
	add(AudienceAnyone, glyphGlobe, t.Text("ask.anyone"), w.showConnect)
	add(AudienceMe, glyphPerson, t.Text("ask.me"), stay)
	answers := column(grid / 2)
	for _, c := range chips {
		answers.Add(container.NewHBox(c))
	}
	return column(grid/2, heading, answers)
}

// placeLine is a connected storage with what can be done about it.
func (w *Window) placeLine(place Place) fyne.CanvasObject {
	name, server := newBody(), newCaption()
	name.set(shown(place.Name), colorInk)
	server.set(shown(place.Server), colorQuiet)
	text := column(0, name, server)
	forget := newButton(w.kit, raised, glyphNone, w.words.Text("place.forget"), func() { w.askForget(place) })
	return container.New(&besideLayout{gap: grid, grow: text}, text, forget)
}

// askForget asks before the key of a storage is thrown away.
func (w *Window) askForget(place Place) {
	name := newParagraph(theme.SizeNameText, widget.MediumImportance)
	name.TextStyle.Bold = true
	name.SetText(shown(place.Name))
	text := newParagraph(theme.SizeNameText, widget.LowImportance)
	text.SetText(w.words.Text("forget.text"))
	w.ask(w.words.Text("forget.title"), column(grid, name, text), w.words.Text("forget.yes"), danger,
		func() { w.actions.Forget(place.ID) })
}
