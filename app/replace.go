package app

import (
	"slices"

	"quicksync.me/desktop/service/transfer"
)

// This file sends something in the place of uploads. Nobody loses by it what a storage
// has: what is on its way gives way as soon as the other is admitted, what is stored
// only when all of the other is there. Until then it is not shown, and it comes back
// where the other fails.

// oneLink sends all of a parcel as one archive in place of its single uploads.
func (a *App) oneLink(d *parcel) {
	b := &batch{quick: d.batch.quick, walking: true, clip: d.batch.clip}
	a.mu.Lock()
	a.claim(b, d.uploads...)
	a.mu.Unlock()
	a.take(&parcel{place: d.place, paths: d.paths, archive: a.archiveName(d.paths), sure: d.sure, batch: b})
}

// sendEach sends what archives are made of one by one, in their place.
func (a *App) sendEach(ids []string) {
	for _, id := range ids {
		a.mu.Lock()
		d := a.eachOf(id)
		a.mu.Unlock()
		if d != nil {
			a.take(d)
		}
	}
	a.now()
}

// eachOf is what an archive is made of, to be sent in its place; nil where there is
// nothing, or it is to give way already. Callers hold a.mu.
func (a *App) eachOf(id string) *parcel {
	u, ours := a.transfers.byID[id]
	if !ours || len(u.Bundle) == 0 || u.unwanted || u.heir != nil {
		return nil
	}
	p := a.place(u.Target)
	if p == nil {
		return nil
	}
	copied := a.copied
	b := &batch{walking: true, clip: func() string { return copied }}
	if u.batch != nil {
		b.quick, b.clip = u.batch.quick, u.batch.clip
	}
	a.claim(b, id)
	return &parcel{place: p, paths: u.Bundle, each: true, batch: b}
}

// claim notes the uploads in whose place a batch is to be sent, unless another one
// is. Callers hold a.mu.
func (a *App) claim(b *batch, ids ...string) {
	for _, id := range ids {
		if u, ours := a.transfers.byID[id]; ours && !u.unwanted && u.heir == nil {
			u.heir = b
			b.instead = append(b.instead, u)
		}
	}
}

// release leaves the uploads as they are in whose place a batch was to be sent; false
// where none is there.
func (a *App) release(b *batch) (some bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, u := range b.instead {
		u.heir = nil
		some = some || a.transfers.byID[u.ID] == u
	}
	b.instead = nil
	return some
}

// giveWay has the uploads give way in whose place a batch is sent.
func (a *App) giveWay(b *batch) {
	a.mu.Lock()
	var left []string
	for _, u := range b.instead {
		a.unwant(u)
		a.settle(u)
		if !u.over {
			left = append(left, u.ID)
		}
	}
	a.mu.Unlock()
	a.Engine.Cancel(left...)
}

// unwant takes an upload out of all that is shown or waited for. Callers hold a.mu.
func (a *App) unwant(u *tracked) {
	u.unwanted = true
	a.transfers.left++
	a.transfers.leave(u)
	a.leaveBatch(u)
	delete(a.view.selected, u.ID)
}

// leaveBatch has nothing wait for an upload, nor copy its link. Callers hold
// a.mu.
func (a *App) leaveBatch(u *tracked) {
	if b := u.batch; b != nil {
		u.batch, b.lacks = nil, true
		b.left--
		if b.over() {
			a.end(b)
			if !b.failed {
				a.group.Go(func() { a.finish(b) })
			}
		}
	}
	if b := a.asked; b != nil {
		b.done = slices.DeleteFunc(b.done, func(v *tracked) bool { return u == v })
		if len(b.done) == 0 {
			a.ask, a.asked = false, nil
		}
	}
}

// clearEnded takes in what has ended. Callers hold a.mu.
func (a *App) clearEnded(ended []*tracked) {
	for _, u := range ended {
		if u.unwanted {
			a.settle(u)
		} else if u.State.Stored() {
			a.removePasted(u)
		}
	}
}

// settle decides, as soon as it can, what becomes of an upload that gave way. Callers
// hold a.mu.
func (a *App) settle(u *tracked) {
	b := u.heir
	there := a.transfers.byID[u.ID] == u
	if b == nil || !there || !u.over || u.State.Stored() && !b.over() {
		return
	}
	u.heir = nil
	if u.State.Stored() && !b.whole() {
		a.comeBack(u)
		return
	}
	s := u.Status
	a.group.Go(func() { a.clearAway(s) })
}

// comeBack shows an upload again that gave way. Callers hold a.mu.
func (a *App) comeBack(u *tracked) {
	u.unwanted = false
	a.transfers.left++
}

// clearAway deletes what a storage has of an upload that gave way, and drops
// it. A file that had been there before stays, and one that was added again since;
// one that cannot be deleted comes back to the list.
func (a *App) clearAway(s transfer.Status) {
	a.mu.Lock()
	p, needed := a.place(s.Target), a.needed(s)
	a.mu.Unlock()
	if s.State == transfer.Done && p != nil && !needed {
		a.deleteFile(p, s.File.Key, s.ID, s.Name)
	} else {
		a.giveUp(s.ID)
	}
	a.mu.Lock()
	if u, still := a.transfers.byID[s.ID]; still {
		a.comeBack(u)
	}
	a.mu.Unlock()
}

// needed tells that the file of an upload that gave way is that of another one as well,
// which is shown or may come back: the person has added it again, and the link that he
// has of it shall live. One that is still on its way may find the file there. Callers
// hold a.mu.
func (a *App) needed(s transfer.Status) bool {
	return slices.ContainsFunc(a.transfers.order, func(u *tracked) bool {
		switch {
		case u.ID == s.ID || u.Target != s.Target || u.unwanted && u.heir == nil:
			return false
		case u.State.Ended():
			return u.State.Stored() && u.FileKey == s.FileKey
		default:
			return u.Path == s.Path && u.Name == s.Name && slices.Equal(u.Bundle, s.Bundle)
		}
	})
}
