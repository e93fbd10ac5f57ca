package transfer

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
)

// maxWrongTags is how often a part whose tag is wrong is sent again.
const maxWrongTags = 3

// sendParts sends the parts that have no tag yet. Each waits for a place in
// turn with those of other files: a file has at most one part waiting, so the
// places go round between files.
func (r *run) sendParts(ctx context.Context, src Reader) error {
	g, gctx := errgroup.WithContext(ctx)
	missing := r.missingParts()
	r.tail.Store(false)
	for i, number := range missing {
		_, size := r.upload.plan.Part(number)
		if err := r.route.up.Acquire(gctx, size, len(missing)-i); err != nil {
			break // the group, or the upload, has ended: Wait tells why
		}
		g.Go(func() error {
			defer r.route.up.Release(size)
			return r.sendPart(gctx, src, number)
		})
	}
	r.tail.Store(true)
	if err := g.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// missingParts are the numbers of the parts that have no tag yet.
func (r *run) missingParts() []int {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	return r.upload.numbers(func(n int) bool { return r.upload.tags[n-1] == "" })
}

// sendPart sends one part until its tag is right, and keeps the tag.
func (r *run) sendPart(ctx context.Context, src Reader, number int) error {
	defer r.onWay(number)()
	for wrong := 0; ; wrong++ {
		a := r.race(ctx, src, number)
		if a.err == nil {
			a.err = r.seemsUnchanged()
		}
		if a.err == nil {
			r.locked(func() {
				r.upload.tags[number-1] = a.tag
				r.upload.partsDone++
				r.engine.keepTag(r.upload, number, a.tag)
			})
			return nil
		}
		if !errors.Is(a.err, ErrWrongTag) || wrong == maxWrongTags {
			return a.err
		}
	}
}

// attempt is one sending of a part, and what came of it.
type attempt struct {
	tag    string
	err    error
	second bool
}

// race sends a part, and once more when it is late: beside the first on a second
// connection, where the first that arrives counts and the other is given up, or
// else instead of it.
func (r *run) race(ctx context.Context, src Reader, number int) attempt {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempt, 2)
	running, first := 1, r.launch(ctx, src, number, results)
	_, size := r.upload.plan.Part(number)
	defer func() {
		cancel()
		for ; running > 0; running-- {
			if loser := <-results; loser.err == nil {
				r.upload.sent.Add(-size)
			}
		}
	}()
	watch := r.watch(size)
	defer watch.stop()
	for {
		select {
		case a := <-results:
			running--
			switch {
			case a.second && a.err != nil: // it was one try more than needed
			case errors.Is(a.err, errTooSlow):
				running, first = running+1, r.launch(ctx, src, number, results)
			default:
				return a
			}
		case <-watch.late():
			watch.again()
			switch {
			case running > 1 || !r.tail.Load(): // what was not sent yet goes first
			case r.mayHedge(size):
				running++
				go func() { results <- r.second(ctx, src, number) }()
			case time.Since(first.began) >= 2*watch.after && r.mayRestart(first.body):
				first.end(errTooSlow)
			}
		}
	}
}

// errTooSlow ends a sending that is begun anew on another connection.
var errTooSlow = errors.New("too slow")

// sending is the first sending of a part, on its way.
type sending struct {
	body  *partBody
	began time.Time
	end   context.CancelCauseFunc
}

// launch begins to send a part.
func (r *run) launch(ctx context.Context, src Reader, number int, results chan<- attempt) sending {
	ctx, end := context.WithCancelCause(ctx)
	s := sending{body: r.body(src, number, &r.upload.sent), began: time.Now(), end: end}
	go func() {
		defer end(nil)
		results <- r.first(ctx, src, number, s.body)
	}()
	return s
}

// first sends a part as often as it takes. It counts as progress.
func (r *run) first(ctx context.Context, src Reader, number int, body *partBody) attempt {
	if err := prepare(ctx, src, body); err != nil {
		return attempt{err: err}
	}
	began := time.Now()
	tag, err := r.putPart(ctx, body, number)
	if err == nil {
		r.route.late.learn(body.length, time.Since(began))
		return attempt{tag: tag}
	}
	body.takeBack()
	return attempt{err: err}
}

