package transfer

import (
	"slices"
	"sync"
	"time"
)

// What a second sending of a part may cost, and when it is due.
const (
	// learnt is how many of the latest parts tell how long one takes, and
	// enough how many are needed to say anything.
	learnt, enough = 64, 8
	// late is the share of parts that are no stragglers.
	late = 0.9
	// hedgeShare is how much of all bytes may be sent for a second time.
	hedgeShare = 0.05
	// earliest is the soonest that a part is late.
	earliest = 50 * time.Millisecond
)

// stragglers knows how long the parts take that go to a server, and so which of
// them are late. One that is late is sent again on another connection: most often
// the first one has lost packets, and TCP is slow to send on.
type stragglers struct {
	mu     sync.Mutex
	latest []answered
	next   int
	hedged int64 // bytes
}

// answered is a part that has arrived.
type answered struct {
	size int64
	took time.Duration
}

// learn notes how long a part took.
func (s *stragglers) learn(size int64, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.latest) < learnt {
		s.latest = append(s.latest, answered{size, took})
		return
	}
	s.latest[s.next] = answered{size, took}
	s.next = (s.next + 1) % learnt
}

// lateAfter is after how long a part of this size is a straggler; false while
// too little is known.
func (s *stragglers) lateAfter(size int64) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.latest) < enough {
		return 0, false
	}
	times := make([]time.Duration, len(s.latest))
	for i, a := range s.latest {
		// A call has its own time, whatever it carries.
		times[i] = time.Duration(float64(a.took) * max(0.25, float64(size)/float64(max(a.size, 1))))
	}
	slices.Sort(times)
	after := times[int(late*float64(len(times)))]
	return max(earliest, after+after/16), true // where all take the same, none is late
}

// afford books a second sending of so many bytes, if it is a small share of what
// was sent in all.
func (s *stragglers) afford(size, sent int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if float64(s.hedged+size) > hedgeShare*float64(sent) {
		return false
	}
	s.hedged += size
	return true
}

// refund takes back what was booked and not sent.
func (s *stragglers) refund(size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hedged -= size
}
