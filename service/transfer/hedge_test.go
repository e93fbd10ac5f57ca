package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
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
	takes  func(number, try int) time.Duration // where it is not as above
	opaque bool
	fails  bool          // second sendings fail
	out    float64       // how much of a part is read before it drags
	photo  chan struct{} // where it drags until the second sending has all but its last byte

	mu    sync.Mutex
	tries map[int]int
	now   int
	most  int
	again int64       // bytes of parts that were sent before
	whole map[int]int // how often a part came whole
}

func (d *dragging) PutPart(ctx context.Context, p api.Part) (string, error) {
	d.mu.Lock()
	d.tries[p.Number]++
	try := d.tries[p.Number]
	if try > 1 {
		d.again += p.Size
	}
	d.now++
	d.most = max(d.most, d.now)
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.now--
		d.mu.Unlock()
	}()
	takes := time.Second
	switch {
	case d.takes != nil:
		takes = d.takes(p.Number, try)
	case try == 1 && d.drags(p.Number):
		takes = 10 * time.Minute
	}
	body := p.Body()
	if try == 2 && d.fails {
		_, _ = io.Copy(io.Discard, body)
		if d.photo != nil {
			close(d.photo)
		}
		return "", errors.New("no second one")
	}
	var out int64
	switch {
	case try == 1 && d.drags != nil && d.drags(p.Number):
		out = int64(d.out * float64(p.Size))
	case try == 2 && d.photo != nil:
		out = p.Size - 1
	}
	_, _ = io.CopyN(io.Discard, body, out)
	if try == 2 && d.photo != nil {
		close(d.photo)
	}
	select {
	case <-time.After(takes):
	case <-d.photo:
	case <-ctx.Done():
		return "", &api.Error{Op: "part", Kind: api.ErrNetwork, Err: context.Cause(ctx)}
	}
	return d.rest(ctx, p, body, try)
}

// rest takes what is left of a part, and then all of it to the bucket.
func (d *dragging) rest(ctx context.Context, p api.Part, body io.Reader, try int) (string, error) {
	if d.photo != nil {
		if _, err := io.Copy(io.Discard, body); err != nil {
			return "", &api.Error{Op: "part", Kind: api.ErrNetwork, Err: err}
		}
	}
	tag, err := d.Fake.PutPart(ctx, p)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.whole[p.Number]++
	if d.opaque && err == nil {
		tag = fmt.Sprint("try", try, tag[:3])
	}
	return tag, err
}

// overDragging runs a test with a file of 100 parts on such a line.
func overDragging(t *testing.T, opaque bool, drags func(number int) bool, run func(b *bench, d *dragging, path string)) {
	overParts(t, 100, &dragging{drags: drags, opaque: opaque}, run)
}

