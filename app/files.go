package app

import (
	"path"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views/words"
)

// savings is how many files are saved at once.
const savings = 3

// saveTo fetches files into a folder.
func (a *App) saveTo(ids []string, folder string) {
	a.mu.Lock()
	var wanted []transfer.Download
	for _, id := range ids {
		if p, f, name, ok := a.find(id); ok && f.Completed {
			wanted = append(wanted, transfer.Download{
				Target: p.id, FileKey: f.Key, Path: filepath.Join(folder, names.FileName(path.Base(name))),
			})
		}
	}
	a.mu.Unlock()
	if len(wanted) == 0 {
		return
	}
	a.say(a.Words.Count("note.saving", len(wanted)))
	a.group.Go(func() { a.saveAll(wanted, folder) })
}

func (a *App) saveAll(wanted []transfer.Download, folder string) {
	var g errgroup.Group
	g.SetLimit(savings)
	for _, d := range wanted {
		g.Go(func() error {
			_, err := a.Engine.Download(a.ctx, d)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		a.say(a.explain(err, ""))
		return
	}
	a.say(a.Words.Count("note.saved", len(wanted), words.Args{"Folder": filepath.Base(folder)}))
}

// delete deletes files from their storage, gives up what is still on its way,
// and drops the rows.
func (a *App) delete(ids []string) {
	for _, id := range ids {
		a.mu.Lock()
		p, f, _, stored := a.find(id)
		a.mu.Unlock()
		if !stored {
			a.giveUp(id)
			continue
		}
		a.group.Go(func() { a.deleteFile(p, f.Key, id) })
	}
}

// giveUp cancels an upload, whatever the server has of it, and drops its row.
func (a *App) giveUp(id string) {
	a.Engine.Cancel(id)
	a.Engine.Forget(id)
	a.drop(id)
}

func (a *App) deleteFile(p *place, key, id string) {
	t, ok := a.targetOf(p)
	if !ok {
		return
	}
	if err := t.Bucket.Delete(a.ctx, key); err != nil {
		a.say(a.explain(err, ""))
		return
	}
	a.Engine.Forget(id)
	a.drop(id)
	a.reload(p)
}

// drop takes a row off the list.
func (a *App) drop(id string) {
	a.mu.Lock()
	a.transfers.forget(id)
	delete(a.links, id)
	delete(a.view.selected, id)
	a.mu.Unlock()
	a.now()
}
