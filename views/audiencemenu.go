package views

import (
	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views/words"
)

// newAudienceButton opens the answers to "Who should open it?" where they matter:
// beside the link of a file that is on this computer.
func newAudienceButton(w *Window) *button {
	b := newButton(w.kit, quiet, glyphPerson, w.words.Text("ask.title"), nil)
	b.onTap = func() { w.popUp(w.audienceMenu(), b) }
	return b
}

// audienceMenu lists the answers, with the one that holds ticked.
func (w *Window) audienceMenu() *fyne.Menu {
	menu := fyne.NewMenu("")
	add := func(id string, a Audience, after func()) {
		item := fyne.NewMenuItem(w.words.Text(id), func() {
			w.setAudience(a, id, after)
		})
		item.Checked = w.connection.Audience == a
		menu.Items = append(menu.Items, item)
	}
	stay := func() {}
	add("ask.network", AudienceNetwork, stay)
	add("ask.anyone", AudienceAnyone, w.showConnect)
	add("ask.me", AudienceMe, stay)
	return menu
}

// setAudience takes an answer, and goes on with what follows from it. One that ends
// the links which others have, of all files, is asked about first.
func (w *Window) setAudience(to Audience, id string, after func()) {
	take := func() {
		w.actions.SetAudience(to)
		after()
	}
	if w.connection.Audience != AudienceNetwork || to == AudienceNetwork {
		take()
		return
	}
	t := w.words
	text := newSentence(t.Text("ask.closes", words.Args{"Answer": t.Text("ask.network")}))
	w.ask(t.Text("ask.title"), text, t.Text(id), raised, take)
}
