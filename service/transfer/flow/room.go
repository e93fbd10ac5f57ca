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
	// soon is how near the end is in which nothing catches up any more, in seconds.
	soon = 3
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
	f.seesFar()
}

// seesFar judges how far the server is, when the round trip or the way to ask is
// another. Callers hold f.mu.
func (f *Flow) seesFar() { f.far.Store(f.trip >= far && f.delay != nil) }

// room is what there is on the line now. Callers hold f.mu.
func (f *Flow) room() room {
	left, _ := f.wait()
	return left
}

// wait is the room, and how long packets wait, in round trips. Callers hold f.mu.
func (f *Flow) wait() (left room, trips float64) {
	if !f.far.Load() {
		return unknown, 0
	}
	delay, known := f.delay()
	if !known {
		return unknown, 0
	}
	trips = float64(delay) / float64(f.trip)
	left = roomFor(trips)
	now := time.Now()
	if left != ample {
		f.waits = now
	}
	if left == none {
		f.crowd = now
	}
	return left, trips
}

// roomFor is what is left where packets wait so many round trips.
func roomFor(trips float64) room {
	switch {
	case trips < empty:
		return ample
	case trips < queued:
		return some
	}
	return none
}

// wasFull tells that the line was full a moment ago. Callers hold f.mu.
func (f *Flow) wasFull() bool { return !f.crowd.IsZero() && time.Since(f.crowd) <= recently }

// Spare tells how long so many bytes would take over a connection of their own at
// the end, when nobody waits for a place any more, where the line was full a moment
// ago and is not now: what is slow then is slow for its connection. A fresh one
// takes ten round trips to reach its speed, and gets half of the line; nothing is
// gained by ending before all that is on its way can.
func (f *Flow) Spare(size int64) (takes time.Duration, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	best, left := f.carried.best(), float64(f.left)
	if f.pilot == nil || f.waiting.Len() > 0 || !f.wasFull() || f.room() != ample || left > soon*best {
		return 0, false
	}
	seconds := max(2*float64(size), left) / best
	return 10*f.trip + time.Duration(seconds*float64(time.Second)), true
}

// Total is how many bytes have gone since the beginning, those that went twice
// included.
func (f *Flow) Total() int64 { return f.moved.Load() }
