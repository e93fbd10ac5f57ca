package online

import (
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a system of the test's.
type fake struct {
	mu    sync.Mutex
	now   *network
	err   error
	tell  func(error)
	looks int
	over  bool
}

func (f *fake) system() system {
	return system{
		subscribe: func(tell func(error)) (func(), error) {
			f.tell = tell
			return func() { f.over = true }, nil
		},
		look: func() (*network, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.looks++
			return f.now, f.err
		},
	}
}

// turns makes the network another one, and an event of that.
func (f *fake) turns(to *network, err error) {
	f.mu.Lock()
	f.now, f.err = to, err
	f.mu.Unlock()
	f.tell(nil)
}

var (
	home = &network{mark: "home", reaches: true, addresses: map[netip.Addr]bool{netip.MustParseAddr("192.168.1.5"): true}}
	cafe = &network{mark: "cafe", reaches: true, addresses: map[netip.Addr]bool{netip.MustParseAddr("10.0.0.7"): true}}
	none = &network{addresses: map[netip.Addr]bool{netip.MustParseAddr("127.0.0.1"): true}}
)

// inBubble runs a test with a Watcher of a system of its own.
func inBubble(t *testing.T, run func(f *fake, w *Watcher)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &fake{now: home}
		w := watch(Config{}, f.system())
		run(f, w)
		w.Close()
		if !f.over {
			t.Error("Close did not unsubscribe")
		}
		if w.Gone() {
			t.Error("a Watcher that is closed still says something")
		}
	})
}

// changed tells whether a change was told by the time that all is quiet.
func changed(w *Watcher) bool {
	time.Sleep(time.Minute)
	select {
	case <-w.Changed():
		return true
	default:
		return false
	}
}

func TestChangesAreToldOnce(t *testing.T) {
	inBubble(t, func(f *fake, w *Watcher) {
		if changed(w) {
			t.Error("a change before there was one")
		}
		for range 5 {
			f.turns(cafe, nil)
			time.Sleep(settle / 10)
		}
		if !changed(w) || changed(w) {
			t.Error("five events of one change were not told as one")
		}
		f.turns(cafe, nil)
		if changed(w) {
			t.Error("an event that changes nothing was told")
		}
	})
}

// TestBriefAbsenceIsAChange: what comes back under the same address may be
// another network.
func TestBriefAbsenceIsAChange(t *testing.T) {
	inBubble(t, func(f *fake, w *Watcher) {
		f.turns(none, nil)
		synctest.Wait()
		if !w.Gone() {
			t.Error("Gone waits for the dust to settle")
		}
		f.turns(home, nil)
		if !changed(w) || w.Gone() {
			t.Error("not told, or still gone")
		}
	})
}

func TestHas(t *testing.T) {
	inBubble(t, func(f *fake, w *Watcher) {
		for a, want := range map[string]bool{"192.168.1.5": true, "::ffff:192.168.1.5": true, "10.0.0.7": false} {
			if w.Has(netip.MustParseAddr(a)) != want {
				t.Errorf("%s: want %t", a, want)
			}
		}
	})
}

// TestUnsureIsOnline: what the system cannot say for sure is not said.
func TestUnsureIsOnline(t *testing.T) {
	inBubble(t, func(f *fake, w *Watcher) {
		f.turns(none, nil)
		if !changed(w) || !w.Gone() {
			t.Fatal("not gone")
		}
		f.turns(nil, errors.New("no answer"))
		if !changed(w) || w.Gone() || !w.Has(netip.MustParseAddr("10.0.0.7")) {
			t.Error("a system that does not answer was believed")
		}
		f.turns(nil, errors.New("still none"))
		if changed(w) {
			t.Error("not to know is no change the second time")
		}
		f.turns(none, nil)
		synctest.Wait()
		f.tell(errors.New("the socket broke"))
		synctest.Wait()
		if w.Gone() {
			t.Error("gone for ever, with nobody to say otherwise")
		}
	})
}

func TestSystemThatTellsNothing(t *testing.T) {
	sys := (&fake{now: none}).system()
	sys.subscribe = func(func(error)) (func(), error) { return nil, errors.ErrUnsupported }
	w := watch(Config{}, sys)
	defer w.Close()
	if w.Gone() || !w.Has(netip.MustParseAddr("10.0.0.7")) {
		t.Error("something is said all the same")
	}
}

// TestQuietCostsNothing: in an hour without an event nobody looks.
func TestQuietCostsNothing(t *testing.T) {
	inBubble(t, func(f *fake, _ *Watcher) {
		before := f.looks
		time.Sleep(time.Hour)
		if f.looks != before {
			t.Errorf("%d looks", f.looks-before)
		}
	})
}

func TestReaches(t *testing.T) {
	for a, want := range map[string]bool{
		"192.168.1.5": true, "8.8.8.8": true, "fd00::1": true, "2001:db8::1": true, "100.64.0.1": true,
		"127.0.0.1": false, "127.8.9.1": false, "::1": false, "169.254.3.4": false, "fe80::1": false,
		"::ffff:127.0.0.1": false, "0.0.0.0": false, "::": false,
	} {
		if reaches(plain(netip.MustParseAddr(a))) != want {
			t.Errorf("%s: want %t", a, want)
		}
	}
}

func TestSleep(t *testing.T) {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		after []time.Duration // each look after the one before; 0 is a rest
		woke  []bool
	}{
		"awake":               {[]time.Duration{1, 1, 1}, []bool{false, false, false}},
		"a busy computer":     {[]time.Duration{1, 9, 1}, []bool{false, false, false}},
		"asleep":              {[]time.Duration{1, 3600, 1}, []bool{false, true, false}},
		"asleep twice":        {[]time.Duration{1, 11, 11}, []bool{false, true, true}},
		"the clock set back":  {[]time.Duration{1, -3600, 1}, []bool{false, false, false}},
		"nothing to look for": {[]time.Duration{1, 0, 3600}, []bool{false, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			var s Sleep
			now := noon
			for i, seconds := range c.after {
				if seconds == 0 {
					s.Rest()
					continue
				}
				now = now.Add(seconds * time.Second)
				if got := s.Woke(now); got > 0 != c.woke[i] || got > 0 && got != c.after[i]*time.Second {
					t.Errorf("look %d: slept for %v", i, got)
				}
			}
		})
	}
}

// TestSleepGoesByTheWall: a monotonic reading, which may stand still, is not
// what counts.
func TestSleepGoesByTheWall(t *testing.T) {
	var s Sleep
	now := time.Now()
	s.Woke(now)
	if s.Woke(now.Round(0).Add(time.Minute)) != time.Minute {
		t.Error("a minute on the wall went unseen")
	}
}
