package flow_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// TestAFullLineHasAShortQueue, and is used, whatever becomes of it.
func TestAFullLineHasAShortQueue(t *testing.T) {
	for name, becomes := range map[string]float64{"as it was": 12.5e6, "half": 6.25e6, "twice": 25e6} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pipe{capacity: 12.5e6, each: 2.5e6}
				f := p.flow()
				var user sync.WaitGroup
				user.Go(func() { p.use(f, 5<<20, 60*time.Second) })
				time.Sleep(15 * time.Second)
				p.becomes(becomes)
				time.Sleep(20 * time.Second)
				before, longest := p.carries(), time.Duration(0)
				for range 100 {
					time.Sleep(100 * time.Millisecond)
					d, _ := p.delay()
					longest = max(longest, d)
				}
				if share := float64(p.carries()-before) / 10 / becomes; share < 0.95 || longest > pipeTrip*3/4 {
					t.Errorf("%.2f of the line, packets wait up to %v", share, longest)
				}
				user.Wait()
			})
		})
	}
}

// TestOthersDoNotTakeAll where they keep the queue full whatever we do.
func TestOthersDoNotTakeAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{capacity: 12.5e6, each: 2.5e6}
		f := p.flow()
		p.use(f, 5<<20, 10*time.Second)
		p.others = true
		before := p.carries()
		p.use(f, 5<<20, 2*time.Minute)
		if share := float64(p.carries()-before) / 120 / 12.5e6; share < 0.7 {
			t.Errorf("%.2f of what the line carries", share)
		}
	})
}

// sends sends a part of each size side by side, all of one file or each of its own,
// and returns how long each took.
func sends(t *testing.T, f *flow.Flow, p *pipe, files bool, sizes ...int) []time.Duration {
	t.Helper()
	took, began, batch := make([]time.Duration, len(sizes)), time.Now(), flow.NewBatch(len(sizes))
	var parts sync.WaitGroup
	for i, size := range sizes {
		if files {
			batch = flow.NewBatch(1)
		}
		place, err := f.Acquire(t.Context(), batch, int64(size))
		if err != nil {
			t.Fatal(err)
		}
		parts.Go(func() {
			defer place.Release()
			p.send(f, place, size)
			took[i] = time.Since(began)
		})
	}
	parts.Wait()
	return took
}

// filled is a flow that knows what its line carries, and the line, which was full
// a moment ago.
func filled() (*flow.Flow, *pipe) {
	p := &pipe{capacity: 12.5e6, each: 2.5e6}
	f := p.flow()
	p.use(f, 5<<20, 10*time.Second)
	return f, p
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func within(d, want time.Duration) bool { return (d - want).Abs() <= want/6 }

// TestTheLastPartsEndTogether: what has more left gets more of a line that is full,
// and all of it is used.
func TestTheLastPartsEndTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, p := filled()
		p.each = 50e6
		for i, d := range sends(t, f, p, false, 30e6, 16e6, 4e6) {
			if want := 4 * time.Second; !within(d, want) {
				t.Errorf("part %d took %v, all of them %v", i, d, want)
			}
		}
	})
}

// TestASmallFileDoesNotWaitForALargeOne: the last parts of one end together, those of
// several files do not.
func TestASmallFileDoesNotWaitForALargeOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, p := filled()
		p.each = 50e6
		took := sends(t, f, p, true, 46e6, 4e6)
		if large, small := 4*time.Second, 700*time.Millisecond; !within(took[0], large) || !within(took[1], small) {
			t.Errorf("they took %v and %v, want %v and %v", took[0], took[1], large, small)
		}
	})
}

// TestWhatIsNotMeasuredIsNotDealt: over a pause nothing is, and small parts are not.
func TestWhatIsNotMeasuredIsNotDealt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipe{capacity: 12.5e6, each: 2.5e6}
		f := p.flow()
		p.use(f, 64<<10, 10*time.Second)
		p.each = 50e6
		if took := sends(t, f, p, false, 10e6); took[0] > 2*time.Second {
			t.Errorf("after small parts it took %v", took[0])
		}
	})
}

