package app

import (
	"fyne.io/fyne/v2"

	"quicksync.me/desktop/service/settings"
)

// WindowSize is that of the window when it was left last; zero where nobody knows.
func (a *App) WindowSize() fyne.Size {
	kept := a.prefs.Load().Window
	return fyne.NewSize(kept.Width, kept.Height)
}

// KeepWindowSize has the next start open the window as large as it is left. A
// window that was never on the screen has no size, and leaves the one that is
// known. Call it before Close.
func (a *App) KeepWindowSize(size fyne.Size) {
	if size == a.WindowSize() || size.Width <= 0 || size.Height <= 0 {
		return
	}
	a.save(func(s *settings.Settings) {
		s.Window = settings.Window{Width: size.Width, Height: size.Height}
	})
}
