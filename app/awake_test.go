package app

import (
	"sync"
	"testing"
	"time"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// sleepless writes down each change of what is wished.
type sleepless struct {
	mu     sync.Mutex
	wishes []bool
	why    string
}

func (s *sleepless) Keep(on bool, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.wishes); n == 0 && !on || n > 0 && s.wishes[n-1] == on {
		return
	}
	s.wishes = append(s.wishes, on)
	if on {
		s.why = why
	}
}

func (s *sleepless) told() (wishes []bool, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(wishes, s.wishes...), s.why
}

// TestTheComputerStaysAwakeWhileBytesMove, and no longer: not while they are held.
func TestTheComputerStaysAwakeWhileBytesMove(t *testing.T) {
	s := newStage(t)
	last := func() (on, asked bool) {
		wishes, _ := s.sleep.told()
		return len(wishes) > 0 && wishes[len(wishes)-1], len(wishes) > 0
	}
	s.until("this computer", func() bool { return s.connection().Ready })
	if _, asked := last(); asked {
		t.Error("it is kept awake for nothing")
	}
	s.act(func(a views.Actions) {
		a.Prefer(func(p *views.Preferences) { p.Up = 1 << 10 })
		a.Add([]string{s.file("film", 1<<20)})
	})
	s.row("film", views.Uploading)
	s.until("the computer awake", func() bool { on, _ := last(); return on })
	if _, why := s.sleep.told(); why != "Files are on their way" {
		t.Errorf("the reason is %q", why)
	}
	s.act(func(a views.Actions) { a.PauseAll() })
	s.row("film", views.Paused)
	s.until("the computer may sleep", func() bool { on, _ := last(); return !on })
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.until("the computer awake again", func() bool { on, _ := last(); return on })
	s.act(func(a views.Actions) { a.Prefer(func(p *views.Preferences) { p.Up = 0 }) })
	s.row("film", views.Done)
	s.until("the computer may sleep again", func() bool { on, _ := last(); return !on })
}

// TestWhatKeepsTheComputerAwake: nothing that merely waits.
func TestWhatKeepsTheComputerAwake(t *testing.T) {
	for state, want := range map[transfer.State]bool{
		transfer.Waiting: false, transfer.Preparing: true, transfer.Uploading: true, transfer.Paused: false,
		transfer.Reconnecting: false, transfer.Finishing: true, transfer.Done: false, transfer.Failed: false,
	} {
		var all transfers
		all.group = []*tracked{{Status: transfer.Status{State: state}}}
		if all.sending() != want {
			t.Errorf("state %v: %v", state, !want)
		}
	}
}

// wish is what was wished last.
type wish struct{ on bool }

func (w *wish) Keep(on bool, _ string) { w.on = on }

// TestASaveThatWaitsLetsTheComputerSleep: only bytes that come keep it awake.
func TestASaveThatWaitsLetsTheComputerSleep(t *testing.T) {
	one, other := &saving{}, &saving{}
	one.add(transfer.Download{}, "1", 200)
	other.add(transfer.Download{}, "2", 200)
	text, err := words.New("en")
	if err != nil {
		t.Fatal(err)
	}
	wished := &wish{}
	a := &App{Params: Params{Awake: wished, Words: text}, savings: map[*saving]bool{one: true, other: true}}
	start := time.Now()
	for _, step := range []struct {
		what  string
		after time.Duration
		does  func()
		want  bool
	}{
		{"nothing has come", 0, func() {}, false},
		{"a byte has come", time.Second, func() { one.files[0].Received.Store(1) }, true},
		{"a moment without any", 20 * time.Second, func() {}, true},
		{"the server is away", 40 * time.Second, func() {}, false},
		{"the server is away for long", time.Hour, func() {}, false},
		{"it is back", 2 * time.Hour, func() { one.files[0].Received.Store(2) }, true},
		{"one has ended", 2*time.Hour + lull, func() { delete(a.savings, one) }, false},
		{"the other goes on", 2*time.Hour + lull, func() { other.files[0].Received.Store(1) }, true},
		{"all have ended", 2*time.Hour + lull, func() { delete(a.savings, other) }, false},
	} {
		step.does()
		if a.keepAwake(start.Add(step.after)); wished.on != step.want {
			t.Errorf("%s: %v", step.what, wished.on)
		}
	}
}
