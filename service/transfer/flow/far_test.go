package flow_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// far is the flow of a line where it is known how late packets are.
func far(fixed int, trip time.Duration) *flow.Flow {
	f := flow.New(fixed)
	f.Sense(func() (time.Duration, bool) { return 0, true })
	f.Answered(trip)
	return f
}

// TestAFarFlowBeginsWider: connections that begin together share the line.
func TestAFarFlowBeginsWider(t *testing.T) {
	for trip, want := range map[time.Duration]int{time.Millisecond: 2, 80 * time.Millisecond: 12} {
		f := far(0, trip)
		if f.Width() != want {
			t.Errorf("%v away it begins with %d, want %d", trip, f.Width(), want)
		}
	}
	blind := flow.New(0)
	blind.Answered(time.Second)
	if blind.Width() != 2 {
		t.Errorf("where nothing tells of a full line it begins with %d", blind.Width())
	}
	paced := flow.New(0)
	paced.Sense(func() (time.Duration, bool) { return 0, true })
	paced.Narrow()
	paced.Answered(time.Second)
	if paced.Width() > 6 {
		t.Errorf("connections that use BBR are %d", paced.Width())
	}
}

// TestAFarFlowThatWasFixedIsFarStill.
func TestAFarFlowThatWasFixedIsFarStill(t *testing.T) {
	f := far(3, 80*time.Millisecond)
	f.Fix(0)
	if f.Width() != 12 {
		t.Errorf("it goes on with %d", f.Width())
	}
}

// TestWhoWaitsForAnAnswerLeavesThePlace to the next part over a far line, to as
// many as are sent; a number that is fixed is kept to.
func TestWhoWaitsForAnAnswerLeavesThePlace(t *testing.T) {
	for name, c := range map[string]struct {
		trip        time.Duration
		fixed, want int
	}{
		"far":   {80 * time.Millisecond, 0, 24},
		"near":  {time.Millisecond, 0, 2},
		"fixed": {80 * time.Millisecond, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			f := far(c.fixed, c.trip)
			var all []*flow.Place
			for range 100 {
				place, ok := f.TryAcquire(1 << 20)
				if !ok {
					break
				}
				place.Sent()
				all = append(all, place)
			}
			if len(all) != c.want {
				t.Errorf("%d are on their way, want %d", len(all), c.want)
			}
			for _, place := range all {
				place.Release()
				place.Sent() // too late
			}
			for range f.Width() {
				if !fits(f, 1<<20) {
					t.Error("a place got lost")
				}
			}
			if fits(f, 1<<20) {
				t.Error("a place was given back twice")
			}
		})
	}
}

// queued is a line whose packets are late once it is full, or never.
type queued struct {
	line
	never bool
}

func (q *queued) delay() (time.Duration, bool) {
	if !q.never && float64(q.active.Load())*q.each >= q.capacity {
		return q.trip, true
	}
	return 0, true
}

// TestAQueueEndsTheClimb, and a line without one goes on with it although little
// seems to be gained.
func TestAQueueEndsTheClimb(t *testing.T) {
	for name, c := range map[string]struct {
		each                float64
		never               bool
		narrowest, broadest int
	}{
		"five fill it":        {2.5e6, false, 12, 15},
		"fifty fill it":       {0.25e6, false, 48, 64},
		"nobody is ever late": {0.25e6, true, 48, 64},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := flow.New(0)
				q := &queued{line: line{capacity: 12.5e6, each: c.each, trip: 80 * time.Millisecond}, never: c.never}
				f.Sense(q.delay)
				f.Answered(q.trip)
				q.use(f, 1<<20, 5*time.Second)
				if n := f.Width(); n < c.narrowest || n > c.broadest {
					t.Errorf("after 5 s the width is %d, want %d to %d", n, c.narrowest, c.broadest)
				}
			})
		})
	}
}

// TestSpareIsKnownWhereTheLineWasFull a moment ago, and is not now.
func TestSpareIsKnownWhereTheLineWasFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{capacity: 12.5e6, each: 2.5e6}
		f := p.flow()
		if _, ok := f.Spare(1 << 20); ok {
			t.Error("known before anything was sent")
		}
		p.use(f, 5<<20, 10*time.Second)
		p.others = true
		if _, ok := f.Spare(1 << 20); ok {
			t.Error("known while the line is full")
		}
		p.others = false
		done, ok := f.TryAcquire(100e6)
		if !ok {
			t.Fatal("there is no place")
		}
		done.Release()
		done, _ = f.TryAcquire(100e6)
		done.Sent()
		takes, ok := f.Spare(12_500_000)
		if want := 10*pipeTrip + 2*time.Second; !ok || (takes-want).Abs() > want/10 {
			t.Errorf("12.5 MB take %v, want %v; known: %v", takes, want, ok)
		}
		time.Sleep(time.Minute)
		if _, ok := f.Spare(1 << 20); ok {
			t.Error("known for ever")
		}
	})
}

// TestWhoSendsAgainHasThePlaceAgain that it left while it waited for its answer.
func TestWhoSendsAgainHasThePlaceAgain(t *testing.T) {
	f := far(0, 80*time.Millisecond)
	places := []*flow.Place{acquire(t, f)}
	for len(places) < f.Width() {
		places = append(places, acquire(t, f))
	}
	places[0].Sent()
	if _, err := places[0].Turn(t.Context(), 1<<10, 1<<20); err != nil {
		t.Fatal(err)
	}
	if fits(f, 1<<20) {
		t.Error("it is there for another one")
	}
	places[0].Sent()
	if !fits(f, 1<<20) {
		t.Error("it is not left again")
	}
}

// TestAPlaceBesideTheWidth is there for what is on its way already, unless somebody
// waits for one.
func TestAPlaceBesideTheWidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.New(1)
		place := acquire(t, f)
		beside, ok := place.Beside()
		if !ok {
			t.Fatal("there is none")
		}
		beside.Release()
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		waiting.Go(func() { _, _ = f.Acquire(ctx, flow.NewBatch(9), 1) })
		synctest.Wait()
		if _, ok := place.Beside(); ok {
			t.Error("it goes before who waits")
		}
		cancel()
		waiting.Wait()
	})
}

// TestTheLastPartsBeginSooner where it takes many connections to fill the line.
func TestTheLastPartsBeginSooner(t *testing.T) {
	for name, c := range map[string]struct {
		each float64
		more bool
	}{"five fill it": {2.5e6, false}, "forty fill it": {0.3e6, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pipe{capacity: 12.5e6, each: c.each}
				f := p.flow()
				p.use(f, 5<<20, 5*time.Second)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				for range f.Width() {
					acquire(t, f)
				}
				_, err := f.Acquire(ctx, flow.NewBatch(2), 1<<20)
				if (err == nil) != c.more {
					t.Errorf("of %d places, one more: %v", f.Width(), err)
				}
			})
		})
	}
}
