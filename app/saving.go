package app

import (
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// atOnce is how many files of one Save to… are fetched at once.
const atOnce = 3

// saving is a Save to… under way. Each file has a counter of what is there.
type saving struct {
	files []saved
	// stop ends it; set once it runs.
	stop context.CancelCauseFunc
}

// saved is one file of it, with its row. Its size in bytes is negative where it
// is not known.
type saved struct {
	transfer.Download
	row  string
	size int64
}

// add takes the file of a row into what is saved. Callers hold App.mu, or are
// alone.
func (s *saving) add(d transfer.Download, row string, size int64) {
	d.Received = new(atomic.Int64)
	s.files = append(s.files, saved{d, row, size})
}

// saveTo fetches files into a folder.
func (a *App) saveTo(ids []string, folder string) {
	s := &saving{}
	a.mu.Lock()
	for _, id := range ids {
		if p, f, name, ok := a.find(id); ok && f.Completed {
			s.add(transfer.Download{
				Target: p.id, FileKey: f.Key, Path: filepath.Join(folder, names.SavedName(path.Base(name))),
			}, id, f.Size)
		}
	}
	a.mu.Unlock()
	a.startSaving(s)
}

// saveLeft goes on with what was being saved from a storage, by earlier runs or
// until its key ended.
func (a *App) saveLeft(p *place) {
	s := &saving{}
	a.mu.Lock()
	for _, d := range a.Engine.LeftDownloads(p.id) {
		if !a.isSaving(d) {
			s.add(d, p.id+"/"+d.FileKey, -1)
		}
	}
	a.mu.Unlock()
	if len(s.files) > 0 {
		a.say(a.Words.Count("note.savingOn", len(s.files)))
	}
	a.startSaving(s)
}

// isSaving tells that a file is on its way to the same place already. Callers hold
// a.mu.
func (a *App) isSaving(d transfer.Download) bool {
	same := func(f saved) bool {
		return f.Target == d.Target && f.FileKey == d.FileKey && f.Path == d.Path
	}
	for s := range a.savings {
		if slices.ContainsFunc(s.files, same) {
			return true
		}
	}
	return false
}

func (a *App) startSaving(s *saving) {
	if len(s.files) == 0 {
		return
	}
	ctx, stop := context.WithCancelCause(a.ctx)
	s.stop = stop
	a.mu.Lock()
	a.savings[s] = true
	a.mu.Unlock()
	a.group.Go(func() {
		err := a.fetchAll(ctx, s)
		stop(nil)
		a.mu.Lock()
		delete(a.savings, s)
		a.mu.Unlock()
		switch {
		case errors.Is(err, transfer.ErrGivenUp):
			a.say(a.Words.Text("note.savingStopped"))
		case err != nil:
			a.sayFailed("files could not be saved", err, "")
		default:
			a.say(a.Words.Count("note.saved", len(s.files), words.Args{"Folder": s.folder()}))
		}
	})
	a.now()
}

// folder is the name of where it saves to.
func (s *saving) folder() string { return filepath.Base(filepath.Dir(s.files[0].Path)) }

// fetchAll fetches the files. Where it was given up, that is the error.
func (a *App) fetchAll(ctx context.Context, s *saving) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, d := range s.files {
		g.Go(func() error {
			_, err := a.Engine.Download(ctx, d.Download)
			return err
		})
	}
	err := g.Wait()
	if err != nil && errors.Is(context.Cause(ctx), transfer.ErrGivenUp) {
		return transfer.ErrGivenUp
	}
	return err
}

// stopSaving ends each Save to… that fetches one of these rows; without any,
// all of them.
func (a *App) stopSaving(ids []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for s := range a.savings {
		fetches := func(f saved) bool { return slices.Contains(ids, f.row) }
		if len(ids) == 0 || slices.ContainsFunc(s.files, fetches) {
			s.stop(transfer.ErrGivenUp)
		}
	}
}

// savingOf is what is being saved of these rows. Callers hold a.mu.
func (a *App) savingOf(rows map[string]bool) views.Saving {
	return a.savingWhere(func(row string) bool { return rows[row] })
}

// savingWhere sums up what is being saved of some rows.
func (a *App) savingWhere(is func(row string) bool) (sum views.Saving) {
	for s := range a.savings {
		for _, f := range s.files {
			if !is(f.row) {
				continue
			}
			sum.Files++
			sum.Folder = s.folder()
			sum.Received += f.Received.Load()
			if f.size < 0 || sum.Size < 0 {
				sum.Size = -1
			} else {
				sum.Size += f.size
			}
		}
	}
	return sum
}

// savingLine says how far all that is being saved is; empty while nothing is.
// Callers hold a.mu.
func (a *App) savingLine() string {
	if len(a.savings) == 0 {
		return ""
	}
	all := a.savingWhere(func(string) bool { return true })
	text := a.Words.Count("note.saving", all.Files)
	if all.Size > 0 {
		text = a.Words.Joined(text, a.Words.Text("unit.percent", words.Args{"N": min(all.Received*100/all.Size, 99)}))
	}
	return text
}
