package transfer

import (
	"container/list"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
)

// upload is one file of the queue. All but sent is guarded by Engine.mu. What it
// needs to be on its way it has from its first turn on: most files of a long
// queue only wait.
type upload struct {
	id, targetID string
	storage      string
	src          Source
	name         string
	size         int64
	added, ended time.Time

	number  uint64 // orders the queue
	rev     uint64
	recent  *list.Element // of Engine.recent
	state   State
	err     error
	cancel  context.CancelCauseFunc // set while it runs
	unclear context.CancelFunc      // ends its being deleted from its server
	lane    *lane                   // in which it has its turn
	queued  bool
	resume  bool // goes on as soon as its pause has come into effect
	pausing bool // the person wants its pause
	given   bool // up by the person while it ran
	dropped bool // nobody wants to know of it any more
	gone    bool // dropped, and ended
	moved   bool // its connection leads to another storage now
	taken   bool // left by an earlier run, and taken up
	again   bool // left by an earlier run, or failed, and added again by the person

	*way
}

// way is what is needed to go on with an upload where it was.
type way struct {
	version   Version
	plan      Plan
	sealed    string
	begun     bool // a begin was sent, answered or not
	twice     bool // more than one was sent: the server may have more than one
	remote    api.Upload
	tags      []string // by part; empty where not answered
	tries     []uint8  // how often each part was sent
	partsDone int
	moving    map[int]struct{} // the numbers of the parts that are being sent
	completes bool             // a complete was sent, answered or not
	restored  bool             // left by an earlier run: its complete may have taken effect
	anew      int              // how often it began anew because the server had forgotten it

	sent atomic.Int64
	file api.File
	link api.Link
}

// unmoved is the way of every upload that has not had its turn. Nobody writes
// to it.
var unmoved = new(way)

// forget makes the upload begin anew at its next turn.
func (u *upload) forget() {
	if u.way != unmoved {
		u.way = &way{anew: u.anew}
	}
	if b, ok := u.src.(Bundle); ok {
		b.Forget()
	}
}

// run is one turn of an upload: from wherever it was to its end.
type run struct {
	engine *Engine
	route  *route
	upload *upload
	looks  looks // at a bundle; guarded by Engine.mu
	// suspected are the parts that were sent again because a complete was refused.
	suspected map[int]bool
}

// errForgotten: the server no longer knows the upload.
var errForgotten = errors.New("the server has forgotten the upload")

// maxAnew is how often an upload is begun anew in one turn because the server
// had forgotten it.
const maxAnew = 3

func (r *run) all(ctx context.Context) error {
	for anew := 0; ; anew++ {
		err := r.once(ctx)
		if !errors.Is(err, errForgotten) || anew == maxAnew {
			return r.discardStale(ctx, err)
		}
		// A finished upload is no upload any more: that it is not known may be
		// the effect of a complete whose answer, or whose parts' tags, were lost.
		if done, err := r.finished(ctx); err != nil {
			return err
		} else if done {
			return r.verify(ctx)
		}
		r.engine.cfg.Log.Info("the server has forgotten an upload: it begins anew", "transfer", r.upload.id)
		if err := r.removeRemains(ctx); err != nil { // another begin of it may have come late
			return err
		}
		r.locked(func() {
			r.upload.forget()
			r.upload.anew++
			r.engine.renew(r.upload)
		})
	}
}

// finished tells whether the server has the finished file.
func (r *run) finished(ctx context.Context) (bool, error) {
	file, err := r.route.stat(ctx, r.upload.remote.FileKey)
	if errors.Is(err, api.ErrNotFound) {
		return false, nil
	}
	return err == nil && file.Completed, err
}

// finishedBefore tells whether an earlier run has finished the upload: its last
// tags may be lost, and yet its complete have taken effect.
func (r *run) finishedBefore(ctx context.Context) (done bool, err error) {
	if !r.upload.restored || r.upload.remote.FileKey == "" {
		return false, nil
	}
	done, err = r.finished(ctx)
	if err == nil && !done {
		r.locked(func() { r.upload.restored = false })
	}
	return done, err
}

// once takes an upload through its stages.
func (r *run) once(ctx context.Context) error {
	done := false
	if !r.upload.again { // it is done then, whatever its source is now
		var err error
		if done, err = r.finishedBefore(ctx); err != nil {
			return err
		}
	}
	if !done {
		if err := r.deliver(ctx); err != nil {
			return err
		}
	}
	return r.verify(ctx)
}

