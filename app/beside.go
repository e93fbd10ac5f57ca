package app

import (
	"maps"
	"time"
)

// This file is about what somebody else does to this computer's own storage, such as
// qs in a terminal: the list shows it, without being asked for again.

// A storage that changes is listed again when it has had time to change further, and
// what we do ourselves to be known: settles, and perFile for each file that is listed,
// which is work.
const settles, perFile = 500 * time.Millisecond, 10 * time.Microsecond

// changed notes that a file of this computer's own storage has come, or gone.
func (a *App) changed(key string, there bool) {
	a.mu.Lock()
	a.changes[key] = there
	a.mu.Unlock()
	select {
	case a.stir <- struct{}{}:
	default:
	}
}

// followHere lists this computer's own storage when somebody else has changed it.
func (a *App) followHere() {
	a.Node.Watch(a.changed)
	defer a.Node.Watch(nil)
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-a.stir:
		}
		changes, settled := a.takeChanges()
		select {
		case <-a.ctx.Done():
			return
		case <-time.After(settled):
		}
		a.lookHere(changes)
	}
}

// takeChanges returns what has changed, and when we should know of it if it was our
// own doing.
func (a *App) takeChanges() (changes map[string]bool, settled time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	changes = maps.Clone(a.changes)
	clear(a.changes)
	return changes, settles + time.Duration(len(a.place(hereID).list.files))*perFile
}

// lookHere lists the storage again if not all of the changes are known. When the person
// does not see it, it is listed as soon as that is so; and while files are deleted,
// when they all are.
func (a *App) lookHere(changes map[string]bool) {
	a.mu.Lock()
	p := a.place(hereID)
	strange := p == a.current && !a.hidden.Load() && a.deleting == 0 && a.isStrange(p, changes)
	a.mu.Unlock()
	if strange {
		a.reload(p)
	}
}

// isStrange tells that changes of a storage are not all of our doing, nor in its list.
// Callers hold a.mu.
func (a *App) isStrange(p *place, changes map[string]bool) bool {
	ours := map[string]bool{} // by key: whether it is there, as far as is known
	for _, u := range a.transfers.order {
		if _, asked := changes[u.FileKey]; asked && u.Target == p.id {
			ours[u.FileKey] = u.State.Stored()
		}
	}
	for key, there := range changes {
		_, listed := p.list.byKey[key]
		stored, isOurs := ours[key]
		if there != (listed || stored) && !(there && isOurs) {
			return true
		}
	}
	return false
}
