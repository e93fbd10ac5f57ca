package transfer_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// lagging is a far bucket on a line that is full until its last parts are on
// their way. One of those crawls, on the connection that it has.
type lagging struct {
	*transfertest.Fake
	crawls int  // the part
	always bool // it does on a fresh connection too
	line   int  // what all have together, in bytes a second

	mu    sync.Mutex
	free  time.Time // when all that is on the line has gone
	fresh bool      // the next call goes over a new connection
	now   int
	tries int       // of the part that crawls
	done  time.Time // when the others were there
}

const lagTrip = 80 * time.Millisecond

func (l *lagging) Begin(ctx context.Context, r api.BeginRequest) (api.Upload, error) {
	time.Sleep(lagTrip)
	return l.Fake.Begin(ctx, r)
}

// PutPart moves 16 KiB at a time.
func (l *lagging) PutPart(ctx context.Context, p api.Part) (string, error) {
	l.mu.Lock()
	crawls := p.Number == l.crawls
	if crawls {
		l.tries++
		crawls, l.fresh = !l.fresh || l.always, false
	}
	l.now++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.now--
		if p.Number != l.crawls {
			l.done = time.Now()
		}
	}()
	body := p.Body()
	for buffer := make([]byte, 16<<10); ; {
		n, err := body.Read(buffer)
		select {
		case <-time.After(l.takes(n, crawls)):
		case <-ctx.Done():
			return "", &api.Error{Op: "part", Kind: api.ErrNetwork, Err: context.Cause(ctx)}
		}
		if errors.Is(err, io.EOF) {
			break
		}
	}
	tag, err := l.Fake.PutPart(ctx, p)
	return "opaque " + tag, err
}

// takes is how long n bytes are on their way: behind those that went before them,
// but for a part that crawls.
func (l *lagging) takes(n int, crawls bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if crawls {
		return over(n, 20<<10)
	}
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(over(n, l.line))
	return time.Until(l.free)
}

// over is how long n bytes take at so many a second.
func over(n, rate int) time.Duration {
	return time.Duration(float64(n) / float64(rate) * float64(time.Second))
}

// Complete takes the tags that PutPart has made.
func (l *lagging) Complete(ctx context.Context, u api.Upload, tags []string) error {
	plain := make([]string, len(tags))
	for i, tag := range tags {
		plain[i] = tag[len("opaque "):]
	}
	return l.Fake.Complete(ctx, u, plain)
}

// delay is a queue while many parts are sent.
func (l *lagging) delay() (time.Duration, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now > 2 {
		return lagTrip, true
	}
	return 0, true
}

func (l *lagging) anew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fresh = true
}

// TestAPartThatLagsIsSentAgain over a fresh connection as well, when the others end:
// it crawls only because of the connection that it has. Once is enough to find out
// that it does not.
func TestAPartThatLagsIsSentAgain(t *testing.T) {
	const parts, part = 40, 5 << 20
	for name, c := range map[string]struct {
		always bool
		waits  time.Duration // at most, for the one that crawls
	}{
		"for its connection": {false, 10 * time.Second},
		"for itself":         {true, 10 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				l := &lagging{Fake: b.fake, crawls: parts, always: c.always, line: 24 << 20}
				b.engine.Connect(transfer.Target{
					ID: "here", Session: "s1", Storage: "s1", Bucket: l, Trip: lagTrip, Delay: l.delay, Fresh: l.anew,
					Limits: transfer.Limits{Step: 256 << 10, MinPart: part, MaxPart: part, MaxParts: 10_000},
					Seal:   func(name string) (string, error) { return name, nil },
				})
				path := b.file("f", parts*part)
				b.arrived(b.add(path)[0], path)
				if waited := time.Since(l.done); waited > c.waits {
					b.Errorf("one part came %v after the others", waited)
				}
				if l.tries != 2 {
					b.Errorf("it was sent %d times", l.tries)
				}
			})
		})
	}
}
