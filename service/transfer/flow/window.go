package flow

import (
	"math"
	"time"
)

// Bounds of a window. It lasts two round trips, in which a connection that
// begins doubles its speed twice, and long enough that every connection has
// moved something.
const (
	shortest = 30 * time.Millisecond
	longest  = 2 * time.Second
	// perPlace is what each place must have moved in a window, in bytes: a
	// transport reads in pieces of up to 64 KiB.
	perPlace = 128 << 10
)

// window is one measurement. It is open while just every place is taken.
type window struct {
	open, begun bool
	from        time.Duration // after Flow.begun: when it begins, or has begun
	moved       int64         // what had been moved then
}

// never is when no window is due.
const never = math.MaxInt64

// watch opens a window when every place has been taken, and closes it when that
// is not so any more. Callers hold f.mu.
func (f *Flow) watch() {
	full := f.pilot != nil && f.taken == f.width
	if full == f.window.open {
		return
	}
	f.window = window{open: full, from: time.Since(f.begun) + f.settling()}
	f.due.Store(never)
	if full {
		f.due.Store(int64(f.window.from))
	}
}

// settling is how long connections take that are only made now: a round trip
// for TCP and one for TLS. Callers hold f.mu.
func (f *Flow) settling() time.Duration { return min(max(2*f.trip, shortest/3), longest) }

// length is how long a window lasts at least. Callers hold f.mu.
func (f *Flow) length() time.Duration {
	w := min(max(2*f.trip, shortest), longest)
	if !f.pilot.climbing {
		w = min(4*w, longest)
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
// enough: the next one follows at once where the width stays. Callers hold f.mu.
func (f *Flow) look(now time.Duration, moved int64) {
	w := f.window
	switch {
	case !w.open || now < w.from:
		return
	case !w.begun:
	case now < w.from+f.length() || moved-w.moved < int64(f.width)*perPlace:
		return
	default:
		width := f.pilot.measured(now, float64(moved-w.moved)/(now-w.from).Seconds())
		if width != f.width {
			f.steer(width)
			return
		}
	}
	f.window = window{open: true, begun: true, from: now, moved: moved}
	f.due.Store(int64(now + f.length()))
}
