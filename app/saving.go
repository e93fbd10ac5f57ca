package app

import (
	"path"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views/words"
)

// atOnce is how many files of one Save to… are fetched at once.
const atOnce = 3

// saving is a Save to… under way. Each file has a counter of what is there.
type saving struct {
	files []transfer.Download
	// size of all in bytes; negative where the size of one is not known.
	size int64
}

// add takes a file into what is saved. Callers hold App.mu, or are alone.
func (s *saving) add(d transfer.Download, size int64) {
	d.Received = new(atomic.Int64)
	s.files = append(s.files, d)
	if size < 0 || s.size < 0 {
		s.size = -1
		return
	}
	s.size += size
}

// saveTo fetches files into a folder.
func (a *App) saveTo(ids []string, folder string) {
	s := &saving{}
	a.mu.Lock()
	for _, id := range ids {
		if p, f, name, ok := a.find(id); ok && f.Completed {
			s.add(transfer.Download{
				Target: p.id, FileKey: f.Key, Path: filepath.Join(folder, names.FileName(path.Base(name))),
			}, f.Size)
		}
	}
	a.mu.Unlock()
	a.startSaving(s)
}

// saveLeft goes on with what earlier runs were saving from a storage.
func (a *App) saveLeft(p *place) {
	s := &saving{}
	for _, d := range a.Engine.LeftDownloads(p.id) {
		s.add(d, -1)
	}
	if len(s.files) > 0 {
		a.say(a.Words.Count("note.savingOn", len(s.files)))
	}
	a.startSaving(s)
}

func (a *App) startSaving(s *saving) {
	if len(s.files) == 0 {
		return
	}
	a.mu.Lock()
	a.savings[s] = true
	a.mu.Unlock()
	a.group.Go(func() {
		err := a.fetchAll(s)
		a.mu.Lock()
		delete(a.savings, s)
		a.mu.Unlock()
		if err != nil {
			a.sayFailed("files could not be saved", err, "")
			return
		}
		folder := filepath.Base(filepath.Dir(s.files[0].Path))
		a.say(a.Words.Count("note.saved", len(s.files), words.Args{"Folder": folder}))
	})
	a.now()
}

func (a *App) fetchAll(s *saving) error {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, d := range s.files {
		g.Go(func() error {
			_, err := a.Engine.Download(a.ctx, d)
			return err
		})
	}
	return g.Wait()
}

// savingLine says how far all that is being saved is; empty while nothing is.
// Callers hold a.mu.
func (a *App) savingLine() string {
	if len(a.savings) == 0 {
		return ""
	}
	files, size, received, known := 0, int64(0), int64(0), true
	for s := range a.savings {
		files += len(s.files)
		size += s.size
		known = known && s.size >= 0
		for _, d := range s.files {
			received += d.Received.Load()
		}
	}
	text := a.Words.Count("note.saving", files)
	if known && size > 0 {
		text += " " + a.Words.Text("unit.percent", words.Args{"N": min(received*100/size, 99)})
	}
	return text
}
