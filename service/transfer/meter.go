package transfer

import (
	"math"
	"time"
)

// halfLife is how long it takes until an old speed counts half.
const halfLife = 2 * time.Second

// settled is how long a Meter must have measured before it foretells.
const settled = 3 * time.Second

// A Meter makes of a growing count a speed that can be read: an exponential
// moving average with a half-life of two seconds, over the time since the count
// began to grow. The zero Meter is ready.
type Meter struct {
	began, last  time.Time
	count        int64
	rate, weight float64 // the average, and what it is short of by having begun with nothing
}

// Update notes what the count is now, in bytes. A count that falls, because a
// part is sent again, is no negative speed.
func (m *Meter) Update(now time.Time, count int64) {
	grown, took := float64(max(0, count-m.count)), now.Sub(m.last).Seconds()
	switch {
	case m.last.IsZero(), m.weight == 0 && grown == 0:
		m.began, m.last, m.count = now, now, count
		return
	case took <= 0:
		return
	}
	old := math.Exp2(-took / halfLife.Seconds())
	m.rate = old*m.rate + (1-old)*grown/took
	m.weight = old*m.weight + (1 - old)
	m.last, m.count = now, count
}

// Rate is the speed in bytes a second.
func (m *Meter) Rate() float64 {
	if m.weight == 0 {
		return 0
	}
	return m.rate / m.weight
}

// Left foretells how long the remaining bytes take; negative while nothing can
// be said.
func (m *Meter) Left(remaining int64) time.Duration {
	if m.last.Sub(m.began) < settled || m.Rate() < 1 {
		return -1
	}
	seconds := float64(remaining) / m.Rate()
	if seconds > 100*24*3600 {
		return -1
	}
	return time.Duration(seconds * float64(time.Second))
}