// overParts runs a test with a file of so many parts on such a line.
func overParts(t *testing.T, parts int, d *dragging, run func(b *bench, d *dragging, path string)) {
	inBubble(t, transfer.Config{Workers: 4}, func(b *bench) {
		d.Fake, d.tries, d.whole = b.fake, map[int]int{}, map[int]int{}
		b.engine.Connect(transfer.Target{
			ID: "here", Session: "s1", Storage: "s1", Bucket: d, Limits: limits,
			Seal: func(name string) (string, error) { return name, nil },
		})
		run(b, d, b.file("f", parts*int(limits.MaxPart)))
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
	drags := func(n int) bool { return n > 37 }
	overParts(t, 40, &dragging{drags: drags, out: 1}, func(b *bench, d *dragging, path string) {
		b.arrived(b.add(path)[0], path)
		if d.again > int64(0.05*40*float64(limits.MaxPart)) || d.again == 0 {
			b.Errorf("%d bytes were sent again", d.again)
		}
	})
}

// refuseComplete is what a bucket says to tags that are not its own.
func refuseComplete(op string) error {
	if op == "complete" {
		return &api.Error{Op: op, Kind: api.ErrRefused}
	}
	return nil
}

// Under opaque tags a late loser would replace the winner: of two sendings that are
// about to end at once, one does. There is no second one where most of the first is
// out.
func TestUnderOpaqueTagsOneSendingArrives(t *testing.T) {
	for name, out := range map[string]float64{"a little is out": 0.25, "most is out": 0.75} {
		t.Run(name, func(t *testing.T) {
			overDragging(t, true, func(n int) bool { return n == 90 }, func(b *bench, d *dragging, path string) {
				d.out, d.photo = out, make(chan struct{})
				b.fake.SetBefore(refuseComplete)
				b.until(b.add(path)[0], transfer.Failed)
				want := 2
				if out > 0.5 {
					want = 1
				}
				if d.tries[90] != want || d.whole[90] != 1 {
					t.Errorf("sent %d times, want %d; %d arrived", d.tries[90], want, d.whole[90])
				}
			})
		})
	}
}

// What was booked for a second sending that came to nothing is there for another.
func TestASecondSendingThatIsNotNeededCostsNothing(t *testing.T) {
	slow := func(number, try int) time.Duration {
		switch {
		case number == 26 && try == 1:
			return 30 * time.Second
		case number == 26, number == 30 && try == 1:
			return 10 * time.Minute
		}
		return time.Second
	}
	overParts(t, 30, &dragging{takes: slow}, func(b *bench, d *dragging, path string) {
		began := time.Now()
		b.arrived(b.add(path)[0], path)
		if took := time.Since(began); d.tries[26] != 2 || d.tries[30] != 2 || took > 5*time.Minute {
			b.Errorf("sent %d and %d times, in %v", d.tries[26], d.tries[30], took)
		}
	})
}

// What is refused for want of a place can be afforded when there is one.
func TestASecondSendingWithoutAPlaceCostsNothing(t *testing.T) {
	slow := func(number, try int) time.Duration {
		switch {
		case number == 37 && try == 1:
			return 30 * time.Second
		case number > 37 && try == 1:
			return 10 * time.Minute
		}
		return time.Second
	}
	overParts(t, 40, &dragging{takes: slow}, func(b *bench, d *dragging, path string) {
		began := time.Now()
		b.arrived(b.add(path)[0], path)
		if took := time.Since(began); took > 5*time.Minute {
			b.Errorf("it took %v", took)
		}
	})
}

// A winner that fails has ended the other one: the part begins anew.
func TestAWinnerThatFails(t *testing.T) {
	overDragging(t, true, func(n int) bool { return n == 90 }, func(b *bench, d *dragging, path string) {
		d.fails, d.out, d.photo = true, 0.25, make(chan struct{})
		b.fake.SetBefore(refuseComplete)
		b.until(b.add(path)[0], transfer.Failed)
		if d.tries[90] < 3 || d.whole[90] == 0 {
			t.Errorf("sent %d times, %d arrived", d.tries[90], d.whole[90])
		}
	})
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

// workedOut is a source of which one part takes long to work out.
type workedOut struct {
	transfer.Source
	from int64
	read *atomic.Bool // before that
}

func (w workedOut) Open() (transfer.Reader, error) {
	r, err := w.Source.Open()
	return &workedOutReader{Reader: r, of: w}, err
}

type workedOutReader struct {
	transfer.Reader
	of  workedOut
	out atomic.Bool
}

func (r *workedOutReader) Prepare(_ context.Context, offset, _ int64) error {
	if offset == r.of.from {
		time.Sleep(10 * time.Minute)
		r.out.Store(true)
	}
	return nil
}

func (r *workedOutReader) ReadAt(b []byte, offset int64) (int, error) {
	if offset >= r.of.from && !r.out.Load() {
		r.of.read.Store(true)
	}
	return r.Reader.ReadAt(b, offset)
}

// TestAPartThatIsWorkedOutIsNotLate: a second sending would have to wait as well, with
// a connection open.
func TestAPartThatIsWorkedOutIsNotLate(t *testing.T) {
	overDragging(t, false, func(int) bool { return false }, func(b *bench, d *dragging, path string) {
		read := new(atomic.Bool)
		id, _ := b.engine.Add("here", workedOut{transfer.FileAt(path), 99 * limits.MaxPart, read})
		b.added++
		b.arrived(id, path)
		if read.Load() || d.tries[100] != 1 {
			b.Errorf("sent %d times, before it was worked out: %v", d.tries[100], read.Load())
		}
	})
}
