package transfer

import (
	"context"
	"errors"
	"time"

	"quicksync.me/desktop/service/api"
)

// settle ends the turn of an upload, and lets others have theirs.
func (e *Engine) settle(ctx context.Context, r *route, u *upload, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.leaveLane(u)
	u.cancel = nil
	u.ended = time.Now()
	if u.moved && err != nil && !errors.Is(err, errAlready) && !u.given {
		e.move(u)
	}
	e.conclude(context.Cause(ctx), r, u, err)
	e.sweep(u)
	e.dispatch()
}

// conclude decides what becomes of an upload whose turn has ended with err, and
// its context for this cause. Callers hold e.mu and dispatch afterwards.
func (e *Engine) conclude(cause error, r *route, u *upload, err error) {
	var paused *pausedError
	switch {
	case errors.Is(err, errAlready):
		e.drop(u)
		e.change(u, Already, nil)
	case err == nil:
		e.finished(u)
		e.change(u, Done, nil)
	case u.given:
		e.change(u, Cancelled, nil)
		e.clear(e.clearedBy(r, u), u)
	case errors.As(cause, &paused) && u.resume:
		e.enqueue(u)
	case errors.As(cause, &paused) && (paused.why == nil || u.pausing): // also after a new key
		e.change(u, Paused, nil)
	case errors.As(cause, &paused) && e.routes[u.targetID] != r:
		e.requeue(u) // a new key came meanwhile
	case errors.As(cause, &paused):
		e.change(u, e.withoutKey(), paused.why)
	case errors.Is(cause, errClosed):
		e.change(u, Waiting, nil)
	case NeedsKey(err) && e.routes[u.targetID] != r:
		e.enqueue(u) // a new key came meanwhile
	case NeedsKey(err):
		e.change(u, e.withoutKey(), err)
		e.hold(u.targetID, err)
	default:
		if !u.begun && !isRemote(err) {
			e.drop(u) // there is nothing to go on with
		}
		e.cfg.Log.Warn("an upload failed", "transfer", u.id, "error", kindOf(err))
		e.change(u, Failed, err)
	}
}

// isRemote tells that the server is the reason, or the way to it: what has nothing to go
// on with begins in the next run.
func isRemote(err error) bool {
	var remote *api.Error
	return errors.As(err, &remote)
}

// clearedBy is by what way a cancelled upload is deleted whose turn was by r: the
// newest, unless that leads to another storage. Callers hold e.mu.
func (e *Engine) clearedBy(r *route, u *upload) *route {
	if u.moved {
		return r
	}
	return e.routes[u.targetID]
}

// withoutKey is the state of uploads that need a new key.
func (e *Engine) withoutKey() State {
	if e.cfg.Unattended {
		return Failed
	}
	return Paused
}

// hold stops all of a target whose key does not work: asking again would only
// be refused again. The queue stays. Callers hold e.mu.
func (e *Engine) hold(targetID string, err error) {
	for _, u := range e.order {
		if u.targetID != targetID {
			continue
		}
		if u.state == Waiting {
			e.change(u, e.withoutKey(), err)
		} else if u.cancel != nil {
			u.cancel(&pausedError{err})
		}
	}
}

// NeedsKey tells that nothing goes on before the person gives a new key.
func NeedsKey(err error) bool {
	return errors.Is(err, api.ErrUnauthorized) || errors.Is(err, api.ErrEnded)
}

// kindOf names an error without the file that it is about.
func kindOf(err error) string {
	var onDisk *FileError
	if errors.As(err, &onDisk) {
		return onDisk.Kind.Error()
	}
	var remote *api.Error
	if errors.As(err, &remote) {
		return remote.Op + ": " + remote.Kind.Error()
	}
	return err.Error()
}
