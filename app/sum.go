package app

import (
	"context"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
)

// sum is the SHA-256 of one original. Guarded by App.mu, but for read.
type sum struct {
	running bool
	read    *atomic.Int64
	cancel  context.CancelFunc
	sha256  string
	err     error
}

// original is what an earlier run uploaded as a file of a storage, where that
// was one file and not an archive of several. Callers hold a.mu.
func (a *App) original(p *place, key string) (journal.Finished, bool) {
	f, ok := a.history[historyKey(p.storage, key)]
	return f, ok && f.Path != "" && path.Base(f.Name) == filepath.Base(f.Path)
}

// originalOf is the original of a row of an earlier run. Callers hold a.mu.
func (a *App) originalOf(id string) (f journal.Finished, ok bool) {
	placeID, key, _ := strings.Cut(id, "/")
	if p := a.place(placeID); p != nil {
		f, ok = a.original(p, key)
	}
	return f, ok
}

// sumView is what the pane says of the SHA-256 of the selected file. Callers hold
// a.mu.
func (a *App) sumView(p *place, r views.Row, key string) views.Sum {
	v := views.Sum{Size: r.Size}
	if u, ours := a.transfers.byID[r.ID]; ours {
		v.Possible = u.State.Stored()
	} else {
		_, v.Possible = a.original(p, key)
	}
	if s := a.sums[r.ID]; s != nil {
		v.Running, v.Read, v.SHA256 = s.running, s.read.Load(), s.sha256
		v.Problem = a.explain(s.err, path.Base(r.Name))
	}
	return v
}

// startSum computes the SHA-256 of the original of a row.
func (a *App) startSum(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := a.sumOf(id)
	if s := a.sums[id]; of == nil || s != nil && (s.running || s.sha256 != "") {
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	s := &sum{running: true, read: new(atomic.Int64), cancel: cancel}
	a.sums[id] = s
	a.group.Go(func() {
		defer cancel()
		text, err := of(ctx, s.read)
		a.mu.Lock()
		s.running, s.sha256, s.err = false, text, err
		a.mu.Unlock()
		a.now()
	})
	a.now()
}

// sumOf is what computes the SHA-256 of a row, nil where nothing can. Callers
// hold a.mu.
func (a *App) sumOf(id string) func(context.Context, *atomic.Int64) (string, error) {
	if _, ours := a.transfers.byID[id]; ours {
		return func(ctx context.Context, read *atomic.Int64) (string, error) { return a.Engine.SHA256(ctx, id, read) }
	}
	f, ok := a.originalOf(id)
	if !ok {
		return nil
	}
	return func(ctx context.Context, read *atomic.Int64) (string, error) {
		was := transfer.Version{Size: f.Size, ModTime: f.ModTime}
		return transfer.SHA256(ctx, transfer.FileAt(f.Path), was, read)
	}
}

// stopSums ends what is being computed.
func (a *App) stopSums() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sums {
		s.cancel()
	}
}

// summing tells that something is being computed. Callers hold a.mu.
func (a *App) summing() bool {
	for _, s := range a.sums {
		if s.running {
			return true
		}
	}
	return false
}
