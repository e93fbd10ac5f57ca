package views

import "fyne.io/fyne/v2"

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
			w.actions.SetAudience(a)
			after()
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
