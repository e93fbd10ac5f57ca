package app

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// What a busy program has: files in its storage, uploads that move, and uploads
// of this run.
const (
	manyFiles   = 100_000
	fewMove     = 64
	manyUploads = 10_000
)

// busy is the program without its pump and its storages: the benchmark is the
// pump.
type busy struct {
	*App
	now time.Time
	// held is how long a call held the UI goroutine at most.
	held time.Duration
}

func newBusy(b *testing.B) *busy {
	b.Helper()
	test.NewTempApp(b) // bindings want one
	prefs, err := settings.Open(filepath.Join(b.TempDir(), "settings.json"))
	if err != nil {
		b.Fatal(err)
	}
	text, err := words.New("en")
	if err != nil {
		b.Fatal(err)
	}
	engine := transfer.New(transfer.Config{})
	b.Cleanup(engine.Close)
	s := &busy{now: time.Now()}
	s.App = New(Params{
		Settings: prefs, Secrets: secrets.New(secrets.Config{}), Engine: engine, Words: text, Data: views.NewData(),
		Desktop: &desk{}, Do: s.do, Log: slog.New(slog.DiscardHandler),
	})
	b.Cleanup(s.Close)
	return s
}

// do is the UI goroutine, which is the benchmark's own.
func (s *busy) do(f func()) {
	began := time.Now()
	f()
	s.held = max(s.held, time.Since(began))
}

// files are a listing of a storage.
func files(count int) listing {
	l := listing{files: make([]listed, count), byKey: make(map[string]int, count)}
	for i := range l.files {
		key := fmt.Sprintf("%032x", i)
		l.files[i] = listed{
			File: api.File{Key: key, Completed: true, Size: int64(i * 104_729 % 50_000_000), Parts: 1},
			name: fmt.Sprintf("IMG_%06d.jpg", i*7919%1_000_000), id: hereID + "/" + key,
		}
		l.byKey[key] = i
	}
	return l
}

// list has the storage told what it holds.
func (s *busy) list(l listing) {
	s.tock()
	l.at = s.now
	s.current.list = l
}

// tock is when the window is told again.
func (s *busy) tock() { s.now = s.now.Add(often) }

// moves has so many uploads move on.
func (s *busy) moves(count int, state transfer.State) {
	changed := make([]transfer.Status, count)
	for i := range changed {
		changed[i] = transfer.Status{
			ID: fmt.Sprint(i), Target: hereID, Name: fmt.Sprintf("film %d.mp4", i), Size: 1 << 30,
			Sent: int64(s.now.UnixMilli()) % (1 << 30), State: state, Added: s.now, Ended: s.now,
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.transfers.update(changed, s.now)
}

// BenchmarkRestock makes all rows anew, as when another list has come.
func BenchmarkRestock(b *testing.B) {
	s, l := newBusy(b), files(manyFiles)
	for b.Loop() {
		s.list(l)
		s.tick(s.now)
	}
}

// BenchmarkTick is one look of the pump's while some uploads move among many
// files.
func BenchmarkTick(b *testing.B) {
	s := newBusy(b)
	s.list(files(manyFiles))
	for b.Loop() {
		s.tock()
		s.moves(fewMove, transfer.Uploading)
		s.tick(s.now)
	}
}

// BenchmarkOverall makes the line under the list after many uploads.
func BenchmarkOverall(b *testing.B) {
	s := newBusy(b)
	s.moves(manyUploads, transfer.Done)
	for b.Loop() {
		s.tock()
		s.mu.Lock()
		s.overall(s.now)
		s.mu.Unlock()
	}
}

// BenchmarkHold has the program tell the real window, and measures how long that
// keeps the UI goroutine from all else: hold-ms is the longest call in
// milliseconds. What the driver draws afterwards is not in it.
func BenchmarkHold(b *testing.B) {
	l := files(manyFiles)
	for name, act := range map[string]func(s *busy, a views.Actions, turn int){
		"list":   func(s *busy, _ views.Actions, _ int) { s.list(l) },
		"moving": func(s *busy, _ views.Actions, _ int) { s.moves(fewMove, transfer.Uploading) },
		"search": func(s *busy, a views.Actions, turn int) {
			s.do(func() { a.Search([]string{"1", "17", "173"}[turn%3]) })
		},
		"sort": func(s *busy, a views.Actions, turn int) {
			s.do(func() { a.Sort(views.ColumnSize, turn%2 == 0) })
		},
		"filter": func(s *busy, a views.Actions, turn int) {
			s.do(func() { a.Filter(views.Filter(turn % 4)) })
		},
	} {
		b.Run(name, func(b *testing.B) {
			s := newBusy(b)
			actions := s.Actions()
			window := views.New(views.Params{App: views.Dress(test.NewTempApp(b)), Words: s.Words, Actions: actions, Data: s.Data, Do: s.do})
			defer window.Close()
			s.list(l)
			s.tick(s.now)
			s.held = 0
			for turn := 0; b.Loop(); turn++ {
				act(s, actions, turn)
				s.tock()
				s.tick(s.now)
			}
			b.ReportMetric(float64(s.held)/float64(time.Millisecond), "hold-ms")
		})
	}
}
