package app

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// Actions is what the window can ask for.
func (a *App) Actions() views.Actions {
	return views.Actions{
		Add:        func(paths []string) { a.add(paths, false) },
		QuickShare: func(paths []string) { a.add(paths, true) },
		Copied:     a.tellCopied,
		Paste:      func() { a.paste(false) }, ShareClipboard: func() { a.paste(true) },
		Answer: a.answer, SendEach: a.sendEach,

		Search: func(text string) { a.see(func(v *view) { v.Search = text }) },
		Filter: func(f views.Filter) { a.see(func(v *view) { v.Filter = f }) },
		Sort: func(by views.Column, descending bool) {
			a.see(func(v *view) { v.Sort, v.Descending = by, descending })
		},
		Select: a.selectRows,
		Reload: a.reloadCurrent,

		CopyLink: a.copyLink, CopyLinks: a.copyLinks, NewLink: a.newLink, MakeLink: a.makeLinkOf, Open: a.openRow,
		Sum: a.startSum, StopSum: a.stopSums,
		Save: a.saveTo, StopSaving: a.stopSaving, Delete: a.delete,
		Pause:     func(ids []string) { a.Engine.Pause(ids...) },
		Resume:    func(ids []string) { a.Engine.Resume(ids...) },
		Cancel:    func(ids []string) { a.Engine.Cancel(ids...) },
		Retry:     func(ids []string) { a.Engine.Retry(ids...) },
		PauseAll:  a.Engine.PauseAll,
		ResumeAll: a.Engine.ResumeAll, RetryFailed: a.retryFailed,

		Originals: a.originals, SetAudience: a.setAudience, Choose: a.choose,
		Test: a.test, Connect: a.connect, Forget: a.forget, HideNames: a.hideNames,
		DownloadFolder: a.downloadFolder, Quit: a.Desktop.Quit,

		Visible: a.setVisible, Prefer: a.prefer, ResetPreferences: a.resetPreferences,
		Diagnostics: a.diagnostics, CleanUps: a.cleanUps, CleanUp: a.cleanUp,
	}
}

// see changes what the person has chosen to see. On the UI goroutine it stays for
// what comes of it: most often that is there at once, and is in the same picture
// then as the click or the key. Where it is not, that it was chosen is.
func (a *App) see(change func(*view)) {
	a.mu.Lock()
	change(&a.view)
	a.view.number++
	mine := a.view.number
	a.mu.Unlock()
	a.now()
	a.sees(mine, time.After(staying))
	a.Tell()
}

// staying is how long the UI goroutine stays, at most: well below a frame.
const staying = 8 * time.Millisecond

// sees waits until there is a snapshot of the view of this number, or until it has
// waited enough.
func (a *App) sees(number uint64, enough <-chan time.Time) {
	for {
		a.mu.Lock()
		there, next := a.next.number >= number, a.taken
		a.mu.Unlock()
		if there {
			return
		}
		select {
		case <-next:
		case <-enough:
			return
		}
	}
}

func (a *App) selectRows(ids []string) {
	selected := make(map[string]bool, len(ids))
	for _, id := range ids {
		selected[id] = true
	}
	a.see(func(v *view) { v.selected = selected })
}

// retryFailed tries again what has failed in the storage that is shown.
func (a *App) retryFailed() {
	var ids []string
	a.mu.Lock()
	for _, u := range a.transfers.order {
		if u.Target == a.current.id && u.State == transfer.Failed && !u.unwanted {
			ids = append(ids, u.ID)
		}
	}
	a.mu.Unlock()
	a.Engine.Retry(ids...)
}

// justNow is how long a list is taken for new that nobody has asked for again.
const justNow = time.Second

// Foreground looks at the storage again when the person comes back to the window.
func (a *App) Foreground() {
	a.mu.Lock()
	list := &a.current.list
	fresh := list.loading || time.Since(list.at) < justNow
	a.mu.Unlock()
	if !fresh {
		a.reloadCurrent()
	}
}

// reloadCurrent asks for the list as it is from now on: one that is under way may
// have been made before.
func (a *App) reloadCurrent() {
	a.mu.Lock()
	p := a.current
	a.mu.Unlock()
	a.group.Go(func() { a.refresh(p) })
}

// openRow opens what a row stands for: the original, where it lies on this
// computer, else its link.
func (a *App) openRow(id string) {
	a.mu.Lock()
	u, ours := a.transfers.byID[id]
	path := ""
	if ours {
		path = u.Path
	}
	a.mu.Unlock()
	a.group.Go(func() {
		if path != "" {
			if _, err := os.Stat(path); err == nil {
				a.Do(func() { a.openAddress(fileAddress(path)) })
				return
			}
		}
		a.openLink(id)
	})
}

func (a *App) openLink(id string) {
	a.mu.Lock()
	p, f, name, ok := a.find(id)
	a.mu.Unlock()
	if !ok || !f.Completed {
		return
	}
	link, err := a.fetchLink(p, f, name)
	if err != nil {
		a.sayFailed("a link could not be made", err, name)
		return
	}
	a.Do(func() { a.openAddress(link.URL) })
}

func (a *App) openAddress(address string) {
	if err := a.Desktop.Open(address); err != nil {
		a.say(a.Words.Text("note.cannotOpen"))
	}
}

// fileAddress is the file: URL of a path of this system.
func fileAddress(path string) string {
	path = filepath.ToSlash(path)
	if len(path) > 0 && path[0] != '/' { // a drive's letter
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func (a *App) downloadFolder() string {
	if dir := a.prefs.Load().DownloadFolder; dir != "" {
		return dir
	}
	return a.Downloads
}

// HandOver takes the files of a second start of the program, as quick share
// does; without files that start only wants the window. It returns when the
// window has taken them, or when ctx ends, whose error it then returns.
func (a *App) HandOver(ctx context.Context, paths []string) error {
	taken := make(chan struct{})
	a.Do(func() {
		if ctx.Err() != nil {
			return
		}
		if len(paths) > 0 {
			a.add(paths, true)
		}
		a.Desktop.Raise()
		close(taken)
	})
	select {
	case <-taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TrayHint tells, once in the life of an installation, that the person should
// learn that the program lives on when its window is closed.
func (a *App) TrayHint() bool {
	if s := a.prefs.Load(); s.TrayHintShown || !s.Notify {
		return false
	}
	a.save(func(s *settings.Settings) { s.TrayHintShown = true })
	return true
}
