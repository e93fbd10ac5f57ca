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
// during sleep on some systems and goes on, on others (see package time). A
// clock that is set forward looks like a sleep, which costs no more than a try
// that comes early.
type Sleep struct{ last time.Time }

// Woke tells that the computer has slept since the look before.
func (s *Sleep) Woke(now time.Time) bool {
	wall := now.Round(0) // without the monotonic reading
	last := s.last
	s.last = wall
	return !last.IsZero() && wall.Sub(last) > lapse
}

// Rest ends the looks for now: the next one comes whenever it does.
func (s *Sleep) Rest() { s.last = time.Time{} }
