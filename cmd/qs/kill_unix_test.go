//go:build unix

package main_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Kills of a usual run, and of a long one with the factor 1.
const (
	fewKills  = 20
	manyKills = 200
)

// wire counts what a sender puts on the line to a node, and slows it down, so
// that a kill meets it in the middle of something.
type wire struct {
	next http.Handler
	mu   sync.Mutex
	rand *rand.Rand
	sent int64 // bytes of parts that arrived whole
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	pause := time.Duration(w.rand.Int64N(int64(20 * time.Millisecond)))
	w.mu.Unlock()
	time.Sleep(pause)
	counted := &countedBody{ReadCloser: r.Body}
	r.Body = counted
	w.next.ServeHTTP(rw, r)
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Method == http.MethodPut {
		w.sent += counted.n
	}
}

type countedBody struct {
	io.ReadCloser
	n int64
}

func (c *countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n += int64(n)
	return n, err
}

// TestKilledAtAnyInstant kills sends with kill -9, again and again, at instants
// that a seed chooses, until each file is done. Every file arrives once, whole,
// and nothing is left behind; what travels twice is at most what the workers
// had in their hands.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	kills := fewKills
	if f := soak(t); f > 0 {
		kills = manyKills * f
	}
	seed := uint64(time.Now().UnixNano())
	dice := rand.New(rand.NewPCG(seed, 0))
	q, n := withServer(t)
	w := &wire{next: n.proxied(), rand: rand.New(rand.NewPCG(seed, 1))}
	q = q.with("QS_SERVER=" + startServer(t, w))
	var needed int64
	files := 0
	for killed := 0; killed < kills; files++ {
		size := int64(dice.IntN(6))*part + int64(dice.IntN(1000))
		needed += size
		killed += q.sendThroughKills(fmt.Sprint("file", files), size, kills-killed, dice)
	}
	n.wantOnly(files)
	w.mu.Lock()
	defer w.mu.Unlock()
	inHand := int64(kills) * 4 * part
	if w.sent > needed+inHand {
		t.Errorf("%d bytes were sent for %d, with %d kills (seed %d)", w.sent, needed, kills, seed)
	}
	measured(t, "kill -9: %d kills over %d files, %.2f × the bytes needed were sent, each file once and whole (seed %d)", kills, files, float64(w.sent)/float64(max(needed, 1)), seed)
}

// sendThroughKills sends one file, killing at most so many times, and returns
// how many kills it took.
func (q qs) sendThroughKills(name string, size int64, most int, dice *rand.Rand) (killed int) {
	q.Helper()
	path := q.sparse(name, size)
	want := digestOfFile(q.T, path)
	for {
		s := q.start("send", "--json", path)
		if killed < most {
			time.Sleep(time.Duration(dice.Int64N(int64(250 * time.Millisecond))))
			_ = s.cmd.Process.Kill()
		}
		r := s.wait()
		if r.code == 0 {
			q.linked(*one[sentFile](r).FileKey, want)
			return killed
		}
		if r.code != -1 {
			q.Fatalf("exit code %d: %s", r.code, r.stderr)
		}
		killed++
	}
}
