package app

import (
	"slices"

	"quicksync.me/desktop/service/transfer"
)

// oneLink sends all of a parcel as one archive in place of its single uploads.
func (a *App) oneLink(d *parcel) {
	a.mu.Lock()
	d.batch.failed = true // nothing of it is copied any more
	left := a.unwant(d.uploads)
	a.mu.Unlock()
	a.Engine.Cancel(left...)
	a.take(&parcel{
		place: d.place, paths: d.paths, archive: a.archiveName(d.paths), sure: d.sure,
		batch: &batch{quick: d.batch.quick, walking: true, clip: d.batch.clip},
	})
}

// sendEach sends what archives are made of one by one, in their place.
func (a *App) sendEach(ids []string) {
	for _, id := range ids {
		a.mu.Lock()
		u, ours := a.transfers.byID[id]
		if !ours || len(u.Bundle) == 0 || u.unwanted {
			a.mu.Unlock()
			continue
		}
		copied := a.copied
		d := &parcel{place: a.place(u.Target), paths: u.Bundle, each: true, batch: &batch{walking: true, clip: func() string { return copied }}}
		if u.batch != nil {
			d.batch.quick, d.batch.clip = u.batch.quick, u.batch.clip
		}
		left := a.unwant([]string{id})
		a.mu.Unlock()
		a.Engine.Cancel(left...)
		if d.place != nil {
			a.take(d)
		}
	}
	a.now()
}

// unwant has uploads give way to another: those that have ended are cleared
// away at once, the others, which it returns, when they have. Callers hold
// a.mu and cancel these.
func (a *App) unwant(ids []string) (left []string) {
	for _, id := range ids {
		u, ours := a.transfers.byID[id]
		if !ours || u.unwanted {
			continue
		}
		u.unwanted = true
		a.transfers.left++
		a.transfers.leave(u)
		a.leaveBatch(u)
		delete(a.view.selected, id)
		if u.over {
			a.group.Go(func() { a.clearAway(u.Status) })
		} else {
			left = append(left, id)
		}
	}
	return left
}

// leaveBatch has nothing wait for an upload, nor copy its link. Callers hold
// a.mu.
func (a *App) leaveBatch(u *tracked) {
	if b := u.batch; b != nil {
		u.batch = nil
		b.left--
		if b.over() && !b.failed {
			a.group.Go(func() { a.finish(b) })
		}
	}
	if b := a.asked; b != nil {
		b.done = slices.DeleteFunc(b.done, func(v *tracked) bool { return u == v })
		if len(b.done) == 0 {
			a.ask, a.asked = false, nil
		}
	}
}

// clearEnded clears away what has ended and gave way before. Callers hold a.mu.
func (a *App) clearEnded(ended []*tracked) {
	for _, u := range ended {
		if u.unwanted {
			a.group.Go(func() { a.clearAway(u.Status) })
		} else if u.State.Stored() {
			a.removePasted(u)
		}
	}
}

// clearAway deletes what a storage has of an upload that gave way, and drops
// it. A file that had been there before stays; one that cannot be deleted comes
// back to the list.
func (a *App) clearAway(s transfer.Status) {
	a.mu.Lock()
	p := a.place(s.Target)
	a.mu.Unlock()
	if s.State == transfer.Done && p != nil {
		a.deleteFile(p, s.File.Key, s.ID, s.Name)
	} else {
		a.giveUp(s.ID)
	}
	a.mu.Lock()
	if u, still := a.transfers.byID[s.ID]; still {
		u.unwanted = false
		a.transfers.left++
	}
	a.mu.Unlock()
}
