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
// moving average with a half-life of two seconds. The zero Meter is ready.
type Meter struct {
	began, last time.Time
	count       int64
	rate        float64
}

// Update notes what the count is now, in bytes. A count that falls, because a
// part is sent again, is no negative speed.
func (m *Meter) Update(now time.Time, count int64) {
	if m.last.IsZero() {
		m.began, m.last, m.count = now, now, count
		return
	}
	took := now.Sub(m.last).Seconds()
	if took <= 0 {
		return
	}
	current := max(0, float64(count-m.count)) / took
	if m.count == 0 && m.rate == 0 {
		m.rate = current
	}
	old := math.Exp2(-took / halfLife.Seconds())
	m.rate = old*m.rate + (1-old)*current
	m.last, m.count = now, count
}

// Rate is the speed in bytes a second.
func (m *Meter) Rate() float64 { return m.rate }

// Left foretells how long the remaining bytes take; negative while nothing can
// be said.
func (m *Meter) Left(remaining int64) time.Duration {
	if m.last.Sub(m.began) < settled || m.rate < 1 {
		return -1
	}
	seconds := float64(remaining) / m.rate
	if seconds > 100*24*3600 {
		return -1
	}
	return time.Duration(seconds * float64(time.Second))
}
