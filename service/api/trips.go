package api

import (
	"net"
	"sync"
	"time"
)

// trips knows how long packets take to a server and back, as the connections
// that send parts to it see that: where they take much longer than at best, they
// stand in a queue, and the line is full.
type trips struct {
	mu        sync.Mutex
	best, now time.Duration
}

// lookEvery is how often one connection is looked at.
const lookEvery = 20 * time.Millisecond

// watch returns what a connection calls between its writes.
func (d *dialer) watch(c net.Conn) (look func()) {
	var next time.Time
	return func() {
		now := time.Now()
		if now.Before(next) {
			return
		}
		next = now.Add(lookEvery)
		if best, latest, ok := tripOf(c); ok {
			d.trips.take(best, latest)
		}
	}
}

func (t *trips) take(best, latest time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.best == 0 || best < t.best {
		t.best = best
	}
	t.now = latest
}

// delay is how much longer they take now than at best; false where nobody knows.
func (t *trips) delay() (d time.Duration, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(0, t.now-t.best), t.now > 0
}