// second sends a straggler for the second time. Its bytes count when it wins.
func (r *run) second(ctx context.Context, src Reader, number int) attempt {
	_, size := r.upload.plan.Part(number)
	defer r.route.up.Release(size)
	body := r.body(src, number, new(atomic.Int64))
	tag, err := r.putOnce(ctx, body, number)
	if err != nil {
		return attempt{err: err, second: true}
	}
	r.upload.sent.Add(size)
	return attempt{tag: tag}
}

// mayHedge takes a place for a second sending, where one is to be had: tags
// must be made of the content, so that it does not matter which arrives last.
func (r *run) mayHedge(size int64) bool {
	if !r.route.tags.fromContent() || r.troubled() || !r.route.up.TryAcquire(size) {
		return false
	}
	if !r.route.late.afford(size) {
		r.route.up.Release(size)
		return false
	}
	return true
}

// mayRestart tells whether a straggler may be ended and sent anew, where it cannot
// be sent twice. What was sent of it cannot become the part later: it is not
// whole. As that is lost, it must take twice as long as one that is late, and
// other parts go first.
func (r *run) mayRestart(body *partBody) bool {
	if r.route.tags.fromContent() || r.troubled() || body.mostlySent() || !r.route.up.TryAcquire(body.length) {
		return false
	}
	r.route.up.Release(body.length)
	return r.route.late.afford(body.length)
}

// troubled tells that the server does not answer: more calls would not help.
func (r *run) troubled() bool {
	_, err := r.route.pace.trouble()
	return err != nil
}

// lateness tells when a part is late.
type lateness struct {
	timer        *time.Timer
	after, every time.Duration
}

// watch begins to wait for a part of this size to be late.
func (r *run) watch(size int64) lateness {
	after, known := r.route.late.lateAfter(size)
	if !known {
		return lateness{}
	}
	return lateness{timer: time.NewTimer(after), after: after, every: max(after/4, earliest)}
}

func (l lateness) late() <-chan time.Time {
	if l.timer == nil {
		return nil
	}
	return l.timer.C
}

// again has it looked at later on: there may be a place then.
func (l lateness) again() { l.timer.Reset(l.every) }

func (l lateness) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// prepare works a part out beforehand, where its source has to: the line would
// stall while it did.
func prepare(ctx context.Context, src Reader, body *partBody) error {
	if p, ok := src.(Preparer); ok {
		return p.Prepare(ctx, body.offset, body.length)
	}
	return nil
}

// putPart sends a part at the server's pace.
func (r *run) putPart(ctx context.Context, body *partBody, number int) (tag string, err error) {
	err = r.route.try(ctx, func() (err error) {
		if err := r.seemsUnchanged(); err != nil {
			return err
		}
		tag, err = r.putOnce(ctx, body, number)
		return err
	})
	if errors.Is(err, api.ErrNotFound) {
		return "", errForgotten
	}
	return tag, err
}

// putOnce sends a part and judges its tag.
func (r *run) putOnce(ctx context.Context, body *partBody, number int) (tag string, err error) {
	u := r.upload
	r.engine.mu.Lock()
	u.tries[number-1] = min(u.tries[number-1], 254) + 1
	r.engine.mu.Unlock()
	open, done := r.limited(ctx, body)
	defer done()
	tag, err = r.route.target.Bucket.PutPart(ctx, api.Part{
		Upload: u.remote, Number: number, Size: body.length, Body: open,
	})
	// A source that cannot be read breaks the connection; it is to blame.
	if broken := body.readError(); broken != nil {
		err = broken
	}
	if err == nil && !r.route.tags.right(body.kind, body.tag(), tag) {
		err = fmt.Errorf("part %d: %w", number, ErrWrongTag)
	}
	if err != nil {
		body.takeBack()
	}
	return tag, err
}

// body is that of a part, whose bytes count in total.
func (r *run) body(src Reader, number int, total *atomic.Int64) *partBody {
	offset, length := r.upload.plan.Part(number)
	return &partBody{
		src: src, offset: offset, length: length, path: r.upload.src.Path(),
		kind: r.route.tags.next(), total: total, moved: r.route.up.Moved,
	}
}
