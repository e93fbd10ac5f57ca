package app

import (
	"net/url"

	"fyne.io/fyne/v2"
)

// FyneDesktop is the desktop as Fyne reaches it.
type FyneDesktop struct {
	App fyne.App
	// Show brings the window to the front.
	Show func()
}

var _ Desktop = (*FyneDesktop)(nil)

// Clipboard implements Desktop.
func (d *FyneDesktop) Clipboard() Clipboard { return d.App.Clipboard() }

// Open implements Desktop.
func (d *FyneDesktop) Open(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return d.App.OpenURL(u)
}

// Notify implements Desktop. On Windows Fyne hands the text to PowerShell,
// which would run what stands in $(…): only fixed sentences may come here.
func (d *FyneDesktop) Notify(title, text string) {
	d.App.SendNotification(fyne.NewNotification(title, text))
}

// Raise implements Desktop.
func (d *FyneDesktop) Raise() { d.Show() }

// Quit implements Desktop. Fyne's own also stops to watch its settings file, and
// panics where the system had no watcher left for that.
func (d *FyneDesktop) Quit() {
	driver := d.App.Driver()
	for _, window := range driver.AllWindows() {
		window.Close()
	}
	driver.Quit()
}
