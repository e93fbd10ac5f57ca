package transfer_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// storage is a server with one session: a bucket in memory, the faults that
// wait for its calls, and what has happened on it.
type storage struct {
	*transfertest.Fake
	w    *world
	name string // as Target.Storage
	// opaque tags tell nothing of the bytes.
	opaque bool

	mu       sync.Mutex
	over     bool // its session has ended: nobody comes back for what is in it
	badKey   bool
	armed    []*armed
	calls    map[errand]int
	births   map[string]birth // by file key
	touched  map[string]int   // when an upload of a sealed name was gone on with
	staled   int              // when a stale list was answered last
	snapshot []api.File       // what a stale list shows
	answered map[part]string  // the tags that were given for parts that arrived
	proved   map[string]bool  // files whose link has shown its size
}

// part is one part of one upload.
type part struct {
	uploadID string
	number   int
}

// birth is a begin that took effect.
type birth struct {
	sealed string
	at     int  // in the order of all that happens
	late   bool // after its answer was given up
}

func newStorage(w *world, name string, opaque bool) *storage {
	return &storage{
		Fake: transfertest.NewFake(), w: w, name: name, opaque: opaque,
		calls: map[errand]int{}, births: map[string]birth{}, touched: map[string]int{},
		answered: map[part]string{}, proved: map[string]bool{},
	}
}

// armed is a fault that waits for a call.
type armed struct {
	on          string // the operation, or the name of a twist
	kind        string
	skip, times int
}

func (s *storage) arm(a *armed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = append(s.armed, a)
}

// strike returns what a call meets, "" if nothing.
func (s *storage) strike(on string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, a := range s.armed {
		switch {
		case a.on != on:
		case a.skip > 0:
			a.skip--
		default:
			if a.times--; a.times == 0 {
				s.armed = slices.Delete(s.armed, i, i+1)
			}
			s.w.tell("%s: %s meets %q", s.name, on, a.kind)
			return a.kind
		}
	}
	return ""
}

// calm takes all faults away.
func (s *storage) calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = nil
}

func (s *storage) setKey(good bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.badKey = !good
}

func (s *storage) refusesKey() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.badKey
}

func (s *storage) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

// note runs a few lines that touch what is known of the storage. They get the
// number of this instant in the order of all that happens.
func (s *storage) note(do func(now int)) {
	now := s.w.instant()
	s.mu.Lock()
	defer s.mu.Unlock()
	do(now)
}

// plain is the name that a sealed one was made of.
func plain(sealed string) string {
	name, _, _ := strings.Cut(sealed, "|")
	return name
}

// files are all that the bucket holds.
func (s *storage) files() []api.File {
	files, err := s.Fake.List(context.Background())
	if err != nil {
		panic(err)
	}
	return files
}

// excused tells that nobody could know of an upload, finished or not: its begin came so
// late that nothing more was done for its transfer, or a list may have kept it back from
// the run that followed a kill.
func (s *storage) excused(f api.File) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.births[f.Key]
	untouched := s.touched[b.sealed] < b.at
	return b.late && untouched || s.staled > b.at
}
