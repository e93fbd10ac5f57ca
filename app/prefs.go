package app

import (
	"slices"

	"quicksync.me/desktop/service/settings"
)

// save changes the settings: at once for this run, and in their file as soon as
// the disk takes it. What cannot be written holds for this run.
func (a *App) save(change func(*settings.Settings)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := *a.prefs.Load()
	s.Connections = slices.Clone(s.Connections)
	change(&s)
	s = s.Clamped()
	a.prefs.Store(&s)
	a.apply(&s)
	if !a.writing {
		a.writing = true
		a.group.Go(a.write)
	}
}

// write writes the settings until the newest are in the file.
func (a *App) write() {
	for written := false; !written; {
		s := a.prefs.Load()
		err := a.Settings.Update(func(kept *settings.Settings) { *kept = *s })
		if err != nil {
			a.Log.Warn("the settings could not be written", "error", err)
			a.say(a.Words.Text("note.settings"))
		}
		a.mu.Lock()
		written = a.prefs.Load() == s
		a.writing = !written
		a.mu.Unlock()
	}
}
