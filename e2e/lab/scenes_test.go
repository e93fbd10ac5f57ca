//go:build e2e && linux

package lab

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/internal/strict"
)

// TestServerForgets has the server lose what is not finished: what was under way
// begins anew, and what was finished stays.
func TestServerForgets(t *testing.T) {
	t.Parallel()
	b, gate := newGated(t, strict.Config{Tags: strict.MD5}, 7, narrow(20_000))
	small, large := b.file("small", 100_000), b.file("large", 9*part)
	r := b.start("send", "--json", small, large)
	b.until("a file to be finished", func() bool { return b.server.Calls("fetch") > 0 })
	b.sending(7)
	b.server.Forget()
	gate.Open()
	b.arrived(r.ends(0), small, large)
	if begun := b.server.Calls("begin"); begun != 3 {
		t.Errorf("%d begins, want 3", begun)
	}
}

// TestKeyEnds takes the key away in the middle. The queue stays, and goes on
// with a new key where it was.
func TestKeyEnds(t *testing.T) {
	t.Parallel()
	b, gate := newGated(t, strict.Config{Tags: strict.CRC32C}, 6, narrow(10_000))
	large, small := b.file("large", 9*part), b.file("small", 100_000)
	r := b.start("send", "--json", large)
	b.sending(6)
	b.server.SetToken("the-new-key")
	gate.Open()
	if s := r.ends(1)[large]; s.State != "failed" || s.Error == nil || s.Error.Code != "unauthorized" {
		t.Errorf("%+v", s)
	}
	if s := b.start("send", "--json", small).ends(1)[small]; s.State != "failed" || s.Error == nil || s.Error.Code != "unauthorized" {
		t.Errorf("with the old key: %+v", s)
	}
	b.token = "the-new-key"
	b.arrived(b.start("resume", "--json").ends(0), large)
	b.neverAgain()
}

// neverAgain checks that no part was sent again whose answer had been heard.
func (b *bench) neverAgain() {
	b.Helper()
	for _, a := range b.server.Attempts() {
		if a.Needless {
			b.Errorf("part %d of %s was sent again after its answer", a.Part, a.Key)
		}
	}
}

// first spoils the first calls of some kinds, so many of each.
func first(times int, fault strict.Fault, ops ...string) func(strict.Call) strict.Fault {
	var mu sync.Mutex
	left := map[string]int{}
	for _, op := range ops {
		left[op] = times
	}
	return func(c strict.Call) strict.Fault {
		mu.Lock()
		defer mu.Unlock()
		if left[c.Op] == 0 {
			return nil
		}
		left[c.Op]--
		return fault
	}
}

// TestLinkIsRefused refuses the first link of a file, as a store does whose
// clock is ahead. The next one works.
func TestLinkIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, strict.Config{Spoil: first(1, strict.Status(http.StatusForbidden, "", 0), "fetch")})
	b.send(b.file("file", 100_000))
}

// TestLinksNeverOpen: a file whose link opens nothing is not called done.
func TestLinksNeverOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t, strict.Config{Spoil: first(-1, strict.Status(http.StatusForbidden, "", 0), "fetch")})
	path := b.file("file", 100_000)
	if s := b.start("send", "--json", path).ends(1)[path]; s.State != "failed" || s.Error == nil || s.Error.Code != "forbidden" {
		t.Errorf("%+v", s)
	}
}

// TestPortal has the login page of a network answer each kind of call for a
// while, as a page and as the way to one.
func TestPortal(t *testing.T) {
	t.Parallel()
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!DOCTYPE html><title>Welcome</title>")
	}))
	defer login.Close()
	for _, op := range []string{"session", "begin", "part", "complete", "stat", "link", "fetch"} {
		for name, page := range map[string]strict.Fault{"page": strict.Page(http.StatusOK, ""), "way": strict.Page(http.StatusFound, login.URL)} {
			t.Run(op+" "+name, func(t *testing.T) {
				b := newBench(t, strict.Config{Spoil: first(2, page, op)})
				if op == "session" {
					b.strange(b.file("file", 100))
					b.strange(b.file("file", 100))
				}
				b.send(b.file("file", 100_000), b.file("large", 2*part))
			})
		}
	}
}