// TestTheEndTakesNoTurn: it is read after the last bytes, and the answer is there
// by then.
func TestTheEndTakesNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := filled()
		for range 8 {
			acquire(t, f)
		}
		place := acquire(t, f)
		for left := 1 << 20; left > 0; {
			n, err := place.Turn(t.Context(), min(left, 32<<10), int64(left))
			if err != nil {
				t.Fatal(err)
			}
			left -= n
		}
		began := time.Now()
		if _, err := place.Turn(t.Context(), 32<<10, 0); err != nil || time.Since(began) > 0 {
			t.Errorf("it took %v: %v", time.Since(began), err)
		}
	})
}

// TestManyEndTogetherWithoutACrowd: what keeps shares from vanishing does not make
// them more than all of the line.
func TestManyEndTogetherWithoutACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, p := filled()
		p.each, p.longest = 50e6, 0
		sends(t, f, p, false, slices.Repeat([]int{400e3}, f.Width())...)
		if p.longest > pipeTrip {
			t.Error("the queue was overrun")
		}
	})
}

// TestAFullLineIsSharedEvenly as long as others wait for a place, whatever their
// connections could.
func TestAFullLineIsSharedEvenly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, p := filled()
		p.faster = 50e6
		clear(p.took)
		p.use(f, 5<<20, time.Minute)
		slow, fast := median(p.took[p.each]), median(p.took[p.faster])
		if !within(fast, slow) {
			t.Errorf("over slow connections a part took %v, over fast ones %v", slow, fast)
		}
	})
}

// TestNobodyWaitsWhereTheLineIsNotFull, nor what is small or near.
func TestNobodyWaitsWhereTheLineIsNotFull(t *testing.T) {
	near := func() *flow.Flow {
		p := &pipe{capacity: 12.5e6, each: 2.5e6}
		f := p.flow()
		f.Answered(time.Millisecond)
		p.use(f, 5<<20, 10*time.Second)
		return f
	}
	for name, c := range map[string]struct {
		size int
		line func() *flow.Flow
	}{
		"near":          {8 << 20, near},
		"nothing known": {8 << 20, func() *flow.Flow { return far(0, time.Second) }},
		"small":         {200 << 10, func() *flow.Flow { f, _ := filled(); return f }},
		"full long ago": {8 << 20, func() *flow.Flow {
			f, _ := filled()
			time.Sleep(time.Minute)
			return f
		}},
		"fixed": {8 << 20, func() *flow.Flow { f, _ := filled(); f.Fix(4); return f }},
		"BBR":   {8 << 20, func() *flow.Flow { f, _ := filled(); f.Narrow(); return f }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := c.line()
				place, ok := f.TryAcquire(int64(c.size))
				if !ok || !fits(f, 8<<20) || !fits(f, 8<<20) || !fits(f, 8<<20) {
					t.Fatal("there is no place")
				}
				defer place.Release()
				began := time.Now()
				for left := c.size; left > 0; {
					n, err := place.Turn(t.Context(), left, int64(left))
					if err != nil || n != left {
						t.Fatalf("%d of %d bytes: %v", n, left, err)
					}
					left -= n
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// TestATurnEndsWithItsCall, and one that comes too late holds nobody up.
func TestATurnEndsWithItsCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _ := filled()
		place, _ := f.TryAcquire(64 << 20)
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("given up")
		time.AfterFunc(time.Second, func() { cancel(why) })
		began := time.Now()
		left := int64(64 << 20)
		for {
			n, err := place.Turn(ctx, 1<<20, left)
			if left -= int64(n); err == nil {
				continue
			}
			if took := time.Since(began); !errors.Is(err, why) || took > 1100*time.Millisecond {
				t.Errorf("after %v: %v", took, err)
			}
			break
		}
		place.Release()
		if n, err := place.Turn(t.Context(), 1<<20, left); n != 1<<20 || err != nil {
			t.Errorf("after its end: %d, %v", n, err)
		}
	})
}
