package app

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views/words"
)

// deletesBeside is how many files are deleted side by side: a server takes it for an
// attack when a thousand rows are a thousand connections.
const deletesBeside = 8

// deletePatience is how long a file is deleted again that its server does not answer
// for.
const deletePatience = time.Minute

// doomed is a file that shall be deleted, with its row.
type doomed struct{ row, key string }

// delete deletes files from their storage, gives up what is still on its way,
// and drops the rows.
func (a *App) delete(ids []string) {
	var unsent []string
	stored := map[*place][]doomed{}
	a.mu.Lock()
	for _, id := range ids {
		if p, f, _, ok := a.find(id); ok {
			stored[p] = append(stored[p], doomed{id, f.Key})
		} else {
			unsent = append(unsent, id)
		}
	}
	for _, files := range stored {
		a.deleting += len(files)
	}
	a.mu.Unlock()
	a.giveUp(unsent...)
	for p, files := range stored {
		a.group.Go(func() { a.deleteAll(p, files) })
	}
}

// giveUp cancels uploads, whatever the server has of them, and drops their rows.
func (a *App) giveUp(ids ...string) {
	a.Engine.Cancel(ids...)
	a.Engine.Forget(ids...)
	a.drop(ids...)
}

// deletes counts the files that are being deleted: the end of the program would leave
// them where they are.
func (a *App) deletes(more int) {
	a.mu.Lock()
	a.deleting += more
	a.mu.Unlock()
	a.now()
}

// inChunks has files deleted that are counted, many at a time, for as long as that goes
// on; then they are counted no more, those that are left neither.
func inChunks[T any](a *App, files []T, remove func(some []T) (goOn bool)) {
	left := len(files)
	defer func() { a.deletes(-left) }()
	for some := range slices.Chunk(files, deletedAtOnce) {
		goOn := remove(some)
		a.deletes(-len(some))
		left -= len(some)
		if !goOn {
			return
		}
	}
}

// deleteAll deletes files from a storage, which are counted already. The rows leave the
// list many at a time, and the list is asked for once: each costs as much as the list is
// long.
func (a *App) deleteAll(p *place, files []doomed) {
	deleted := 0
	var problem error
	inChunks(a, files, func(some []doomed) bool {
		gone, goOn, err := a.deleteSome(p, some)
		a.dropDeleted(p, gone)
		deleted += len(gone)
		if problem == nil {
			problem = err
		}
		return goOn
	})
	a.reload(p)
	if problem != nil {
		a.sayNotDeleted(len(files)-deleted, problem)
	}
}

// deleteSome deletes files, and returns those that are gone. A file that cannot be
// deleted keeps no other from it, unless it is the storage that cannot be reached:
// then there is no use in going on.
func (a *App) deleteSome(p *place, files []doomed) (gone []doomed, goOn bool, problem error) {
	g, ctx := errgroup.WithContext(a.ctx)
	g.SetLimit(deletesBeside)
	errs := make([]error, len(files))
	var worked atomic.Int64
	for i, f := range files {
		g.Go(func() error {
			before := worked.Load()
			if errs[i] = a.deleteKey(ctx, p, f.key); errs[i] == nil {
				worked.Add(1)
			} else if worked.Load() == before && unreachable(errs[i]) {
				return errs[i]
			}
			return nil
		})
	}
	problem = g.Wait()
	goOn = problem == nil
	for i, f := range files {
		if errs[i] == nil {
			gone = append(gone, f)
		} else if problem == nil {
			problem = errs[i]
		}
	}
	return gone, goOn, problem
}

// unreachable tells that an error is about all of a storage, as far as one file can
// tell.
func unreachable(err error) bool {
	var remote *api.Error
	return transfer.NeedsKey(err) || errors.Is(err, errNotOpen) || errors.As(err, &remote) && remote.Transient()
}

// deleteKey deletes one file, with the key that its storage has at each try.
func (a *App) deleteKey(ctx context.Context, p *place, key string) error {
	return transfer.Retry(ctx, deletePatience, func() error {
		t, ok := a.targetOf(p)
		if !ok {
			return errNotOpen
		}
		return t.Bucket.Delete(ctx, key)
	})
}

// deleteFile deletes one file that has given way to another, and drops its row.
func (a *App) deleteFile(p *place, key, id, name string) {
	a.deletes(1)
	defer a.deletes(-1)
	if err := a.deleteKey(a.ctx, p, key); err != nil {
		a.sayFailed("a file could not be deleted", err, name)
		return
	}
	a.dropDeleted(p, []doomed{{id, key}})
	a.reload(p)
}

// dropDeleted takes files that are gone off the list, in all the rows that show them.
func (a *App) dropDeleted(p *place, files []doomed) {
	var rows, keys []string
	for _, f := range files {
		rows, keys = append(rows, f.row), append(keys, f.key)
	}
	a.dropCopies(p, keys)
	a.Engine.Forget(rows...)
	a.drop(rows...)
}

// unlist takes files that are gone out of what a storage was told to hold last, before
// the uploads that stand for them go: else they would be shown as files that somebody
// else has uploaded. A list may be long, so it is copied without the lock, and again
// where another one has come meanwhile.
func (a *App) unlist(p *place, keys []string) {
	for left := false; !left; {
		a.mu.Lock()
		old := p.list
		a.mu.Unlock()
		if !old.has(keys) {
			return
		}
		files, byKey := old.without(keys)
		a.mu.Lock()
		if left = p.list.same(old); left {
			p.list.files, p.list.byKey = files, byKey
			a.transfers.left++
		}
		a.mu.Unlock()
	}
}

// sayNotDeleted says how many files are left, and why the first of them is.
func (a *App) sayNotDeleted(files int, problem error) {
	why := a.explain(problem, "")
	if why == "" { // the program ends
		return
	}
	a.Log.Warn("files could not be deleted", "files", files, "error", problem)
	a.say(a.Words.Count("note.notDeleted", files, words.Args{"Text": why}))
}

// drop takes rows off the list, with what was pasted only for them.
func (a *App) drop(ids ...string) {
	a.mu.Lock()
	for _, id := range ids {
		if u, ours := a.transfers.byID[id]; ours {
			a.removePasted(u)
		}
		delete(a.links, id)
		if s := a.sums[id]; s != nil {
			s.cancel()
			delete(a.sums, id)
		}
		delete(a.view.selected, id)
	}
	a.transfers.forget(ids...)
	a.mu.Unlock()
	a.now()
}
