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

// cleanup is how long what is left of an upload may be cleared away.
const cleanup = 30 * time.Second

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
	case u.cancel != nil:
		u.resume = false
		u.cancel(&pausedError{})
	case u.state == Waiting:
		e.change(u, Paused, nil)
	}
}

// Resume lets paused uploads go on.
func (e *Engine) Resume(ids ...string) {
	e.each(ids, e.unpause)
}

// unpause lets an upload wait for its turn again. One that is just coming to
// rest does so when it has.
func (e *Engine) unpause(u *upload) {
	switch {
	case u.cancel != nil:
		u.resume = true
	case u.state == Paused:
		e.enqueue(u)
	}
}

// Retry sets failed and cancelled uploads going again. Parts that were
// answered are not sent again, unless the source changed.
func (e *Engine) Retry(ids ...string) {
	e.each(ids, func(u *upload) {
		if u.cancel == nil && (u.state == Failed || u.state == Cancelled) {
			e.keep(u)
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
			u.cancel(errCancelled)
		case u.state == Waiting || u.state == Paused || u.state == Failed:
			e.change(u, Cancelled, nil)
			e.clear(u)
		}
	})
}

// clear deletes, in a goroutine of its own, what the server has of an upload
// that does not run. Until then it counts as running. Callers hold e.mu.
func (e *Engine) clear(u *upload) {
	if !u.begun {
		e.drop(u)
		return
	}
	e.keepCancelled(u)
	if e.closed {
		return // the next run deletes it
	}
	r := e.routes[u.targetID]
	u.cancel = func(error) {}
	e.group.Go(func() {
		e.abort(r, u)
		e.mu.Lock()
		defer e.mu.Unlock()
		u.cancel = nil
		if u.dropped {
			e.sweep()
		}
	})
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

// CancelAll gives up everything that is not finished, and waits until the
// servers have been told or ctx ends.
func (e *Engine) CancelAll(ctx context.Context) {
	e.mu.Lock()
	ids := make([]string, 0, len(e.order))
	for _, u := range e.order {
		if !u.state.Ended() {
			ids = append(ids, u.id)
		}
	}
	e.mu.Unlock()
	e.Cancel(ids...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.group.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Forget drops uploads from the engine's memory: those that have ended at
// once, the others, of which nothing is told any more, as soon as they have.
func (e *Engine) Forget(ids ...string) {
	e.each(ids, func(u *upload) { u.dropped = true })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sweep()
}

// sweep removes the dropped uploads that have ended. Callers hold e.mu.
func (e *Engine) sweep() {
	e.order = slices.DeleteFunc(e.order, func(u *upload) bool {
		gone := u.dropped && u.cancel == nil && u.state.Ended()
		if gone {
			delete(e.uploads, u.id)
		}
		return gone
	})
}

// abort deletes what the server has of an upload. Nothing of it runs any more.
func (e *Engine) abort(r *route, u *upload) {
	e.mu.Lock()
	e.keepCancelled(u)
	e.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.ctx), cleanup)
	defer cancel()
	a := &run{engine: e, route: r, upload: u}
	if err := a.removeRemains(ctx); err != nil {
		e.cfg.Log.Warn("what the server has of a cancelled upload could not be deleted", "transfer", u.id, "error", kindOf(err))
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	u.forget()
	e.drop(u)
}
