package secrets

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRing is a keyring that can fail in every way a real one does. Its fields
// are set before it is used; mu guards kept and calls.
type fakeRing struct {
	fail    error                      // every call fails with it
	hang    chan struct{}              // every call waits until it is closed
	distort func(secret string) string // what Set keeps instead
	sticky  error                      // Delete alone fails with it

	mu    sync.Mutex
	kept  map[string]string
	calls int
}

func (r *fakeRing) enter() (leave func(), err error) {
	if r.hang != nil {
		<-r.hang
	}
	r.mu.Lock()
	r.calls++
	return r.mu.Unlock, r.fail
}

func (r *fakeRing) Get(service, name string) (string, error) {
	leave, err := r.enter()
	defer leave()
	if err != nil {
		return "", err
	}
	secret, found := r.kept[service+"/"+name]
	if !found {
		return "", keyring.ErrNotFound
	}
	return secret, nil
}

func (r *fakeRing) Set(service, name, secret string) error {
	leave, err := r.enter()
	defer leave()
	if err != nil {
		return err
	}
	if r.distort != nil {
		secret = r.distort(secret)
	}
	if r.kept == nil {
		r.kept = make(map[string]string)
	}
	r.kept[service+"/"+name] = secret
	return nil
}

func (r *fakeRing) Delete(service, name string) error {
	leave, err := r.enter()
	defer leave()
	if err = errors.Join(err, r.sticky); err != nil {
		return err
	}
	if _, found := r.kept[service+"/"+name]; !found {
		return keyring.ErrNotFound
	}
	delete(r.kept, service+"/"+name)
	return nil
}

var _ Ring = (*fakeRing)(nil)

func wantGet(t *testing.T, s *Store, name, want string) {
	t.Helper()
	if got, err := s.Get(t.Context(), name); err != nil || got != want {
		t.Errorf("Get(%q) = %q, %v; want %q", name, got, err, want)
	}
}

func wantSet(t *testing.T, s *Store, name, secret string, want Kept) {
	t.Helper()
	if kept, err := s.Set(t.Context(), name, secret); err != nil || kept != want {
		t.Errorf("Set(%q) = %v, %v; want %v", name, kept, err, want)
	}
}

func wantReason(t *testing.T, s *Store, want error) {
	t.Helper()
	if got := s.Reason(); !errors.Is(got, want) {
		t.Errorf("Reason() = %v, want %v", got, want)
	}
}

func TestKeyringKeeps(t *testing.T) {
	ring := &fakeRing{}
	s := New(Config{Ring: ring})
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	wantReason(t, s, nil)
	wantSet(t, s, "a", "one", InKeyring)
	wantSet(t, s, "a", "two", InKeyring)
	wantGet(t, s, "a", "two")
	wantGet(t, New(Config{Ring: ring}), "a", "two")
	if ring.kept["QuickSync/a"] != "two" {
		t.Errorf("the keyring has %v", ring.kept)
	}
	for range 2 {
		if err := s.Delete(t.Context(), "a"); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("after: %v", err)
	}
}

func TestBounds(t *testing.T) {
	s := New(Config{Ring: &fakeRing{}, Service: "other"})
	longest := strings.Repeat("x", MaxSecret)
	wantSet(t, s, "a", longest, InKeyring)
	if _, err := s.Set(t.Context(), "a", longest+"x"); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	wantGet(t, s, "a", longest)
	wantSet(t, s, "empty", "", InKeyring)
	wantGet(t, s, "empty", "")
}

func TestNoKeyring(t *testing.T) {
	broken := errors.New("no bus here")
	s := New(Config{Ring: &fakeRing{fail: broken}})
	wantSet(t, s, "a", "one", InMemory)
	wantReason(t, s, ErrUnavailable)
	wantReason(t, s, broken)
	wantGet(t, s, "a", "one")
	if _, err := s.Get(t.Context(), "b"); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrNotFound) {
		t.Errorf("Get of what only the keyring may know: %v", err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Delete: %v", err)
	}
	if _, err := s.Get(t.Context(), "a"); err == nil {
		t.Error("a deleted secret is still in memory")
	}
}

func TestFalseSuccess(t *testing.T) {
	sticky := errors.New("read only")
	for what, ring := range map[string]*fakeRing{
		"cut short":             {distort: func(secret string) string { return secret[:1] }},
		"and cannot be removed": {distort: func(secret string) string { return secret[:1] }, sticky: sticky},
	} {
		s := New(Config{Ring: ring})
		wantSet(t, s, "a", "whole", InMemory)
		wantReason(t, s, ErrNotKept)
		wantGet(t, s, "a", "whole")
		if _, left := ring.kept["QuickSync/a"]; left != (ring.sticky != nil) {
			t.Errorf("%s: the keyring has %v", what, ring.kept)
		}
	}
}

func TestMemoryComesBeforeAnOlderKeyring(t *testing.T) {
	ring := &fakeRing{}
	s := New(Config{Ring: ring})
	wantSet(t, s, "a", "old", InKeyring)
	ring.fail = errors.New("locked")
	wantSet(t, s, "a", "new", InMemory)
	ring.fail = nil
	wantGet(t, s, "a", "new")
	wantSet(t, s, "a", "newest", InKeyring)
	wantReason(t, s, nil)
	wantGet(t, s, "a", "newest")
	if ring.kept["QuickSync/a"] != "newest" {
		t.Errorf("the keyring has %v", ring.kept)
	}
}

func TestKeyringHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring, Deadline: time.Minute})
		start := time.Now()
		wantSet(t, s, "a", "one", InMemory)
		wantReason(t, s, ErrNoAnswer)
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("the first call waited %v", waited)
		}
		for range 100 {
			if _, err := s.Get(t.Context(), "b"); !errors.Is(err, ErrNoAnswer) {
				t.Errorf("Get while the keyring hangs: %v", err)
			}
			wantSet(t, s, "c", "three", InMemory)
			wantGet(t, s, "a", "one")
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("the later calls waited too, %v in all", waited)
		}
		close(ring.hang)
		synctest.Wait()
		if ring.calls != 2 { // the first call alone: Set, and Get to read back
			t.Errorf("the keyring got %d calls", ring.calls)
		}
		wantSet(t, s, "c", "four", InKeyring)
		wantReason(t, s, nil)
	})
}

func TestWaitersShareTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring, Deadline: time.Minute})
		start := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrNoAnswer) {
					t.Errorf("Get: %v", err)
				}
			})
		}
		all.Wait()
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("ten callers waited %v", waited)
		}
		close(ring.hang)
	})
}

func TestASlowKeyringIsWaitedForInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring})
		var all sync.WaitGroup
		for _, name := range []string{"a", "b", "c"} {
			all.Go(func() { wantSet(t, s, name, name, InKeyring) })
		}
		time.Sleep(time.Second)
		close(ring.hang)
		all.Wait()
		wantReason(t, s, nil)
	})
}

func TestAShortContextDoesNotCondemnTheKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := s.Get(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get: %v", err)
		}
		time.AfterFunc(time.Second, func() { close(ring.hang) })
		wantSet(t, s, "a", "one", InKeyring)
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring, Deadline: time.Minute})
		wantSet(t, s, "a", "one", InMemory)
		if err := s.Close(t.Context()); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("Close while the keyring hangs: %v", err)
		}
		if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrClosed) {
			t.Errorf("Get after Close: %v", err)
		}
		if _, err := s.Set(t.Context(), "a", "two"); !errors.Is(err, ErrClosed) {
			t.Errorf("Set after Close: %v", err)
		}
		time.AfterFunc(time.Second, func() { close(ring.hang) })
		if err := s.Close(t.Context()); err != nil {
			t.Errorf("Close of a keyring that answers at last: %v", err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Errorf("Close again: %v", err)
		}
	})
}

// TestWhatWasAskedSinceHoldsInTheEnd: a write that hung and goes through at last is no
// newer than what was asked of the same name meanwhile.
func TestWhatWasAskedSinceHoldsInTheEnd(t *testing.T) {
	set := func(secret string) func(*testing.T, *Store) {
		return func(t *testing.T, s *Store) { wantSet(t, s, "a", secret, InMemory) }
	}
	remove := func(t *testing.T, s *Store) {
		if err := s.Delete(t.Context(), "a"); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("Delete: %v", err)
		}
	}
	other := func(t *testing.T, s *Store) { wantSet(t, s, "b", "other", InMemory) }
	leave := func(t *testing.T, s *Store) { _ = s.Close(t.Context()) }
	for what, c := range map[string]struct {
		asked []func(*testing.T, *Store) // the first of them hangs
		want  string                     // empty for none
	}{
		"deleted":           {[]func(*testing.T, *Store){set("wrong"), remove}, ""},
		"deleted and ended": {[]func(*testing.T, *Store){set("wrong"), remove, leave}, ""},
		"put back":          {[]func(*testing.T, *Store){set("wrong"), set("right")}, "right"},
		"changed twice":     {[]func(*testing.T, *Store){set("wrong"), remove, set("right"), other}, "right"},
		"kept after all":    {[]func(*testing.T, *Store){remove, set("right")}, "right"},
		"nothing asked":     {[]func(*testing.T, *Store){set("right"), other}, "right"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ring := &fakeRing{kept: map[string]string{"QuickSync/a": "old"}, hang: make(chan struct{})}
			s := New(Config{Ring: ring})
			for _, ask := range c.asked {
				ask(t, s)
			}
			close(ring.hang)
			synctest.Wait()
			if got := ring.kept["QuickSync/a"]; got != c.want || ring.kept["QuickSync/b"] != "" {
				t.Errorf("%s: the keyring has %v", what, ring.kept)
			}
		})
	}
}

// TestWhoWaitedForAWriteIsHeardToo: it hung only afterwards.
func TestWhoWaitedForAWriteIsHeardToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring})
		var both sync.WaitGroup
		both.Go(func() { wantSet(t, s, "a", "wrong", InMemory) })
		synctest.Wait()
		both.Go(func() {
			if err := s.Delete(t.Context(), "a"); !errors.Is(err, ErrNoAnswer) {
				t.Errorf("Delete: %v", err)
			}
		})
		both.Wait()
		close(ring.hang)
		synctest.Wait()
		if len(ring.kept) > 0 {
			t.Errorf("the keyring has %v", ring.kept)
		}
	})
}

// TestTheLastOrderCounts, not the one that was waited for the longest.
func TestTheLastOrderCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := &fakeRing{hang: make(chan struct{})}
		s := New(Config{Ring: ring})
		var all sync.WaitGroup
		at := func(when time.Duration, ask func()) {
			all.Go(func() { time.Sleep(when); ask() })
		}
		at(0, func() { wantSet(t, s, "a", "first", InMemory) })
		at(2*time.Second, func() { wantSet(t, s, "a", "second", InMemory) })
		at(11*time.Second, func() { _ = s.Delete(t.Context(), "a") }) // fails at once
		all.Wait()
		close(ring.hang)
		synctest.Wait()
		if len(ring.kept) > 0 {
			t.Errorf("the keyring has %v", ring.kept)
		}
	})
}
