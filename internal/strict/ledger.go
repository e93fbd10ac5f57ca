package strict

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Attempt is one sending of a part.
type Attempt struct {
	// Call is the part's.
	Call
	// Size is declared, Received what came of it, in bytes.
	Size, Received int64
	// Stored tells that it took effect, Answered that this was said, Delivered
	// that it was heard for sure: another call came over the same connection.
	Stored, Answered, Delivered bool
	// Beside tells that another sending of the same part was on its way when this
	// one began: a hedge, or one that the sender had given up.
	Beside bool
	// Needless tells that the answer to an earlier sending of it had been heard for sure
	// when this one began. An answer that is on its way then may be late: who sends the
	// part once more cannot know of it.
	Needless bool

	ended bool
}

// last is what came last over a connection: a part, and the identity of a call
// that was refused for good, where it was such.
type last struct {
	part    *Attempt
	refused string
}

// heard notes that what was said last over a connection has been read: HTTP/1.1
// has nothing new sent there before.
func (s *Server) heard(connection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.last[connection]
	if l.part != nil {
		l.part.Delivered = l.part.Answered
	}
	if l.refused != "" {
		s.refused[l.refused] = true
	}
	delete(s.last, connection)
}

// unheard forgets a connection that was closed: nobody knows whether what was
// said last over it has been read.
func (s *Server) unheard(connection string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, connection)
}

// opened begins to account for a sending.
func (s *Server) opened(c Call, r *http.Request) *Attempt {
	a := &Attempt{Call: c, Size: r.ContentLength}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[r.RemoteAddr] = last{part: a}
	for _, other := range s.attempts {
		if other.Call == c {
			a.Beside = a.Beside || !other.ended
			a.Needless = a.Needless || other.Delivered
		}
	}
	s.attempts = append(s.attempts, a)
	return a
}

// closed ends the account of a sending.
func (s *Server) closed(a *Attempt, received int64, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ended, a.Received = true, received
	a.Answered = a.Stored && status == http.StatusOK
}

// Attempts are the sendings that have ended, as they began.
func (s *Server) Attempts() (all []Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.attempts {
		if a.ended {
			all = append(all, *a)
		}
	}
	return all
}

// Traffic is what came in the bodies of parts, in bytes.
type Traffic struct {
	// Needed is the size of all files that are finished.
	Needed int64
	// Received is all that came, Beside what of it was sent beside another
	// sending of the same part.
	Received, Beside int64
}

// Factor is how many times the bytes that were needed have come.
func (t Traffic) Factor() float64 { return float64(t.Received) / float64(max(t.Needed, 1)) }

// Traffic sums up what has come so far.
func (s *Server) Traffic() (t Traffic) {
	for _, f := range s.Files() {
		if f.Completed {
			t.Needed += f.Size
		}
	}
	for _, a := range s.Attempts() {
		t.Received += a.Received
		if a.Beside {
			t.Beside += a.Received
		}
	}
	return t
}

// Calls is how often a call was made, whatever came of it.
func (s *Server) Calls(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[op]
}

// countedBody counts what is read of a body.
type countedBody struct {
	io.ReadCloser
	n atomic.Int64
}

// Read implements io.Reader.
func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

// throttle shares one rate among all bodies.
type throttle struct {
	rate int64 // bytes a second; 0 is without a bound
	mu   sync.Mutex
	free time.Time // when the line has sent all that was taken of it
}

// slowed is a body that comes over the line.
func (t *throttle) slowed(body io.ReadCloser) io.ReadCloser {
	if t.rate == 0 {
		return body
	}
	return &slowBody{ReadCloser: body, line: t}
}

// took waits until n bytes have passed.
func (t *throttle) took(n int) {
	t.mu.Lock()
	if now := time.Now(); t.free.Before(now) {
		t.free = now
	}
	t.free = t.free.Add(time.Duration(n) * time.Second / time.Duration(t.rate))
	wait := time.Until(t.free)
	t.mu.Unlock()
	time.Sleep(wait)
}

type slowBody struct {
	io.ReadCloser
	line *throttle
}

// Read implements io.Reader.
func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p[:min(len(p), 32<<10)])
	b.line.took(n)
	return n, err
}
