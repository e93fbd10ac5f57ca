package flow

import (
	"math"
	"time"
)

// Bounds of a window. It lasts a round trip and a half, in which a connection that
// begins doubles its speed, longer where there is time, and so long that every
// connection has moved something.
const (
	shortest = 30 * time.Millisecond
	longest  = 2 * time.Second
	// telling is what each place must have moved in a window, in bytes: on a slow
	// line a transport reads in pieces of 16 KiB.
	telling = 32 << 10
	// idle is the share of a window in which places may be free: the next part
	// is there in a moment.
	idle = 0.15
)

// window is one measurement. It is open while every place is taken, but for
// moments.
type window struct {
	open, begun bool
	from        time.Duration // after Flow.begun: when it begins, or has begun
	moved       int64         // what had been moved then
	full        bool
	since       time.Duration // when full became what it is
	idle        time.Duration // how long it was not full
}

// never is when no window is due.
const never = math.MaxInt64

// watch notes whether every place is taken. The first time opens a window.
// Callers hold f.mu.
func (f *Flow) watch() {
	full, w := f.full(), &f.window
	if f.pilot == nil || full == w.full && (w.open || !full) {
		return
	}
	now := time.Since(f.begun)
	switch {
	case !w.open:
		f.window = window{open: true, full: true, since: now, from: now + f.settling()}
		f.due.Store(int64(f.window.from))
		return
	case full:
		w.idle += now - w.since
	}
	w.full, w.since = full, now
}

// settling is how long connections take that are only made now, until they have
// taken in what they hold back. Callers hold f.mu.
func (f *Flow) settling() time.Duration { return min(max(2*f.trip, shortest/3), longest) }

// length is how long a window lasts at least. Callers hold f.mu.
func (f *Flow) length() time.Duration {
	w := min(max(3*f.trip/2, shortest), longest)
	if !f.pilot.climbing {
		w = min(6*w, longest)
	}
	return w
}

// Moved notes n bytes that went over the line.
func (f *Flow) Moved(n int) {
	moved := f.moved.Add(int64(n))
	if due := f.due.Load(); due == never || int64(time.Since(f.begun)) < due {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.look(time.Since(f.begun), moved)
}

// look begins the window that has settled, or ends the one that has lasted long
// enough: the next one follows at once where the width stays. One in which the
// line was not full says nothing. Callers hold f.mu.
func (f *Flow) look(now time.Duration, moved int64) {
	w, lasted := f.window, now-f.window.from
	switch {
	case !w.open || lasted < 0:
		return
	case !w.full: // it will be in a moment, or the file ends
		f.due.Store(int64(now + f.length()/4))
		return
	case !w.begun || float64(w.idle) > idle*float64(max(lasted, f.length())):
	case lasted < f.length() || moved-w.moved < int64(f.width)*telling:
		return
	default:
		width := f.pilot.measured(now, float64(moved-w.moved)/lasted.Seconds(), f.room())
		if width != f.width {
			f.steer(width)
			return
		}
	}
	f.window = window{open: true, begun: true, from: now, moved: moved, full: true, since: now}
	f.due.Store(int64(now + f.length()))
}
