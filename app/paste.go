package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views/words"
)

// paste adds what was copied in any program. A text or a picture becomes a file
// in a folder of ours, which is deleted once it is uploaded.
func (a *App) paste(quick bool) {
	clip := a.copiedNow()
	a.group.Go(func() {
		c, err := a.Clipboard(a.ctx)
		if errors.Is(err, clipboard.ErrUnavailable) { // the window's own knows texts
			c, err = clipboard.Content{Text: clip()}, nil
		}
		if err == nil {
			err = a.pasteNow(clip, c, quick)
		}
		if err != nil {
			a.sayNotPasted(err)
		}
	})
}

// pasteNow adds what was copied; clip is the text of it.
func (a *App) pasteNow(clip func() string, c clipboard.Content, quick bool) error {
	a.mu.Lock()
	ours := c.Text != "" && c.Text == a.copied
	a.mu.Unlock()
	if ours {
		a.say(a.Words.Text("paste.ours"))
		return nil
	}
	paths, err := a.pathsOf(c)
	if err == nil {
		a.addWhile(clip, paths, quick)
	}
	return err
}

// pathsOf returns the files that were copied, those that a text names if all of
// them are there, or the one that a text or a picture is written to.
func (a *App) pathsOf(c clipboard.Content) ([]string, error) {
	if len(c.Files) > 0 {
		return c.Files, nil
	}
	named := clipboard.Paths(c.Text)
	missing := func(path string) bool { _, err := os.Stat(path); return err != nil }
	if len(named) > 0 && !slices.ContainsFunc(named, missing) {
		return named, nil
	}
	args := words.Args{"Time": stamp(time.Now())}
	var path string
	var err error
	switch {
	case c.Text != "":
		path, err = a.writePasted(a.Words.Text("name.text", args), ".txt", []byte(c.Text))
	case len(c.PNG) > 0:
		path, err = a.writePasted(a.Words.Text("name.picture", args), ".png", c.PNG)
	default:
		err = clipboard.ErrEmpty
	}
	return []string{path}, err
}

func (a *App) sayNotPasted(err error) {
	switch {
	case errors.Is(err, clipboard.ErrEmpty):
		a.say(a.Words.Text("paste.nothing"))
	case errors.Is(err, clipboard.ErrTooLarge):
		a.say(a.Words.Text("paste.tooLarge", words.Args{"Size": a.Words.Bytes(clipboard.MaxSize)}))
	case errors.Is(err, context.Canceled):
	default:
		a.Log.Warn("the clipboard could not be read", "error", err)
		a.say(a.Words.Text("paste.failed"))
	}
}

// writePasted makes a file of what was pasted, for this user alone; where the
// name is taken it gets a number.
func (a *App) writePasted(name, ending string, data []byte) (string, error) {
	if err := os.MkdirAll(a.Pasted, 0o700); err != nil {
		return "", err
	}
	file, err := transfer.CreateFree(filepath.Join(a.Pasted, name+ending), "", 0o600)
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err != nil {
		err = errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), err
}

// isPasted tells whether a file is one of those that pasting has made.
func (a *App) isPasted(path string) bool { return a.Pasted != "" && filepath.Dir(path) == a.Pasted }

// fromOf is where a file lies for the person; empty for what was pasted.
func (a *App) fromOf(path string) string {
	if a.isPasted(path) {
		return ""
	}
	return path
}

// removePasted deletes the file that pasting has made for an upload. Callers
// hold a.mu.
func (a *App) removePasted(u *tracked) {
	if !a.isPasted(u.Path) {
		return
	}
	path := u.Path
	a.group.Go(func() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			a.Log.Warn("what was pasted could not be deleted", "error", errors.Unwrap(err))
		}
	})
}

// sweepPasted deletes what earlier runs have pasted and nobody goes on with. Where that
// is not known of all of it, nothing is: it may be all that there is of a text.
func (a *App) sweepPasted() {
	if !a.LeftWhole {
		return
	}
	entries, err := os.ReadDir(a.Pasted)
	if err != nil { // nothing was ever pasted
		return
	}
	for _, e := range entries {
		path := filepath.Join(a.Pasted, e.Name())
		needed := false
		for _, left := range a.Left {
			needed = needed || left.Path == path && !left.Cancelled && !left.Download
		}
		if !needed {
			_ = os.Remove(path) // the next start tries again
		}
	}
}
