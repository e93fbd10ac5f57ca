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

// relabel makes the content anew, with all that it shows, and opens the
// settings again where they were open: that is where a language is chosen.
func (w *Window) relabel() {
	open, search, selected, detail := w.settings != nil, w.top.search.Text, w.list.sel, w.pane.now
	details := w.layout.details
	w.closeSheet()
	w.assemble()
	w.list.sel, w.layout.details = selected, details
	w.top.search.restore(search)
	w.showConnection(w.connection)
	w.showList(w.shownList)
	w.pane.show(detail)
	w.showOverall(w.overall)
	if open {
		w.showSettings()
		w.window.Canvas().Focus(w.settings.language.button)
	}
}
