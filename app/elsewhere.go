package app

import (
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/session"
)

// This file is about files of ours that somebody else has deleted: at another computer,
// or with qs at this one. Their rows go, as their links are dead.

// askedAfter is how many files that a list lacks are asked for by themselves: a list
// that stays shorter than the storage costs no more than that each time.
const askedAfter = 100

// arrived are our uploads that a storage has, as far as is known. Callers hold a.mu.
func (t *transfers) arrived(placeID string) (all []doomed) {
	for _, u := range t.order {
		if u.Target == placeID && u.State.Stored() && !u.earlier {
			all = append(all, doomed{u.ID, u.FileKey})
		}
	}
	return all
}

// lacking are those of our files that a list does not have, which was asked for when
// they were stored already.
func lacking(ours []doomed, listed map[string]int) (missing []doomed) {
	for _, f := range ours {
		if _, there := listed[f.key]; !there && len(missing) < askedAfter {
			missing = append(missing, f)
		}
	}
	return missing
}

// dropLost drops the rows of files that are not there any more. A list that lacks one
// is no proof of that: its server is asked for it.
func (a *App) dropLost(p *place, conn *session.Connection, missing []doomed) {
	var mu sync.Mutex
	var lost []doomed
	var g errgroup.Group
	g.SetLimit(deletesBeside)
	for _, f := range missing {
		g.Go(func() error {
			if _, err := conn.Client().Stat(a.ctx, f.key); errors.Is(err, api.ErrNotFound) {
				mu.Lock()
				defer mu.Unlock()
				lost = append(lost, f)
			}
			return nil
		})
	}
	_ = g.Wait() // what cannot be asked for stays
	if len(lost) > 0 {
		a.noteLost(p, lost)
		a.dropDeleted(p, lost)
	}
}

// noteLost has whatever is to give way to lost files stay: it may have all that is left
// of them.
func (a *App) noteLost(p *place, files []doomed) {
	keys := make([]string, len(files))
	for i, f := range files {
		keys[i] = f.key
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range a.transfers.showing(p.id, keys) {
		a.transfers.byID[id].lost = true
	}
}
