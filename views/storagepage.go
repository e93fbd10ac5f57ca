package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// showStorage opens the page of the current storage: its room, who opens the links
// of this computer or how another storage is told names, what is private, and the
// storages that are connected.
func (w *Window) showStorage() {
	t, c := w.words, w.connection
	body := column(grid*2, w.storageFacts())
	switch place := w.place(); {
	case place.Here:
		body.Add(w.audienceChoice())
	case place.ID != "":
		body.Add(w.placeNames(place))
	}
	for _, place := range c.Places {
		if !place.Here {
			body.Add(w.placeLine(place))
		}
	}
	connect := newButton(w.kit, raised, glyphPlus, t.Text("place.connect"), w.showConnect)
	body.Add(container.NewHBox(connect))
	body.Add(newNote(w.privacy(false)))
	done := newButton(w.kit, raised, glyphNone, t.Text("sheet.done"), func() { w.closeSheet() })
	w.openSheet(w.placeName(w.place()), body, atEnd(done), done, nil)
}

// place is the current storage.
func (w *Window) place() Place {
	for _, place := range w.connection.Places {
		if place.ID == w.connection.Current {
			return place
		}
	}
	return Place{Name: w.words.Text("place.none")}
}

// here tells whether the current storage is the one of this computer.
func (w *Window) here() bool { return w.place().Here }

// privacy says what others can see of what is stored. Where names are not
// hidden it says nothing of them.
func (w *Window) privacy(namesHidden bool) string {
	text := w.words.Text("privacy.contents")
	if w.here() {
		text = w.words.Text("privacy.here")
	}
	if namesHidden {
		text = w.words.Joined(w.words.Text("privacy.names"), text)
	}
	return text
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
		facts.Add(container.NewHBox(newButton(w.kit, accent, glyphNone, t.Text("place.newKey"), w.showNewKey)))
	}
	if w.here() {
		facts.Add(w.roomFacts())
	}
	say(w.roomSentence(c.Room), widget.MediumImportance)
	if !c.Ends.IsZero() {
		say(t.Text("storage.ends", words.Args{"Time": w.moment(c.Ends)}), widget.MediumImportance)
	}
	return facts
}

// roomSentence says what a storage still takes; empty where nothing bounds that.
func (w *Window) roomSentence(r Room) (text string) {
	t := w.words
	if r.MaxFiles > 0 {
		text = t.Count("storage.roomFiles", r.Files, words.Args{"Max": t.Number(r.MaxFiles)})
	}
	if r.MaxBytes > 0 {
		text = t.Joined(text, t.Text("storage.room", words.Args{"Size": t.Bytes(r.Bytes), "Max": t.Bytes(r.MaxBytes)}))
	}
	return text
}

// audienceChoice lets the answer to "Who should open it?" be changed.
func (w *Window) audienceChoice() fyne.CanvasObject {
	t := w.words
	heading := newLine(captionText, colorQuiet, fyne.TextStyle{Bold: true})
	heading.set(t.Text("ask.title"), colorQuiet)
	answers := column(grid / 2)
	pick := map[Audience]func(on bool){}
	add := func(a Audience, g glyph, id string, after func()) {
		b := newButton(w.kit, chip, g, t.Text(id), func() {
			w.setAudience(a, id, func() {
				for other, mark := range pick {
					mark(other == a)
				}
				after()
			})
		})
		pick[a] = func(on bool) { b.mark(on, g) }
		pick[a](w.connection.Audience == a)
		answers.Add(container.NewHBox(b))
	}
	stay := func() {}
	add(AudienceNetwork, glyphWiFi, "ask.network", stay)
	add(AudienceAnyone, glyphGlobe, "ask.anyone", w.showConnect)
	add(AudienceMe, glyphPerson, "ask.me", stay)
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
	text := newSentence(w.words.Text("forget.text"))
	w.ask(w.words.Text("forget.title"), column(grid, name, text), w.words.Text("forget.yes"), danger,
		func() { w.actions.Forget(place.ID) })
}
