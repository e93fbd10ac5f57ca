package flow

import "time"

// What is known of a line by its round trip.
const (
	// far is from what round trip on a server is far.
	far = 10 * time.Millisecond
	// queued is by what share of the round trip packets must be late to stand in
	// a queue, rather than to be late by chance.
	queued = 0.25
	// empty is below what share of it there is no queue.
	empty = 0.125
	// recently is for how long a line that was full tells what it can carry.
	recently = 10 * time.Second
)

// room is what packets tell of a line by how late they are.
type room int

const (
	unknown room = iota
	ample        // they do not wait: the line is not full
	some
	none // they stand in a queue
)

// Sense has the flow ask how much longer packets take now than at best, where that
// is known.
func (f *Flow) Sense(delay func() (d time.Duration, known bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delay = delay
}

// isFar tells that the server is far, and that somebody may know how full the line
// to it is. Callers hold f.mu.
func (f *Flow) isFar() bool { return f.trip >= far && f.delay != nil }

// room is what there is on the line now. Callers hold f.mu.
func (f *Flow) room() room {
	if !f.isFar() {
		return unknown
	}
	delay, known := f.delay()
	if !known {
		return unknown
	}
	switch late := float64(delay) / float64(f.trip); {
	case late < empty:
		return ample
	case late < queued:
		return some
	}
	f.crowd = time.Now()
	return none
}

// Spare tells how long so many bytes would take over a connection of their own,
// where the line was full a moment ago and is not now: what is slow then is not
// slow for want of room. A connection takes ten round trips to reach its speed,
// and gets half of the line.
func (f *Flow) Spare(size int64) (takes time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pilot == nil || f.room() == none || time.Since(f.crowd) > recently || f.pilot.goodput() <= 0 {
		return 0, false
	}
	return 10*f.trip + time.Duration(2*float64(size)/f.pilot.goodput()*float64(time.Second)), true
}
