package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// dragging is a bucket on a line where each part takes a second, but the first
// sending of some parts ten minutes: their packets are lost.
type dragging struct {
	*transfertest.Fake
	drags  func(number int) bool
	opaque bool
	fails  bool    // second sendings fail
	out    float64 // how much of a part is read before it drags

	mu    sync.Mutex
	tries map[int]int
	now   int
	most  int
	again int64 // bytes of parts that were sent before
	going map[int]bool
	both  bool // a part was on its way twice at once
}

func (d *dragging) PutPart(ctx context.Context, p api.Part) (string, error) {
	d.mu.Lock()
	d.tries[p.Number]++
	try := d.tries[p.Number]
	if try > 1 {
		d.again += p.Size
	}
	d.both = d.both || d.going[p.Number]
	d.going[p.Number] = true
	d.now++
	d.most = max(d.most, d.now)
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.now--
		d.going[p.Number] = false
		d.mu.Unlock()
	}()
	takes := time.Second
	if try == 1 && d.drags(p.Number) {
		takes = 10 * time.Minute
	}
	if try == 2 && d.fails {
		return "", errors.New("no second one")
	}
	_, _ = io.CopyN(io.Discard, p.Body(), int64(d.out*float64(p.Size)))
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return "", &api.Error{Op: "part", Kind: api.ErrNetwork, Err: context.Cause(ctx)}
	}
	tag, err := d.Fake.PutPart(ctx, p)
	if d.opaque && err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		tag = fmt.Sprint("try", try, tag[:3])
	}
	return tag, err
}

// overDragging runs a test with a file of 100 parts on such a line.
func overDragging(t *testing.T, opaque bool, drags func(number int) bool, run func(b *bench, d *dragging, path string)) {
	inBubble(t, transfer.Config{Workers: 4}, func(b *bench) {
		d := &dragging{Fake: b.fake, drags: drags, opaque: opaque, tries: map[int]int{}, going: map[int]bool{}}
		b.engine.Connect(transfer.Target{
			ID: "here", Session: "s1", Storage: "s1", Bucket: d, Limits: limits,
			Seal: func(name string) (string, error) { return name, nil },
		})
		run(b, d, b.file("f", 100*int(limits.MaxPart)))
	})
}

func TestStragglersAreSentAgain(t *testing.T) {
	overDragging(t, false, func(n int) bool { return n == 50 || n == 100 }, func(b *bench, d *dragging, path string) {
		began := time.Now()
		id := b.add(path)[0]
		b.arrived(id, path)
		if took := time.Since(began); took > 5*time.Minute {
			b.Errorf("it took %v", took)
		}
		if d.tries[50] != 2 || d.tries[100] != 2 || d.most > 4 {
			b.Errorf("sent %d and %d times, %d at once", d.tries[50], d.tries[100], d.most)
		}
	})
}

func TestSecondSendingsAreFew(t *testing.T) {
	overDragging(t, false, func(n int) bool { return n%10 == 0 }, func(b *bench, d *dragging, path string) {
		b.arrived(b.add(path)[0], path)
		if d.again > int64(0.05*100*float64(limits.MaxPart)) || d.again == 0 {
			b.Errorf("%d bytes were sent again", d.again)
		}
	})
}

// Under opaque tags a late loser could replace the winner: a straggler is ended
// before it is sent again, and never when most of it is out.
func TestUnderOpaqueTagsAStragglerIsEndedFirst(t *testing.T) {
	for name, out := range map[string]float64{"a little is out": 0.25, "most is out": 0.75} {
		t.Run(name, func(t *testing.T) {
			overDragging(t, true, func(n int) bool { return n == 90 }, func(b *bench, d *dragging, path string) {
				d.out = out
				sent := 0 // before complete: the bucket knows its own tags only, and refuses these
				b.fake.SetBefore(func(op string) error {
					d.mu.Lock()
					defer d.mu.Unlock()
					if op == "complete" && sent == 0 {
						sent = d.tries[90]
					}
					return nil
				})
				b.until(b.add(path)[0], transfer.Failed)
				want := 2
				if out > 0.5 {
					want = 1
				}
				if sent != want || d.both {
					t.Errorf("sent %d times, want %d; both at once: %v", sent, want, d.both)
				}
			})
		})
	}
}

// A second sending that fails is no failure, and the source of the winner is
// what counts.
func TestASecondSendingThatFailsChangesNothing(t *testing.T) {
	overDragging(t, false, func(n int) bool { return n == 90 }, func(b *bench, d *dragging, path string) {
		d.fails = true
		b.arrived(b.add(path)[0], path)
	})
}

func TestPausedWhileAStragglerIsSentAgain(t *testing.T) {
	overDragging(t, false, func(n int) bool { return n == 100 }, func(b *bench, d *dragging, path string) {
		id := b.add(path)[0]
		for {
			d.mu.Lock()
			twice := d.tries[100] > 1
			d.mu.Unlock()
			if twice {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		b.engine.Pause(id)
		s := b.until(id, transfer.Paused)
		if s.Sent != int64(s.PartsDone)*limits.MaxPart {
			b.Errorf("%d bytes counted for %d parts", s.Sent, s.PartsDone)
		}
		b.engine.Resume(id)
		b.arrived(id, path)
		if _, err := os.Stat(path); err != nil {
			b.Error(err)
		}
	})
}
