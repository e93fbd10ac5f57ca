// Package limit keeps the traffic of a program under a bandwidth: so many bytes
// a second up and so many down, with another pair for some hours of the day.
//
// The rules are:
//
//   - What is set holds at once, also for reads that are waiting already.
//   - Files get equal shares, whatever number of streams each of them has; the
//     streams of a file take turns.
//   - The flow is even: no more than a tenth of a second's worth goes at once,
//     and with up to 64 streams each of them moves within 10 s.
//   - What counts is the bodies, each time they are sent. Headers, TLS and the
//     frames below come on top.
//   - Where nothing is limited a read costs one atomic load.
package limit

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// MinRate is the lowest limit, in bytes a second. With less, 64 streams would
	// look stalled to the watchdog of their calls, which waits 30 s for a byte.
	MinRate = 1 << 10
	// MaxRate is the highest limit, in bytes a second: 32 GiB, which no line of a
	// desk reaches. What is above it is taken as it.
	MaxRate = 1 << 35
)

// Rates are a limit for each direction, in bytes a second. Zero and less is no
// limit; others are taken as the nearest from MinRate to MaxRate.
type Rates struct{ Up, Down int64 }

// Bounded returns the rate that a wish in bytes a second comes to: 0 for none,
// else MinRate to MaxRate.
func Bounded(rate int64) int64 {
	if rate <= 0 {
		return 0
	}
	return min(max(rate, MinRate), MaxRate)
}

// A Schedule is what is set: the rates, and others for some hours of the day.
type Schedule struct {
	Rates
	// Hours replace the rates while they last.
	Hours Hours
}

// A Bandwidth is what all transfers of a program share. Its methods may be
// called by many goroutines. Close it.
type Bandwidth struct {
	up, down direction
	holding  atomic.Pointer[span]

	mu       sync.Mutex
	schedule Schedule
	boundary *time.Timer
	closed   bool
}

// span is the time on the wall for which a decision holds.
type span struct{ from, until time.Time }

// New returns a bandwidth without a limit.
func New() *Bandwidth { return new(Bandwidth) }

// Set replaces what was set before. It holds at once: a read that waits is
// judged anew.
func (b *Bandwidth) Set(s Schedule) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.schedule = s
	b.decide()
}

// Close ends the changes by the hour. Whoever reads goes on under the limit
// that holds.
func (b *Bandwidth) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.boundary != nil {
		b.boundary.Stop()
	}
}

// decide sets the rates that hold now, and when to decide again. Callers hold
// b.mu.
func (b *Bandwidth) decide() {
	now := time.Now()
	rates, until := b.schedule.at(now)
	b.up.set(Bounded(rates.Up))
	b.down.set(Bounded(rates.Down))
	if until.IsZero() {
		b.holding.Store(nil)
	} else {
		b.holding.Store(&span{now.Round(0), until})
	}
	b.wakeAt(until)
}

// wakeAt has the next decision made at a time; a zero one is never. Callers hold
// b.mu.
func (b *Bandwidth) wakeAt(until time.Time) {
	if b.boundary != nil {
		b.boundary.Stop()
	}
	if !until.IsZero() && !b.closed {
		b.boundary = time.AfterFunc(time.Until(until), b.again)
	}
}

// again decides anew: the hour has come, or the clock on the wall was set.
func (b *Bandwidth) again() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decide()
}

// look decides anew when the wall shows a time for which the last decision was
// not made. The timer does not see that: it runs by a clock that cannot be set,
// and that stands still on some systems while the computer sleeps.
func (b *Bandwidth) look(now time.Time) {
	s := b.holding.Load()
	if s == nil {
		return
	}
	if wall := now.Round(0); wall.Before(s.from) || !wall.Before(s.until) {
		b.again()
	}
}
