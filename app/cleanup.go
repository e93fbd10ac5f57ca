package app

import (
	"errors"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// cleanAges are the ages that are offered to be deleted, in days, the oldest
// first; 0 is all.
var cleanAges = []int{30, 7, 0}

// deletedAtOnce is how many copies are deleted before they leave the list together.
const deletedAtOnce = 256

// errNotOpen: a storage has not been opened yet, or was forgotten.
var errNotOpen = errors.New("the storage is not open")

// cleanUps looks what copies this computer keeps, by their age.
func (a *App) cleanUps(done func(choices []views.CleanUp, problem string)) {
	a.group.Go(func() {
		var choices []views.CleanUp
		_, files, err := a.copies()
		if err != nil {
			a.Log.Warn("the copies on this computer could not be listed", "error", err)
		}
		for _, days := range cleanAges {
			c := views.CleanUp{Days: days}
			for _, f := range a.olderThan(files, days) {
				c.Files++
				c.Bytes += max(f.Size, 0)
			}
			choices = append(choices, c)
		}
		a.Do(func() { done(choices, a.explain(err, "")) })
	})
}

// copies lists the finished files of this computer's own storage. What is not
// finished may be on its way, from another program too, and what an upload of ours is
// still busy with would be sent anew.
func (a *App) copies() (*place, []api.File, error) {
	a.mu.Lock()
	p := a.place(hereID)
	a.mu.Unlock()
	t, ok := a.targetOf(p)
	if !ok {
		return p, nil, errNotOpen
	}
	files, err := t.Bucket.List(a.ctx)
	busy := a.busyWith(hereID)
	var finished []api.File
	for _, f := range files {
		if f.Completed && !busy[f.Key] {
			finished = append(finished, f)
		}
	}
	return p, finished, err
}

// busyWith are the keys of a storage's files whose uploads have not ended. The engine is
// asked for them: a list may be newer than what it has told by itself.
func (a *App) busyWith(placeID string) map[string]bool {
	var ids []string
	a.mu.Lock()
	for _, u := range a.transfers.order {
		if u.Target == placeID && !u.State.Ended() {
			ids = append(ids, u.ID)
		}
	}
	a.mu.Unlock()
	keys := map[string]bool{}
	for _, id := range ids {
		if s, there := a.Engine.Status(id); there && !s.State.Ended() {
			keys[s.FileKey] = true
		}
	}
	return keys
}

// olderThan keeps the files that were added so many days ago or earlier. Of which
// nobody knows when it was added is kept only among all.
func (a *App) olderThan(files []api.File, days int) (old []api.File) {
	before := time.Now().AddDate(0, 0, -days)
	a.mu.Lock()
	defer a.mu.Unlock()
	added := map[string]time.Time{}
	for _, u := range a.transfers.order {
		if u.Target == hereID {
			added[u.FileKey] = u.Added
		}
	}
	storage := a.place(hereID).storage
	for _, f := range files {
		when, ours := added[f.Key]
		if !ours {
			when = a.history[historyKey(storage, f.Key)].Added
		}
		if days == 0 || !when.IsZero() && when.Before(before) {
			old = append(old, f)
		}
	}
	return old
}

// cleanUp deletes the copies of an age, and what of them stands in the list.
func (a *App) cleanUp(days int, done func(sentence string)) {
	a.group.Go(func() {
		p, files, err := a.copies()
		deleted, freed := 0, int64(0)
		old := a.olderThan(files, days)
		a.deletes(len(old))
		inChunks(a, old, func(some []api.File) bool {
			var gone []string
			gone, err = a.deleteCopies(p, some)
			a.dropCopies(p, gone)
			deleted += len(gone)
			for _, f := range some[:len(gone)] {
				freed += max(f.Size, 0)
			}
			return err == nil
		})
		a.reload(p)
		said := a.Words.Count("clean.done", deleted, words.Args{"Size": a.Words.Bytes(freed)})
		if err != nil {
			a.Log.Warn("the copies on this computer could not all be deleted", "deleted", deleted, "error", err)
			said = a.Words.Text("clean.failed", words.Args{"Text": a.explain(err, "")})
		}
		a.Do(func() { done(said) })
	})
}

// deleteCopies deletes files, in their order, up to the first that it cannot.
func (a *App) deleteCopies(p *place, files []api.File) (keys []string, err error) {
	t, ok := a.targetOf(p)
	if !ok {
		return nil, errNotOpen
	}
	for _, f := range files {
		if err := t.Bucket.Delete(a.ctx, f.Key); err != nil {
			return keys, err
		}
		keys = append(keys, f.Key)
	}
	return keys, nil
}

// dropCopies takes files off the list, in all the rows that show them.
func (a *App) dropCopies(p *place, keys []string) {
	a.unlist(p, keys)
	a.mu.Lock()
	ids := a.transfers.showing(p.id, keys)
	a.mu.Unlock()
	a.Engine.Forget(ids...)
	for _, key := range keys {
		ids = append(ids, p.id+"/"+key)
	}
	a.drop(ids...)
}
