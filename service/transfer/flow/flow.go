// Package flow decides how many parts are on their way to one server at once.
//
// The rules are:
//
//   - Who wants to send a part waits its turn at the Flow, first come, first
//     served. A file that waits with one part at a time so takes turns with the
//     others.
//   - The number of parts at once, the width, follows the goodput: it starts
//     with 2, doubles while that pays, and is tried a little wider and a little
//     narrower from then on. It falls when the server is busy or calls fail.
//   - Over a far line of which the system tells how late packets are, it begins
//     wider and stops growing when they stand in a queue: more connections would
//     only make that longer. While they do not, it goes on. A part that has gone
//     out there and waits for its answer leaves its place to the next one.
//   - Parts that share such a line while it is full are dealt the same of it, and
//     the last ones what lets them end together.
//   - Goodput is measured only while every place is taken: a queue that runs
//     dry says nothing of the line.
//   - Nothing runs by itself: whoever reports bytes measures, so that a Flow
//     without traffic costs nothing.
package flow

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"
)

// Widest is the largest number of parts at once.
const Widest = 64

const (
	// maxInFlight bounds the bytes of all parts that are on their way to a
	// server: that is what a kill may have to send again.
	maxInFlight = 256 << 20
	// perPlace is what the small parts that share a place have together at most,
	// in bytes: each is a moment on the line, and then waits for its answer.
	perPlace = 512 << 10
)

// A Flow hands out the places of one server, in one direction. Its methods may
// be called by many goroutines.
type Flow struct {
	moved atomic.Int64 // bytes since the beginning
	due   atomic.Int64 // when the window may end, in nanoseconds after begun
	begun time.Time
	// far tells that the server is far, and that somebody may know how full the
	// line to it is.
	far atomic.Bool

	mu       sync.Mutex
	pilot    *pilot // nil where the width is fixed
	most     int    // the largest width of one that follows the goodput
	width    int
	taken    int // by parts that are sent, or wait for their answer
	sent     int // by those that wait only
	inFlight int64
	left     int64 // bytes of what is taken that have not gone
	carried  carried
	had      float64   // the best of it before others came, in bytes a second
	keeps    time.Time // until when nothing is ceded to them
	waiting  list.List // of *waiter
	window   window
	trip     time.Duration
	delay    func() (time.Duration, bool) // how late packets are; nil where nobody knows
	crowd    time.Time                    // when packets were last seen to stand in a queue
	waits    time.Time                    // and when they were last seen to wait at all
}

// New returns a Flow of a fixed width, or of one that follows the goodput where
// fixed is 0.
func New(fixed int) *Flow {
	f := &Flow{begun: time.Now(), width: fixed, most: Widest}
	f.due.Store(never)
	if fixed == 0 {
		f.width = narrowest
		f.pilot = newPilot(f.width, f.most)
	}
	return f
}

// Fix gives the Flow another width from now on: a fixed one, or, where fixed is
// 0, one that follows the goodput and goes on from the width of now. Who waits
// for a place gets one at once where there are more; where there are fewer,
// those that are taken are not taken back.
func (f *Flow) Fix(fixed int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case fixed > 0:
		f.pilot = nil
		f.put(fixed)
	case f.pilot == nil:
		f.pilot = newPilot(min(f.width, f.most), f.most)
		f.put(f.pilot.knows(f.far.Load()))
	}
}

// Width is how many parts may be on their way now.
func (f *Flow) Width() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.width
}

// Narrow has the flow grow to a few places only: its connections do not slow down
// for lost packets, and many of them would starve each other.
func (f *Flow) Narrow() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.most = pacedWidth
	if f.pilot != nil {
		f.steer(f.pilot.bound(f.most))
	}
}

// Line is what is known of a line; zero fields are not known.
type Line struct {
	// Rate is the goodput that was reached, in bytes a second, and Width the
	// number of connections that had it together.
	Rate  float64
	Width int
	// Trip is the shortest round trip.
	Trip time.Duration
}

// Line tells what was learnt so far.
func (f *Flow) Line() Line {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := Line{Trip: f.trip}
	if f.pilot != nil && f.pilot.goodput() > 0 {
		l.Rate, l.Width = f.pilot.goodput(), f.pilot.width
	}
	return l
}

// Failed notes that a call did not work; busy is that the server asked to slow
// down.
func (f *Flow) Failed(busy bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pilot != nil {
		f.steer(f.pilot.failed(time.Since(f.begun), busy))
	}
}

// Answered notes how long a call took that moves next to nothing: the shortest
// is the round trip by which windows are measured.
func (f *Flow) Answered(took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.trip != 0 && took >= f.trip {
		return
	}
	f.trip = took
	f.seesFar()
	if f.pilot != nil {
		f.steer(f.pilot.knows(f.far.Load()))
	}
}

// steer sets the width. Callers hold f.mu.
func (f *Flow) steer(width int) {
	if width != f.width {
		f.put(width)
	}
}

// put sets a width, for which nothing has been measured yet. Callers hold f.mu.
func (f *Flow) put(width int) {
	f.width = width
	f.window = window{}
	f.due.Store(never)
	f.admit()
	f.watch()
}
