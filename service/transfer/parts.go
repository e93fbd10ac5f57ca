package transfer

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/flow"
)

// maxWrongTags is how often a part whose tag is wrong is sent again.
const maxWrongTags = 3

// sendParts sends the parts that have no tag yet. Each waits for a place in
// turn with those of other files: a file has at most one part waiting, so the
// places go round between files.
func (r *run) sendParts(ctx context.Context, src Reader) error {
	g, gctx := errgroup.WithContext(ctx)
	missing, placed := r.missingParts(), make(chan struct{})
	batch := flow.NewBatch(len(missing))
	for _, number := range missing {
		_, size := r.upload.plan.Part(number)
		place, err := r.route.up.Acquire(gctx, batch, size)
		if err != nil {
			break // the group, or the upload, has ended: Wait tells why
		}
		g.Go(func() error {
			defer place.Release()
			return (&part{run: r, src: src, number: number, size: size, place: place, placed: placed}).send(gctx)
		})
	}
	close(placed)
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

// part is one that is being sent.
type part struct {
	*run
	src    Reader
	number int
	size   int64
	place  *flow.Place
	placed <-chan struct{} // is closed once all parts of the file have a place
}

// send sends the part until its tag is right, and keeps the tag.
func (p *part) send(ctx context.Context) error {
	defer p.onWay(p.number)()
	for wrong := 0; ; wrong++ {
		a := p.race(ctx)
		if a.err == nil {
			a.err = p.seemsUnchanged()
		}
		if a.err == nil {
			p.locked(func() {
				p.upload.tags[p.number-1] = a.tag
				p.upload.partsDone++
				p.engine.keepTag(p.upload, p.number, a.tag)
			})
			return nil
		}
		if !errors.Is(a.err, ErrWrongTag) || wrong == maxWrongTags {
			return a.err
		}
	}
}

// prepare works the part out beforehand, where its source has to: the line would
// stall while it did, and the part be taken for late.
func (p *part) prepare(ctx context.Context) error {
	src, ok := p.src.(Preparer)
	if !ok {
		return nil
	}
	offset, length := p.upload.plan.Part(p.number)
	return src.Prepare(ctx, offset, length)
}

// put sends the part at the server's pace.
func (p *part) put(ctx context.Context, body *partBody) (tag string, err error) {
	err = p.route.try(ctx, func() (err error) {
		if err := p.seemsUnchanged(); err != nil {
			return err
		}
		tag, err = p.putOnce(ctx, body)
		return err
	})
	if errors.Is(err, api.ErrNotFound) {
		return "", errForgotten
	}
	return tag, err
}

// putOnce sends the part and judges its tag.
func (p *part) putOnce(ctx context.Context, body *partBody) (tag string, err error) {
	u := p.upload
	p.engine.mu.Lock()
	u.tries[p.number-1] = min(u.tries[p.number-1], 254) + 1
	p.engine.mu.Unlock()
	open, done := p.limited(ctx, body)
	defer done()
	tag, err = p.route.target.Bucket.PutPart(ctx, api.Part{
		Upload: u.remote, Number: p.number, Size: body.length, Body: open,
	})
	// A source that cannot be read breaks the connection; it is to blame.
	if broken := body.readError(); broken != nil {
		err = broken
	}
	if err == nil && !p.route.tags.right(body.kind, body.tag(), tag) {
		err = fmt.Errorf("part %d: %w", p.number, ErrWrongTag)
	}
	if err != nil {
		body.takeBack()
	}
	return tag, err
}

// body is what is sent from a place, as long as ctx lasts. Its bytes count in
// total.
func (p *part) body(ctx context.Context, place *flow.Place, total *atomic.Int64) *partBody {
	offset, length := p.upload.plan.Part(p.number)
	return &partBody{
		src: p.src, offset: offset, length: length, path: p.upload.src.Path(),
		kind: p.route.tags.next(), total: total,
		turn:  func(want int, left int64) (int, error) { return place.Turn(ctx, want, left) },
		moved: p.route.up.Moved, gone: place.Sent,
	}
}
