package flow_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"quicksync.me/desktop/service/transfer/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// line is a line with room for capacity bytes a second, of which one connection
// gets at most each.
type line struct {
	capacity, each float64
	trip           time.Duration
	active         atomic.Int64
	most           atomic.Int64
	moved          atomic.Int64
	refuses        func() bool
}

const piece = 64 << 10

// send moves one part and waits for its answer.
func (l *line) send(f *flow.Flow, place *flow.Place, size int) {
	n := l.active.Add(1)
	l.most.Store(max(l.most.Load(), n))
	for left := size; left > 0; left -= piece {
		speed := min(l.each, l.capacity/float64(l.active.Load()))
		time.Sleep(time.Duration(piece / speed * float64(time.Second)))
		f.Moved(piece)
		l.moved.Add(piece)
	}
	l.active.Add(-1)
	place.Sent()
	time.Sleep(l.trip)
}

// acquire takes a place for a part of 1 MiB.
func acquire(t *testing.T, f *flow.Flow) *flow.Place {
	t.Helper()
	place, err := f.Acquire(t.Context(), flow.NewBatch(9), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// fits takes a place if there is one.
func fits(f *flow.Flow, size int64) bool {
	_, ok := f.TryAcquire(size)
	return ok
}

// use sends parts over the line for as long as it is told.
func (l *line) use(f *flow.Flow, part int, lasts time.Duration) {
	use(f, part, lasts, func(place *flow.Place) {
		if l.refuses != nil && l.refuses() {
			f.Failed(true)
			return
		}
		l.send(f, place, part)
	})
}

// use has parts sent, each of a file of its own, for as long as it is told.
func use(f *flow.Flow, part int, lasts time.Duration, send func(place *flow.Place)) {
	ctx, cancel := context.WithTimeout(context.Background(), lasts)
	defer cancel()
	var parts sync.WaitGroup
	for {
		place, err := f.Acquire(ctx, flow.NewBatch(1<<20), int64(part))
		if err != nil {
			break
		}
		parts.Go(func() {
			defer place.Release()
			send(place)
		})
	}
	parts.Wait()
}

// lines of the kinds that there are: what one connection gets of them depends
// on how many packets are lost.
var lines = []struct {
	name                string
	capacity, each      float64 // bytes a second
	trip                time.Duration
	narrowest, broadest int // that are no mistake
}{
	{"one connection fills it", 12.5e6, 12.5e6, 80 * time.Millisecond, 1, 12},
	{"ten fill it", 12.5e6, 1.25e6, 80 * time.Millisecond, 10, 24},
	{"fifty fill it", 12.5e6, 0.25e6, 80 * time.Millisecond, 48, 64},
	{"more than there may be", 100e6, 1e6, 80 * time.Millisecond, 48, 64},
	{"loopback", 2e9, 700e6, 200 * time.Microsecond, 2, 8},
	{"slow", 250e3, 250e3, 30 * time.Millisecond, 1, 8},
}

// TestFollowsTheGoodput looks where the width has arrived after five seconds,
// and what the line carried from then on.
func TestFollowsTheGoodput(t *testing.T) {
	for _, c := range lines {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, l := flow.New(0), &line{capacity: c.capacity, each: c.each, trip: c.trip}
				f.Answered(c.trip)
				l.use(f, 1<<20, 5*time.Second)
				if n := f.Width(); n < c.narrowest || n > c.broadest {
					t.Errorf("after 5 s the width is %d, want %d to %d", n, c.narrowest, c.broadest)
				}
				was, from := l.moved.Load(), time.Now()
				l.use(f, 1<<20, 20*time.Second)
				rate := float64(l.moved.Load()-was) / time.Since(from).Seconds()
				if most := min(c.capacity, float64(flow.Widest)*c.each); rate < 0.85*most {
					t.Errorf("once there: %.2f of the line, width %d", rate/most, f.Width())
				}
				if l.most.Load() > flow.Widest {
					t.Errorf("%d parts at once", l.most.Load())
				}
			})
		})
	}
}

