package app

import (
	"slices"
	"time"

	"quicksync.me/desktop/views"
)

// maxRecents is how many links the tray offers again.
const maxRecents = 10

// stored is a file that was uploaded from this computer: its row, and when it was
// done.
type stored struct {
	id, name string
	ended    time.Time
	at       fileAt
}

// fileAt names a file of a storage.
type fileAt struct{ place, key string }

// newest are the few that were done last, newest first.
type newest []stored

func (n *newest) take(s stored) {
	at, _ := slices.BinarySearchFunc(*n, s, func(x, y stored) int { return y.ended.Compare(x.ended) })
	*n = slices.Insert(*n, at, s)
	*n = (*n)[:min(len(*n), maxRecents)]
}

// earlier are the newest files that earlier runs have uploaded to a storage, and
// that it still had when it was listed. Callers hold a.mu.
func (a *App) earlier(p *place) (n newest) {
	for _, f := range a.history {
		if f.Storage != p.storage {
			continue
		}
		if i, there := p.list.byKey[f.FileKey]; there && p.list.files[i].Completed {
			file := &p.list.files[i]
			n.take(stored{id: file.id, name: file.name, ended: f.Ended, at: fileAt{p.id, file.Key}})
		}
	}
	return n
}

// recents are the newest links of all storages: those of this run's uploads, and of
// earlier runs' where no upload of this run stands for the same file. Callers hold
// a.mu.
func (a *App) recents() (r []views.Recent) {
	before := map[fileAt]stored{}
	for _, p := range a.places {
		if p.closed {
			continue
		}
		for _, s := range p.earlier {
			before[s.at] = s
		}
	}
	var all newest
	for _, u := range a.transfers.order {
		at := fileAt{u.Target, u.FileKey}
		if u.State.Stored() {
			delete(before, at)
		}
		if u.State.Stored() && !u.unwanted && a.gone(a.place(u.Target), u) == "" {
			all.take(stored{id: u.ID, name: u.Name, ended: u.Ended, at: at})
		}
	}
	for _, s := range before {
		all.take(s)
	}
	for _, s := range all {
		r = append(r, views.Recent{ID: s.id, Name: s.name})
	}
	return r
}
