package transfer

import (
	"context"
	"errors"
	"slices"
	"time"
)

// errCancelled ends an upload that the person gave up.
var errCancelled = errors.New("cancelled")

// pausedError ends the run of an upload that goes on later. why is nil when
// the person wanted it.
type pausedError struct{ why error }

func (p *pausedError) Error() string { return "paused" }

// each calls do for the uploads of these IDs that still exist, and lets start
// what may start then. do runs with e.mu held.
func (e *Engine) each(ids []string, do func(*upload)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range ids {
		if u, ok := e.uploads[id]; ok {
			do(u)
		}
	}
	e.dispatch()
}

// Pause holds uploads until Resume. What was answered is kept.
func (e *Engine) Pause(ids ...string) { e.each(ids, e.pause) }

func (e *Engine) pause(u *upload) {
	switch {
	case u.clearing(): // one that is retried rests afterwards where all is held
	case u.cancel != nil:
		u.pausing, u.resume = true, false
		u.cancel(&pausedError{})
	case u.state == Waiting:
		e.change(u, Paused, nil)
	}
}

// Resume lets paused uploads go on, also while all others rest.
func (e *Engine) Resume(ids ...string) {
	e.each(ids, e.unpause)
}

// unpause lets an upload wait for its turn again. One that is just coming to
// rest does so when it has.
func (e *Engine) unpause(u *upload) {
	switch {
	case u.clearing():
	case u.cancel != nil:
		u.pausing, u.resume = false, true
	case u.state == Paused:
		e.enqueue(u)
	}
}

// Retry sets failed and cancelled uploads going again. Parts that were
// answered are not sent again, unless the source changed.
func (e *Engine) Retry(ids ...string) {
	e.each(ids, func(u *upload) {
		switch {
		case u.state != Failed && u.state != Cancelled:
		case u.cancel != nil: // with what is not deleted by now
			u.resume = true
			u.unclear()
		default:
			e.renew(u) // with the tags that it has now: it may go elsewhere than before
			e.enqueue(u)
		}
	})
}

// Cancel gives uploads up and deletes what the server has of them. Finished
// ones stay.
func (e *Engine) Cancel(ids ...string) {
	e.each(ids, func(u *upload) {
		switch {
		case u.cancel != nil:
			u.given, u.resume = true, false
			u.cancel(errCancelled)
		case u.state == Waiting || u.state == Paused || u.state == Failed:
			e.change(u, Cancelled, nil)
			e.clear(e.routes[u.targetID], u)
		}
	})
}

// clear deletes, in a goroutine of its own, what the server has of a cancelled
// upload, however long that server is away. Until then it counts as running. When
// the engine closes first, the journal has the next run do it. Callers hold e.mu.
func (e *Engine) clear(r *route, u *upload) {
	if !u.begun {
		e.drop(u)
		return
	}
	e.keepCancelled(u)
	if e.closed {
		return
	}
	ctx, unclear := context.WithCancel(e.ctx)
	u.cancel, u.unclear, u.resume = func(error) {}, unclear, false
	e.clearing++
	e.group.Go(func() {
		defer unclear()
		e.abort(ctx, r, u)
	})
}

// owes tells that a cancelled upload was not deleted from its server, and is not
// being deleted either. A new key may do it. Callers hold Engine.mu.
func (u *upload) owes() bool { return u.cancel == nil && u.state == Cancelled && u.begun }

// clearing tells that a cancelled upload is being deleted from its server.
// Callers hold Engine.mu.
func (u *upload) clearing() bool { return u.cancel != nil && u.state == Cancelled }

// requeue lets an upload go on, or rest where all is held. Callers hold e.mu.
func (e *Engine) requeue(u *upload) {
	if e.held {
		e.change(u, Paused, nil)
		return
	}
	e.enqueue(u)
}

// PauseAll holds everything, and what is added from now on as well.
func (e *Engine) PauseAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = true
	for _, u := range e.order {
		e.pause(u)
	}
}

// ResumeAll undoes PauseAll and every single Pause.
func (e *Engine) ResumeAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = false
	for _, u := range e.order {
		e.unpause(u)
	}
	e.dispatch()
}

// Cleared waits until the servers have deleted what was cancelled, or ctx ends.
func (e *Engine) Cleared(ctx context.Context) {
	for ctx.Err() == nil {
		e.mu.Lock()
		left := e.clearing
		e.mu.Unlock()
		if left == 0 {
			return
		}
		sleep(ctx, clearedLook)
	}
}

// clearedLook is how often Cleared looks.
const clearedLook = 20 * time.Millisecond

// Forget drops uploads from the engine's memory: those that have ended at
// once, the others, of which nothing is told any more, as soon as they have.
func (e *Engine) Forget(ids ...string) {
	if len(ids) == 0 {
		return
	}
	e.each(ids, func(u *upload) {
		u.dropped = true
		e.sweep(u)
	})
}

// sweep removes a dropped upload that has ended. Callers hold e.mu.
func (e *Engine) sweep(u *upload) {
	if u.gone || !u.dropped || u.cancel != nil || !u.state.Ended() || u.owes() {
		return
	}
	u.gone = true
	delete(e.uploads, u.id)
	if key := keyOf(u.targetID, u.src); e.queued[key] == u {
		delete(e.queued, key)
	}
	u.way = unmoved
	if u.recent != nil {
		e.recent.Remove(u.recent)
	}
	// One by one it would take the square of their number.
	if e.swept++; e.swept > len(e.order)/2 {
		e.order = slices.DeleteFunc(e.order, func(u *upload) bool { return u.gone })
		e.swept = 0
	}
}

// abort deletes what the server has of an upload. Nothing of it runs any more.
func (e *Engine) abort(ctx context.Context, r *route, u *upload) {
	err := r.removals.Acquire(ctx, 1)
	if err == nil {
		err = (&run{engine: e, route: r, upload: u}).removeRemains(ctx)
		r.removals.Release(1)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	u.cancel = nil
	e.clearing--
	now := e.routes[u.targetID]
	switch {
	case err == nil:
		u.forget()
		e.drop(u)
	case u.resume:
	case NeedsKey(err) && now != r && !u.moved: // a new key came meanwhile
		e.clear(now, u)
		return
	default:
		e.cfg.Log.Warn("what the server has of a cancelled upload could not be deleted", "transfer", u.id, "error", kindOf(err))
	}
	if u.moved {
		e.move(u)
	}
	if u.resume {
		e.renew(u)
		e.requeue(u)
		e.dispatch()
	}
	e.sweep(u)
}
