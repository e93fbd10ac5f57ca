package transfer

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// This file is about parts that take long, and what is done about them at the end
// of a file: before, what was not sent yet goes first.

// attempt is one sending of a part, and what came of it.
type attempt struct {
	tag    string
	err    error
	second bool
}

// race sends a part, and once more when it is late: beside the first on a second
// connection, where the first that arrives counts and the other is given up, or
// else instead of it.
func (p *part) race(ctx context.Context) attempt {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempt, 2)
	running, first := 1, p.launch(ctx, results)
	defer func() {
		cancel()
		for ; running > 0; running-- {
			if loser := <-results; loser.err == nil {
				p.upload.sent.Add(-p.size)
			}
		}
	}()
	late, lag, placed := p.lateness(), &lag{}, p.placed
	defer late.stop()
	defer func() { lag.stop() }()
	for {
		select {
		case a := <-results:
			running--
			switch {
			case a.second && a.err != nil: // it was one try more than needed
			case errors.Is(a.err, errTooSlow):
				running, first = running+1, p.launch(ctx, results)
			default:
				return a
			}
		case <-placed:
			placed, lag = nil, p.lag()
		case <-late.due():
			late.again()
			if placed == nil && running == 1 && p.hurry(ctx, first, late, results) {
				running++
			}
		case <-lag.due():
			if left, rate := lag.look(first.body); running == 1 && p.lags(left, rate) {
				lag.stop()
				late.stop() // what is slow over a fresh connection too is slow by itself
				p.route.target.Fresh()
				first.end(errTooSlow)
			}
		}
	}
}

// hurry sends a part that is late for the second time, which it tells, or ends it
// to be sent anew.
func (p *part) hurry(ctx context.Context, first sending, late lateness, results chan<- attempt) (second bool) {
	if p.hedge(ctx, results) {
		return true
	}
	if late.twice(first.began) && p.mayRestart(first.body) {
		first.end(errTooSlow)
	}
	return false
}

// errTooSlow ends a sending that is begun anew on another connection.
var errTooSlow = errors.New("too slow")

// sending is the first sending of a part, on its way.
type sending struct {
	body  *partBody
	began time.Time
	end   context.CancelCauseFunc
}

// launch begins to send the part.
func (p *part) launch(ctx context.Context, results chan<- attempt) sending {
	ctx, end := context.WithCancelCause(ctx)
	s := sending{body: p.body(p.place, &p.upload.sent), began: time.Now(), end: end}
	go func() {
		defer end(nil)
		results <- p.first(ctx, s.body)
	}()
	return s
}

// first sends the part as often as it takes. It counts as progress.
func (p *part) first(ctx context.Context, body *partBody) attempt {
	if err := prepare(ctx, p.src, body); err != nil {
		return attempt{err: err}
	}
	began := time.Now()
	tag, err := p.put(ctx, body)
	if err == nil {
		p.route.late.learn(body.length, time.Since(began))
		return attempt{tag: tag}
	}
	body.takeBack()
	return attempt{err: err}
}

// hedge begins a second sending, where there is a place for it: tags must be made
// of the content, so that it does not matter which arrives last.
func (p *part) hedge(ctx context.Context, results chan<- attempt) bool {
	if !p.route.tags.fromContent() || p.troubled() {
		return false
	}
	place, ok := p.route.up.TryAcquire(p.size)
	if !ok {
		return false
	}
	if !p.route.late.afford(p.size) {
		place.Release()
		return false
	}
	go func() { results <- p.second(ctx, place) }()
	return true
}

// second sends a straggler for the second time. Its bytes count when it wins.
func (p *part) second(ctx context.Context, place *flow.Place) attempt {
	defer place.Release()
	tag, err := p.putOnce(ctx, p.body(place, new(atomic.Int64)))
	if err != nil {
		return attempt{err: err, second: true}
	}
	p.upload.sent.Add(p.size)
	return attempt{tag: tag}
}

// mayRestart tells whether a straggler may be ended and sent anew, where it cannot
// be sent twice. What was sent of it cannot become the part later: it is not
// whole. As that is lost, it must take twice as long as one that is late, and
// other parts go first.
func (p *part) mayRestart(body *partBody) bool {
	if p.route.tags.fromContent() || p.troubled() || body.unsent() <= p.size/2 {
		return false
	}
	place, ok := p.route.up.TryAcquire(p.size)
	if !ok {
		return false
	}
	place.Release()
	return p.route.late.afford(p.size)
}

// lags tells whether a part of which so many bytes are left, that go at a rate of
// so many a second, is better sent anew over a fresh connection than waited for:
// the line has room for one, and the rest would take more than twice as long.
func (p *part) lags(left, rate float64) bool {
	takes, ok := p.route.up.Spare(p.size)
	if !ok || rate < 0 || left == 0 || left < 2*takes.Seconds()*rate || p.troubled() {
		return false
	}
	return p.route.late.afford(p.size - int64(left))
}

// troubled tells that the server does not answer: more calls would not help.
func (r *run) troubled() bool {
	_, err := r.route.pace.trouble()
	return err != nil
}