// deliver sends the source and has the server make the file of it, if it has
// not. The source is open no longer than that takes: many files may wait for
// their proof.
func (r *run) deliver(ctx context.Context) error {
	src, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := r.already(ctx); err != nil {
		return err
	}
	switch err := r.begin(ctx); {
	case errors.Is(err, errFinished):
		return nil
	case err != nil:
		return err
	}
	if done, err := r.finishedBefore(ctx); err != nil || done {
		return err
	}
	r.stage(Uploading)
	if err := r.sendParts(ctx, src); err != nil {
		return err
	}
	r.stage(Finishing)
	if err := r.unchanged(); err != nil {
		return err
	}
	return r.complete(ctx, src)
}

// discardStale clears away what cannot be gone on with, so that a retry sends
// the new version under a new upload. What could not be deleted is forgotten only where
// the server has refused that for good, by an answer that was understood.
func (r *run) discardStale(ctx context.Context, err error) error {
	if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrWrongSize) {
		return err
	}
	if cleanErr := r.removeRemains(ctx); cleanErr != nil {
		r.engine.cfg.Log.Warn("the remains of an upload could not be deleted", "transfer", r.upload.id, "error", kindOf(cleanErr))
		if ctx.Err() != nil || CanGoOn(cleanErr) || acted(cleanErr) {
			return err // the next turn deletes them
		}
	}
	r.forget()
	return err
}

// forget makes the upload begin anew, in the journal as well.
func (r *run) forget() {
	r.locked(func() {
		r.upload.forget()
		r.engine.renew(r.upload)
	})
}

// locked runs a few lines that touch the upload's state.
func (r *run) locked(do func()) {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	do()
	r.engine.touch(r.upload)
}

func (r *run) stage(s State) {
	r.locked(func() { r.upload.state = s })
}

// prepare opens the source and, the first time, freezes its plan. A source
// that is another than the one that was begun has changed.
func (r *run) prepare(ctx context.Context) (Reader, error) {
	u := r.upload
	version, err := look(ctx, u.src)
	if err != nil {
		return nil, err
	}
	before := u.version
	before.info = nil // a disk that was away meanwhile gives new identities
	if u.begun && !version.Same(before) {
		if !u.again {
			return nil, &FileError{Path: r.upload.src.Path(), Kind: ErrChanged}
		}
		// The person has added the new version: the old one gives way.
		if err := r.removeRemains(ctx); err != nil {
			return nil, err
		}
		r.forget()
		if version, err = look(ctx, u.src); err != nil { // at what is planned now
			return nil, err
		}
	}
	if !u.begun {
		if err := r.plan(version); err != nil {
			return nil, err
		}
	}
	r.locked(func() { u.version, u.again = version, false })
	return u.src.Open()
}

func (r *run) plan(version Version) error {
	limits := r.route.target.Limits
	plan, ok := limits.Plan(version.Size, r.route.known())
	if !ok {
		return &FileError{Path: r.upload.src.Path(), Kind: ErrTooBig, Limit: limits.MaxSize()}
	}
	sealed, err := r.route.target.Seal(r.upload.name)
	if err != nil {
		return err
	}
	r.locked(func() {
		u := r.upload
		u.version, u.size, u.plan, u.sealed = version, version.Size, plan, sealed
		u.tags, u.tries = make([]string, plan.Parts), make([]uint8, plan.Parts)
	})
	return nil
}

// unchanged tells whether the source is still what was planned.
func (r *run) unchanged() error {
	return still(r.upload.src, r.upload.version, ErrChanged)
}

// bundleLook is how often a bundle is looked at while its parts are sent, and
// bundleShare how many times longer than it took that is at least. Its Reader checks
// each member that it reads anyway.
const (
	bundleLook  = time.Second
	bundleShare = 10
)

// looks are those at a bundle: one at a time.
type looks struct {
	under bool
	next  time.Time
}

// seemsUnchanged is unchanged before a part, where a bundle of a hundred thousand
// members, on a disk far away perhaps, is not looked through each time.
func (r *run) seemsUnchanged() error {
	if _, ok := r.upload.src.(Bundle); !ok {
		return r.unchanged()
	}
	began := time.Now()
	r.engine.mu.Lock()
	due := !r.looks.under && !began.Before(r.looks.next)
	r.looks.under = r.looks.under || due
	r.engine.mu.Unlock()
	if !due {
		return nil
	}
	err := r.unchanged()
	ended := time.Now()
	r.engine.mu.Lock()
	r.looks = looks{next: ended.Add(max(bundleLook, bundleShare*ended.Sub(began)))}
	r.engine.mu.Unlock()
	return err
}