// TestBusyServer makes a server refuse what is more than four at once.
func TestBusyServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, l := flow.New(0), &line{capacity: 100e6, each: 10e6, trip: 10 * time.Millisecond}
		l.refuses = func() bool { time.Sleep(l.trip); return l.active.Load() >= 4 }
		l.use(f, 1<<20, 30*time.Second)
		if n := f.Width(); n < 2 || n > 8 {
			t.Errorf("the width is %d", n)
		}
	})
}

func TestFixedWidthStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, l := flow.New(3), &line{capacity: 100e6, each: 1e6, trip: time.Millisecond}
		l.use(f, 1<<20, 10*time.Second)
		f.Failed(true)
		if f.Width() != 3 || l.most.Load() != 3 || f.Line().Rate != 0 {
			t.Errorf("width %d, %d at once, rate %v", f.Width(), l.most.Load(), f.Line().Rate)
		}
	})
}

// TestFixHoldsAtOnce for who waits, and for what follows the goodput afterwards.
func TestFixHoldsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, l := flow.New(0), &line{capacity: 100e6, each: 10e6, trip: 10 * time.Millisecond}
		f.Answered(l.trip)
		l.use(f, 1<<20, 5*time.Second)
		for _, fixed := range []int{1, 5, 64, 2} {
			f.Fix(fixed)
			l.most.Store(0)
			l.use(f, 1<<20, time.Second)
			if f.Width() != fixed || l.most.Load() != int64(fixed) {
				t.Errorf("fixed to %d: width %d, %d at once", fixed, f.Width(), l.most.Load())
			}
		}
		f.Fix(0)
		if f.Width() != 2 {
			t.Errorf("it goes on from %d", f.Width())
		}
		l.use(f, 1<<20, 5*time.Second)
		if f.Width() < 8 {
			t.Errorf("it does not follow the goodput: width %d", f.Width())
		}
		f.Narrow()
		f.Fix(64)
		f.Fix(0)
		if f.Width() > 8 {
			t.Errorf("a narrow flow is %d wide", f.Width())
		}
	})
}

func TestFixAdmitsWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.New(1)
		acquire(t, f)
		var waiter sync.WaitGroup
		waiter.Go(func() {
			if _, err := f.Acquire(t.Context(), flow.NewBatch(9), 1<<20); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		f.Fix(2)
		waiter.Wait()
	})
}

func TestBytesInFlightAreBounded(t *testing.T) {
	f := flow.New(64)
	const part = 28 << 20
	for n := range 9 {
		if !fits(f, part) {
			t.Fatalf("part %d is refused", n)
		}
	}
	if fits(f, part) || !fits(f, 1<<20) {
		t.Error("256 MiB are the bound")
	}
}

// A place is shared by parts that are small.
func TestSmallPartsShareAPlace(t *testing.T) {
	f, n := flow.New(0), 0
	for fits(f, 64<<10) {
		n++
	}
	if n != 16 { // two places of 512 KiB
		t.Errorf("%d parts of 64 KiB at once", n)
	}
}

func TestOnePartAlwaysFits(t *testing.T) {
	f := flow.New(1)
	if !fits(f, 1<<40) || fits(f, 1) {
		t.Error("just one part must fit, of any size")
	}
}

// TestFirstComeFirstServed also has one of those who wait give up.
func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.New(1)
		first := acquire(t, f)
		why := errors.New("given up")
		var order []int
		var waiters sync.WaitGroup
		for n := range 3 {
			ctx, cancel := context.WithCancelCause(t.Context())
			waiters.Go(func() {
				place, err := f.Acquire(ctx, flow.NewBatch(9), 1)
				if err != nil {
					if n != 1 || !errors.Is(err, why) {
						t.Errorf("%d: %v", n, err)
					}
					return
				}
				order = append(order, n)
				place.Release()
			})
			synctest.Wait()
			if n == 1 {
				cancel(why)
			} else {
				defer cancel(nil)
			}
		}
		if fits(f, 1) {
			t.Error("somebody has jumped the queue")
		}
		first.Release()
		waiters.Wait()
		if len(order) != 2 || order[0] != 0 || order[1] != 2 {
			t.Errorf("served were %v", order)
		}
		if !fits(f, 1) {
			t.Error("a place got lost")
		}
	})
}
