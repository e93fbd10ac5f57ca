package transfer

import (
	"context"
	"io"
	"sync"

	"quicksync.me/desktop/service/transfer/limit"
)

// SetLimits bounds what all transfers of the engine send and receive, from now
// on and also for what is on its way. Without it nothing is bounded.
func (e *Engine) SetLimits(s limit.Schedule) { e.bandwidth.Set(s) }

// SetWorkers replaces Config.Workers: at most n parts are on their way to a
// server at once from now on, and 0 lets the number follow the goodput again.
// What is on its way already is not interrupted.
func (e *Engine) SetWorkers(n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n = max(n, 0)
	if e.workers == n {
		return
	}
	e.workers = n
	for _, r := range e.routes {
		r.up.Fix(n)
		r.down.Fix(n)
	}
}

// limited makes a part's body go at its file's share of the bandwidth. done
// ends what the transport may still be reading when the call has returned.
func (r *run) limited(ctx context.Context, body *partBody) (open func() io.Reader, done func()) {
	var mu sync.Mutex
	var last *limit.Reader
	closeLast := func() {
		if last != nil {
			_ = last.Close()
		}
	}
	open = func() io.Reader {
		mu.Lock()
		defer mu.Unlock()
		closeLast()
		last = r.engine.bandwidth.Up(ctx, r.upload, body.open(), body.length)
		return last
	}
	done = func() {
		mu.Lock()
		defer mu.Unlock()
		closeLast()
	}
	return open, done
}
