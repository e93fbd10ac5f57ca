package transfer

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// This file is about parts that take long, and what is done about them at the end
// of a file: before, what was not sent yet goes first. Such a part is sent once more
// beside the first time, most often over another connection. What arrives first
// counts.

// race is a part that is sent, and maybe once more beside that.
type race struct {
	*part
	results chan attempt
	running int
	first   *sending
	goal    *goal // nil where both may arrive
}

// attempt is one sending of a part, and what came of it.
type attempt struct {
	tag    string
	err    error
	second bool
}

// lost tells that the other one, if there is one, is to be waited for.
func (a attempt) lost() bool { return a.err != nil && a.second || errors.Is(a.err, errOutrun) }

// sending is a part on its way.
type sending struct {
	body  *partBody
	began time.Time
}

// race sends the part until it has arrived, or cannot.
func (p *part) race(ctx context.Context) attempt {
	if err := p.prepare(ctx); err != nil {
		return attempt{err: err}
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &race{part: p, results: make(chan attempt, 2)}
	r.launch(ctx)
	defer r.settle()
	defer cancel()
	late, lag, placed := p.lateness(), &lag{}, p.placed
	defer late.stop()
	defer func() { lag.stop() }()
	for {
		select {
		case a := <-r.results:
			r.running--
			if !a.lost() {
				return a
			}
			late.stop()
			lag.stop()
			if r.running == 0 {
				r.launch(ctx)
			}
		case <-placed:
			placed, lag = nil, p.lag()
		case <-late.due():
			late.again()
			if placed == nil && r.isLate(late) {
				r.hedge(ctx, func() (*flow.Place, bool) { return p.route.up.TryAcquire(p.size) })
			}
		case <-lag.due():
			if left, rate := lag.look(r.first.body); r.lags(left, rate) && r.hedge(ctx, r.fresh) {
				lag.stop()
			}
		}
	}
}

// launch begins to send the part.
func (r *race) launch(ctx context.Context) {
	r.goal = r.part.goal()
	s := r.begin(ctx, r.place, &r.upload.sent)
	r.first = s
	go func() { r.results <- r.part.first(ctx, s.body) }()
}

// begin makes a sending from a place, which counts in total and ends with the
// context.
func (r *race) begin(ctx context.Context, place *flow.Place, total *atomic.Int64) *sending {
	s := &sending{body: r.body(ctx, place, total), began: time.Now()}
	s.body.goal = r.goal
	r.running++
	return s
}

// settle waits for what is still on its way, when the part has ended.
func (r *race) settle() {
	for ; r.running > 0; r.running-- {
		if loser := <-r.results; loser.err == nil {
			r.upload.sent.Add(-r.size)
		}
	}
}

// first sends the part as often as it takes. It counts as progress.
func (p *part) first(ctx context.Context, body *partBody) attempt {
	began := time.Now()
	tag, err := p.put(ctx, body)
	if err == nil {
		p.route.late.learn(body.length, time.Since(began))
		return attempt{tag: tag}
	}
	body.takeBack()
	return attempt{err: err}
}

// hedge begins a second sending, where it can be afforded and there is a place for
// it. Its bytes count when it wins.
func (r *race) hedge(ctx context.Context, acquire func() (*flow.Place, bool)) bool {
	late := &r.route.late
	if r.running > 1 || r.troubled() || !late.afford(r.size, r.route.up.Total()) {
		return false
	}
	place, ok := acquire()
	if !ok {
		late.refund(r.size)
		return false
	}
	first, second := r.first, r.begin(ctx, place, new(atomic.Int64))
	go func() {
		defer place.Release()
		tag, err := r.putOnce(ctx, second.body)
		loser := first
		if err != nil {
			loser = second
		} else {
			r.upload.sent.Add(r.size)
		}
		late.refund(loser.body.unsent())
		r.results <- attempt{tag: tag, err: err, second: true}
	}()
	return true
}

// fresh takes a place beside that of the part, and lets go of connections that
// wait for a call: the next one is made anew.
func (r *race) fresh() (*flow.Place, bool) {
	place, ok := r.place.Beside()
	if ok {
		r.route.target.Fresh()
	}
	return place, ok
}

// isLate tells whether the part is worth a second sending. One that may not arrive
// twice takes longer than others for what is on its way, so that its beginning must
// be what is late.
func (r *race) isLate(l lateness) bool {
	return r.goal == nil || l.twice(r.first.began) && r.first.body.unsent() > r.size/2
}

// lags tells whether a part of which so many bytes are left, that go at a rate of
// so many a second, is better sent over a fresh connection as well: the rest would
// take half as long again.
func (r *race) lags(left, rate float64) bool {
	takes, ok := r.route.up.Spare(r.size)
	return ok && rate >= 0 && left > 0 && left >= 1.5*takes.Seconds()*rate
}

// troubled tells that the server does not answer, or has asked for fewer calls: more
// would not help.
func (r *run) troubled() bool {
	_, err := r.route.pace.trouble()
	return err != nil || r.route.pace.resting()
}