// strange sends a file where no server of ours answers to begin with: it fails
// at once, and says why.
func (b *bench) strange(path string) {
	b.Helper()
	if s := b.start("send", "--json", path).ends(1)[path]; s.State != "failed" || s.Error == nil || s.Error.Code != "not_quicksync" {
		b.Errorf("%+v", s)
	}
}

// storm is how long a server that has too much to do refuses everything.
const storm = 3 * time.Second

// TestStorm has the server refuse all calls for a while with 429. The client
// keeps to Retry-After, in both of its forms: it does not knock all the time.
func TestStorm(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]func() string{
		"seconds": func() string { return "1" },
		"date":    func() string { return time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &tempest{after: after}
			b := newBench(t, strict.Config{Spoil: s.spoil}, narrow(20_000))
			var paths []string
			for i := range 20 {
				paths = append(paths, b.file(filepath.Join("small", fmt.Sprint(i)), 50_000))
			}
			paths = append(paths, b.file("large", 5*part))
			b.send(paths...)
			if n := s.refused.Load(); n == 0 || n > 100 {
				t.Errorf("%d calls came in a storm of %v", n, storm)
			}
			b.neverAgain()
		})
	}
}

// tempest refuses everything for a while from the third part on.
type tempest struct {
	after   func() string
	parts   atomic.Int64
	began   sync.Once
	ends    atomic.Int64 // Unix time in nanoseconds
	refused atomic.Int64
}

func (s *tempest) spoil(c strict.Call) strict.Fault {
	if c.Op == "part" && s.parts.Add(1) >= 3 {
		s.began.Do(func() { s.ends.Store(time.Now().Add(storm).UnixNano()) })
	}
	if time.Now().UnixNano() >= s.ends.Load() {
		return nil
	}
	s.refused.Add(1)
	return strict.Status(http.StatusTooManyRequests, s.after(), 0)
}

// lost are the ways in which an answer comes to nothing, before the server has
// acted and after it has.
var lost = []strict.Fault{
	strict.LostAnswer, strict.CutAnswer, strict.Reset(0), strict.Reset(1), strict.Acted(http.StatusGatewayTimeout),
	strict.Status(http.StatusInternalServerError, "", 1), strict.Status(http.StatusBadGateway, "", 0.5), strict.Page(http.StatusOK, ""),
}

// TestLostAnswers loses the first two answers to the begin and the complete of
// each file, and some of the look-ups that follow. No file is begun twice, no
// complete comes after one that took effect, and none is taken for done before.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for op, after := range map[string][]string{"begin": {"list", "delete"}, "complete": {"stat"}} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			l := &losses{op: op, after: after, seen: map[string]int{}}
			b := newBench(t, strict.Config{Spoil: l.spoil})
			var paths []string
			for i := range 4 * len(lost) {
				paths = append(paths, b.file(fmt.Sprint(i), 1000+i))
			}
			b.send(paths...)
		})
	}
}

// losses spoils the first two calls of one kind of each file in turn, and every
// third of those of some others.
type losses struct {
	op    string
	after []string
	mu    sync.Mutex
	seen  map[string]int
	next  int
}

func (l *losses) spoil(c strict.Call) strict.Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Op == l.op {
		l.seen[c.Name]++
		if l.seen[c.Name] <= 2 {
			l.next++
			return lost[l.next%len(lost)]
		}
	}
	if slices.Contains(l.after, c.Op) {
		l.seen[c.Op]++
		if l.seen[c.Op]%3 == 1 {
			l.next++
			return lost[l.next%len(lost)]
		}
	}
	return nil
}
