package views

// This file is about a window that changes while it is open: its language, and
// its look.

// showPreferences takes over what the person has chosen. The theme draws all
// anew by itself; in another language everything is made anew, because a word
// is asked for when its piece is made.
func (w *Window) showPreferences(p Preferences) {
	w.preferences = p
	if w.look != nil && w.look.chosen != p.Look {
		w.look.chosen = p.Look
		w.app.Settings().SetTheme(w.look)
	}
	if w.spoken != w.words.Language() {
		w.relabel()
	}
	if w.settings != nil {
		w.settings.show(p)
	}
}

// relabel makes the content anew, with all that it shows and all that a person
// has done to it, and opens the settings again where they were open: that is
// where a language is chosen.
func (w *Window) relabel() {
	open, was := w.settings != nil, w.standing()
	w.closeSheet()
	w.hush()
	w.assemble()
	w.window.SetContent(w.content)
	w.restore(was)
	w.showOverall(w.overall)
	w.window.SetTitle(w.words.Text("window.title"))
	if open {
		w.showSettings()
		w.window.Canvas().Focus(w.settings.language.button)
	}
}
