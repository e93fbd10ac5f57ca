package transfer

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"quicksync.me/desktop/service/api"
)

// The backoff of a server: full jitter, doubling from firstWait to longestWait.
const (
	firstWait   = 250 * time.Millisecond
	longestWait = 30 * time.Second
)

// longAsked is the wait from which on a person wants to know of it.
const longAsked = 2 * time.Second

// maxServerFailures is how often in a row one call may be answered by a 5xx
// while the server does answer. With every fifth answer an error, a file would
// be given up once in a hundred million calls.
const maxServerFailures = 12

// pace is the one backoff that all calls to a server share: a 429 slows every
// worker, not one.
type pace struct {
	mu       sync.Mutex
	until    time.Time
	asked    time.Time // until when the server asked to wait
	counted  time.Time // until when what fails is the same failure
	failures int
	answers  uint64 // how many calls were answered
	since    time.Time
	last     error
	away     away
	// nudged is closed when whoever waits shall look again; nil while nobody does.
	nudged chan struct{}
}

// wait returns when the next call may be made, or the cause when ctx ends. A
// probe is made although the system says that there is no network.
func (p *pace) wait(ctx context.Context) (probe bool, err error) {
	for {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		d, probe, nudged := p.next(time.Now())
		if d <= 0 {
			return probe, nil
		}
		t := time.NewTimer(d)
		select {
		case <-ctx.Done():
		case <-nudged:
		case <-t.C:
		}
		t.Stop()
	}
}

// next tells how long to wait for the next call, and what may make it sooner.
func (p *pace) next(now time.Time) (d time.Duration, probe bool, nudged <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	nudged = p.sooner()
	switch asked := p.asked.Sub(now); {
	case !p.away.is():
		return p.until.Sub(now), false, nudged
	case asked > 0:
		return asked, true, nudged
	default:
		return p.away.next(now), true, nudged
	}
}

// sooner is closed when whoever waits shall look again. Callers hold p.mu.
func (p *pace) sooner() <-chan struct{} {
	if p.nudged == nil {
		p.nudged = make(chan struct{})
	}
	return p.nudged
}

// answered notes a sign of life.
func (p *pace) answered(probe bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failures, p.last = 0, nil
	p.answers++
	if probe && p.away.is() {
		p.away.doubted = true
		p.wake()
	}
}

// reached notes that the server does answer, amid a call that has not worked yet.
func (p *pace) reached() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers++
}

// failed notes a transient failure, and for how long nothing has worked now. It
// tells whether the call that failed shall wait by itself: one connection that
// breaks is no reason for all others to wait, unless the server asks for it. What
// fails for want of a network is not the server's fault, and does not count.
func (p *pace) failed(err *api.Error) (lasting time.Duration, alone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if asked := now.Add(err.RetryAfter); err.RetryAfter > 0 && asked.After(p.asked) {
		p.asked = asked
	}
	if p.away.is() {
		return 0, false
	}
	if p.failures == 0 {
		p.since = now
	}
	// Calls that were on their way together fail together: that is one failure.
	if p.failures == 0 || !now.Before(p.counted) {
		p.failures++
	}
	p.last = err
	d := backoff(p.failures)
	until := now.Add(max(d, err.RetryAfter))
	if p.failures == 1 && err.Kind != api.ErrBusy && err.RetryAfter == 0 {
		if !now.Before(p.counted) {
			p.counted = until
		}
		return now.Sub(p.since), true
	}
	if until.After(p.until) {
		p.until, p.counted = until, until
	}
	return now.Sub(p.since), false
}

// backoff is how long to wait after so many failures in a row.
func backoff(failures int) time.Duration {
	ceiling := longestWait
	if failures < 8 {
		ceiling = min(longestWait, firstWait<<(failures-1))
	}
	return time.Duration(rand.Int64N(int64(ceiling) + 1))
}

// trouble returns when the next try is due and what keeps the server from
// answering, nil where nothing does. One failure is no trouble yet, unless the
// server asks for a longer wait; that there is no network is trouble at once, though calls may still hang on the old one.
func (p *pace) trouble() (next time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away.is() {
		return p.away.probe, &api.Error{Op: "reach", Kind: api.ErrOffline}
	}
	if p.failures == 0 || p.failures == 1 && time.Until(p.until) < longAsked {
		return time.Time{}, nil
	}
	return p.until, p.last
}

// resting tells that the server has asked to be left alone, and for longer still.
func (p *pace) resting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.asked)
}

// rest waits by itself, until what may make it sooner.
func (p *pace) rest(ctx context.Context, d time.Duration) {
	p.mu.Lock()
	nudged := p.sooner()
	p.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-nudged:
	case <-t.C:
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// try makes a call until it works, is refused for good, or patience ends: that
// is how long nothing may have worked, and 0 is for ever.
func (p *pace) try(ctx context.Context, patience time.Duration, call func() error) error {
	trouble := troubled{pace: p, patience: patience}
	trouble.othersAnswered() // from now on
	for {
		probe, err := p.wait(ctx)
		if err != nil {
			return err
		}
		if err = call(); err == nil {
			p.answered(probe)
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var e *api.Error
		if !errors.As(err, &e) { // not for anything that the server said
			return err
		}
		if !e.Transient() {
			p.answered(probe)
			return err
		}
		if !trouble.bears(ctx, e) {
			return err
		}
	}
}

// troubled is a call that has failed and may work later.
type troubled struct {
	pace     *pace
	patience time.Duration
	inside   int    // how often in a row the server has failed inside
	answers  uint64 // how many calls had been answered when it failed last
	alone    int    // how often it has failed while others worked
}

// bears notes a failure, and waits if that is for this call alone; false is that
// it is given up. One that fails while others work is made ever more rarely, as
// if nothing worked.
func (t *troubled) bears(ctx context.Context, e *api.Error) bool {
	switch others := t.othersAnswered(); {
	case e.Kind != api.ErrServer:
		t.inside = 0
	case others || !e.Gateway(): // where nobody gets through it is not the server that fails
		t.inside++
	}
	lasting, alone := t.pace.failed(e)
	if t.patience > 0 && (lasting >= t.patience || e.RetryAfter > t.patience) || t.inside >= maxServerFailures {
		return false
	}
	if alone {
		t.alone++
		t.pace.rest(ctx, backoff(t.alone))
	}
	return true
}

// othersAnswered tells whether another call was answered since this one failed last.
func (t *troubled) othersAnswered() bool {
	t.pace.mu.Lock()
	defer t.pace.mu.Unlock()
	answered := t.pace.answers > t.answers
	t.answers = t.pace.answers
	return answered
}

// Retry makes one call to a server until it works, is refused for good, or
// nothing has worked for as long as patience, which must be positive.
func Retry(ctx context.Context, patience time.Duration, call func() error) error {
	return new(pace).try(ctx, patience, call)
}

// acted tells whether a failed call may have been carried out all the same.
func acted(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Acted()
}
