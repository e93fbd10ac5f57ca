package app

import (
	"cmp"

	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// looks are the looks as the settings keep them.
var looks = map[string]views.Look{
	settings.ThemeSystem: views.LookSystem,
	settings.ThemeLight:  views.LookLight,
	settings.ThemeDark:   views.LookDark,
}

// apply has the settings hold, whatever is under way.
func (a *App) apply(s *settings.Settings) {
	a.Engine.SetLimits(s.Limits.Schedule())
	a.Engine.SetWorkers(s.Workers)
	a.Words.SetLanguage(cmp.Or(s.Language, a.Language))
}

// preferences are what the window shows of the settings.
func (a *App) preferences(s *settings.Settings) views.Preferences {
	return views.Preferences{
		Look: looks[s.Theme], Language: s.Language, Up: s.Limits.Up, Down: s.Limits.Down,
		Hours: views.Hours(s.Limits.Hours), Workers: s.Workers, CopyWhenDone: s.CopyWhenDone,
		FoldersAsFiles: s.FoldersAsFiles, Notify: s.Notify,
		DownloadFolder: cmp.Or(s.DownloadFolder, a.Downloads), LinkHours: s.LinkHours,
	}
}

// prefer takes over what a person changes in the settings.
func (a *App) prefer(change func(*views.Preferences)) {
	a.save(func(s *settings.Settings) {
		p := a.preferences(s)
		change(&p)
		for kept, look := range looks {
			if look == p.Look {
				s.Theme = kept
			}
		}
		s.Language, s.Workers, s.LinkHours = p.Language, p.Workers, p.LinkHours
		s.Limits.Up, s.Limits.Down, s.Limits.Hours = p.Up, p.Down, settings.Hours(p.Hours)
		s.CopyWhenDone, s.FoldersAsFiles, s.Notify = p.CopyWhenDone, p.FoldersAsFiles, p.Notify
		if p.DownloadFolder != cmp.Or(s.DownloadFolder, a.Downloads) {
			s.DownloadFolder = p.DownloadFolder
		}
	})
	a.now()
}

// resetPreferences has all settings as a new installation has them; storages and
// answers stay.
func (a *App) resetPreferences() {
	a.save(func(s *settings.Settings) { *s = s.Reset() })
	a.now()
}

// setVisible tells whether anybody can see the window, which keeps its times
// going.
func (a *App) setVisible(visible bool) {
	if a.hidden.Swap(!visible) == visible {
		a.now()
	}
}
