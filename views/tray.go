package views

import (
	"runtime"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views/words"
)

// trayHost is an app that can show something in the notification area.
type trayHost interface {
	SetSystemTrayMenu(*fyne.Menu)
	SetSystemTrayIcon(fyne.Resource)
}

// trayEvery is how often the menu is made anew at most: desktops take it apart
// and put it together again each time.
const trayEvery = time.Second

// trayText is what the menu says. It is made anew only when that changes.
type trayText struct {
	status          string
	running, paused bool
	recents         []Recent
	language        string
}

func (t trayText) equal(other trayText) bool {
	return t.status == other.status && t.running == other.running && t.paused == other.paused &&
		t.language == other.language && slices.Equal(t.recents, other.recents)
}

// tray keeps the menu in the notification area up to date.
type tray struct {
	w     *Window
	host  trayHost
	said  trayText
	next  trayText
	last  time.Time
	timer *time.Timer
}

func newTray(w *Window, host trayHost) *tray {
	host.SetSystemTrayIcon(TrayIcon())
	return &tray{w: w, host: host}
}

// show takes the state of all over: at once, or when the time since the last
// menu has gone by.
func (t *tray) show(all Overall) {
	t.next = trayText{
		status: trayStatus(t.w.words, all), running: all.Running, paused: all.Paused,
		recents: all.Recents, language: t.w.words.Language(),
	}
	if t.timer != nil || t.said.equal(t.next) {
		return
	}
	if wait := trayEvery - time.Since(t.last); !t.last.IsZero() && wait > 0 {
		t.timer = time.AfterFunc(wait, func() { t.w.do(t.flush) })
		return
	}
	t.build()
}

// flush is the timer's end, on the UI goroutine.
func (t *tray) flush() {
	if t.timer == nil {
		return
	}
	t.timer = nil
	if !t.said.equal(t.next) {
		t.build()
	}
}

func (t *tray) build() {
	t.said, t.last = t.next, time.Now()
	t.host.SetSystemTrayMenu(t.menu(t.said))
}

func (t *tray) close() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

func (t *tray) menu(text trayText) *fyne.Menu {
	w := t.w
	status := fyne.NewMenuItem(menuLabel(text.status), nil)
	status.Disabled = true
	items := []*fyne.MenuItem{
		status, fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(w.words.Text("tray.quick"), w.quickShare),
		fyne.NewMenuItem(w.words.Text("tray.clipboard"), w.actions.ShareClipboard),
	}
	if len(text.recents) > 0 {
		recents := fyne.NewMenuItem(w.words.Text("tray.recents"), nil)
		recents.ChildMenu = fyne.NewMenu("", t.recents(text.recents)...)
		items = append(items, recents)
	}
	if text.running {
		items = append(items, fyne.NewMenuItem(w.words.Text("all.pause"), w.actions.PauseAll))
	} else if text.paused {
		items = append(items, fyne.NewMenuItem(w.words.Text("all.resume"), w.actions.ResumeAll))
	}
	quit := fyne.NewMenuItem(w.words.Text("tray.quit"), w.Quit)
	quit.IsQuit = true
	items = append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(w.words.Text("tray.open"), w.Show), quit)
	return fyne.NewMenu("QuickSync", items...)
}

func (t *tray) recents(recents []Recent) []*fyne.MenuItem {
	var items []*fyne.MenuItem
	for _, recent := range recents {
		name := elideMiddle(named(t.w.words, recent.Name), 40, func(s string) float32 { return float32(len([]rune(s))) })
		items = append(items, fyne.NewMenuItem(menuLabel(name), func() { t.w.actions.CopyLink(recent.ID) }))
	}
	return items
}

// menuLabel escapes what menus of the desktop read as the mark of a key.
func menuLabel(text string) string {
	switch runtime.GOOS {
	case "windows":
		return strings.ReplaceAll(text, "&", "&&")
	case "darwin":
		return text
	default:
		return strings.ReplaceAll(text, "_", "__")
	}
}

func trayStatus(w *words.Catalogue, all Overall) string {
	switch {
	case all.Paused && !all.Running:
		return w.Text("state.paused")
	case all.Reconnecting && all.Offline:
		return w.Text("all.offline")
	case all.Reconnecting:
		return w.Text("state.reconnecting") // without the time, which would make the menu anew each second
	case all.Running:
		return joined(w.Count("all.filesOf", all.Files, words.Args{"Done": w.Number(all.FilesDone)}),
			w.Text("unit.percent", words.Args{"N": percent(all)}))
	case all.State == Failed:
		return w.Text("tray.failed")
	default:
		return w.Text("tray.idle")
	}
}
