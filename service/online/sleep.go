package online

import "time"

// lapse is how much of the day may pass between two looks that are made all the
// time: more than a busy computer takes, less than a sleep worth the name.
const lapse = 10 * time.Second

// Sleep finds out that the computer has slept. The zero value is ready. It is
// looked at while something is under way, every few seconds at least, and has
// no timer of its own.
//
// It goes by the clock on the wall alone: the monotonic clock stands still
// during sleep on some systems and goes on, on others (see package time), and a
// machine that is virtual may be stopped without noticing. A clock that is set
// forward looks like a sleep, which costs no more than tries that come early and
// parts that are sent again.
type Sleep struct{ last time.Time }

// Woke tells for how long the computer has slept since the look before; 0 where
// it has not.
func (s *Sleep) Woke(now time.Time) (slept time.Duration) {
	wall := now.Round(0) // without the monotonic reading
	last := s.last
	s.last = wall
	if gap := wall.Sub(last); !last.IsZero() && gap > lapse {
		return gap
	}
	return 0
}

// Rest ends the looks for now: the next one comes whenever it does.
func (s *Sleep) Rest() { s.last = time.Time{} }
