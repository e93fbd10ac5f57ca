//go:build unix

package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"

	"quicksync.me/desktop/internal/strict"
)

// blow is an instant: so many bytes of parts into a run, or else at a call.
type blow struct {
	bytes int64
	// op is that of the call; which of them counts, from 0.
	op   string
	nth  int
	when moment
	// later is how long after the answer the kill comes.
	later time.Duration
}

// moment is where in a call a kill comes.
type moment int

const (
	beforeAct moment = iota
	beforeAnswer
	afterAnswer
	moments
)

// hit is a kill in store for one run.
type hit struct {
	blow
	victim chan *os.Process
	mu     sync.Mutex
}

// spoil looks for the instant of the kill.
func (k *killer) spoil(c strict.Call) strict.Fault {
	h := k.armed.Load()
	switch {
	case c.Op == "part" && h.op == "":
		return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			r.Body = &lastBytes{ReadCloser: r.Body, hit: h}
			next.ServeHTTP(w, r)
		}
	case h.op != "" && c.Op == h.op && h.now():
		return h.at
	default:
		return nil
	}
}

// now tells whether this is the call that was meant.
func (h *hit) now() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nth--
	return h.nth == -1
}

// at strikes around one call. The server acts in any case.
func (h *hit) at(next http.Handler, w http.ResponseWriter, r *http.Request) {
	switch h.when {
	case beforeAct:
		h.strike()
		next.ServeHTTP(httptest.NewRecorder(), r)
	case beforeAnswer:
		next.ServeHTTP(httptest.NewRecorder(), r)
		h.strike()
	default:
		next.ServeHTTP(w, r)
		_ = http.NewResponseController(w).Flush()
		time.Sleep(h.later)
		h.strike()
	}
}

func (h *hit) strike() { _ = (<-h.victim).Kill() }

// lastBytes strikes when so many bytes have been read of all parts together.
type lastBytes struct {
	io.ReadCloser
	hit *hit
}

// Read implements io.Reader.
func (b *lastBytes) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hit.mu.Lock()
	before := b.hit.bytes
	b.hit.bytes -= int64(n)
	strikes := before > 0 && b.hit.bytes <= 0
	b.hit.mu.Unlock()
	if strikes {
		b.hit.strike()
	}
	return n, err
}
