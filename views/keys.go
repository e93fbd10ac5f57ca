package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// The shortcuts of the whole window, beside those that Fyne names itself.
var (
	findShortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault}
	addShortcut  = &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: fyne.KeyModifierShortcutDefault}
	quitShortcut = &desktop.CustomShortcut{KeyName: fyne.KeyQ, Modifier: fyne.KeyModifierShortcutDefault}
	// prefShortcut opens the settings, as in most programs.
	prefShortcut = &desktop.CustomShortcut{KeyName: fyne.KeyComma, Modifier: fyne.KeyModifierShortcutDefault}
)

// keyName writes a shortcut the way the system does.
func keyName(system, letter string) string {
	if system == "darwin" {
		return "⌘" + letter
	}
	return "Ctrl+" + letter
}

// global tells whether a shortcut is one of the window's, wherever the focus is.
func global(s *desktop.CustomShortcut) bool {
	name := s.ShortcutName()
	return name == findShortcut.ShortcutName() || name == addShortcut.ShortcutName() ||
		name == quitShortcut.ShortcutName() || name == prefShortcut.ShortcutName()
}

func (w *Window) bindKeys() {
	canvas := w.window.Canvas()
	canvas.SetOnTypedKey(w.typedKey)
	for _, s := range []fyne.Shortcut{
		findShortcut, addShortcut, quitShortcut, prefShortcut,
		&fyne.ShortcutPaste{}, &fyne.ShortcutSelectAll{}, &fyne.ShortcutCopy{},
	} {
		canvas.AddShortcut(s, w.typedShortcut)
	}
}

// covered tells that a sheet or a dialog keeps what is under it out of reach.
func (w *Window) covered() bool { return w.sheet != nil || w.dialog != nil }

// typedShortcut is a shortcut that nothing else had a use for.
func (w *Window) typedShortcut(shortcut fyne.Shortcut) {
	if w.covered() {
		return
	}
	switch s := shortcut.(type) {
	case *fyne.ShortcutPaste:
		w.actions.Paste()
	case *fyne.ShortcutSelectAll:
		w.focusList()
		w.list.selectAll()
	case *fyne.ShortcutCopy:
		w.copySelected()
	case *desktop.CustomShortcut:
		w.custom(s)
	}
}

func (w *Window) custom(s *desktop.CustomShortcut) {
	switch s.ShortcutName() {
	case findShortcut.ShortcutName():
		w.window.Canvas().Focus(w.top.search)
	case addShortcut.ShortcutName():
		w.addFiles()
	case quitShortcut.ShortcutName():
		w.Quit()
	case prefShortcut.ShortcutName():
		w.showSettings()
	}
}

// copySelected copies the link of the selected file.
func (w *Window) copySelected() {
	if rows := w.list.selected(); len(rows) == 1 && rows[0].Can.Copy {
		w.actions.CopyLink(rows[0].ID)
	}
}

// typedKey is a key that the focused piece, if there is one, had no use for.
func (w *Window) typedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape {
		w.escape()
		return
	}
	if w.scrolled(event) || w.covered() {
		return
	}
	switch event.Name {
	case fyne.KeyF5:
		w.actions.Reload()
	case fyne.KeyDelete, fyne.KeyBackspace:
		w.askDelete()
	case fyne.KeyUp, fyne.KeyDown, fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyHome, fyne.KeyEnd, desktop.KeyMenu:
		w.focusList()
		w.list.TypedKey(event)
	}
}

// escape goes one step back: out of a dialog, of a sheet, of the details, of the search that
// is being typed, of the selection, of the search.
func (w *Window) escape() {
	typing := w.window.Canvas().Focused() == fyne.Focusable(w.top.search)
	switch {
	case w.closeDialog():
	case w.closeSheet():
	case w.layout.details && w.narrow():
		w.hideDetails()
	case typing && w.top.search.Text != "":
		w.clearSearch()
	case typing:
		w.focusList()
	case w.list.clear():
	case w.top.search.Text != "":
		w.clearSearch()
	default:
		w.focusList()
	}
}

func (w *Window) focusList() {
	if w.panel.table.Visible() && w.panel.box.Visible() {
		w.window.Canvas().Focus(w.list)
	}
}

// leaveSearch goes on from the search to what it has found, of which the first file
// is chosen: so the next key is about that. What was chosen before stays where it is
// among the found ones. A list that the search has not reached yet is left alone.
func (w *Window) leaveSearch() {
	w.focusList()
	if text := w.top.search.Text; text != "" && text == w.shownList.Search {
		w.list.chooseFirst()
	}
}
