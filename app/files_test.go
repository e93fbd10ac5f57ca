package app

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/views"
)

// deletions is what a server sees of files that are deleted.
type deletions struct {
	mu             sync.Mutex
	now, most, all int
	// refuse answers the delete of this number, from 1 on, in place of the node; 0
	// does not.
	refuse func(number int) (status int)
}

// serve stands in front of a node.
func (d *deletions) serve(w http.ResponseWriter, r *http.Request, node http.Handler) {
	if r.Method != http.MethodDelete {
		node.ServeHTTP(w, r)
		return
	}
	d.mu.Lock()
	d.all++
	d.now++
	d.most = max(d.most, d.now)
	status := d.refuse(d.all)
	d.mu.Unlock()
	time.Sleep(10 * time.Millisecond) // for others to come meanwhile
	if status == 0 {
		node.ServeHTTP(w, r)
	} else {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("{}"))
	}
	d.mu.Lock()
	d.now--
	d.mu.Unlock()
}

// sentTo sends so many files to a node by way of a server, and returns their rows.
func (s *stage) sentTo(n *node.Node, d *deletions, files int) (ids []string) {
	s.Helper()
	s.connect(views.ConnectionForm{Key: s.inFront(n, d.serve) + "#key=" + n.Token(), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	var paths []string
	for i := range files {
		paths = append(paths, s.file(fmt.Sprint("f", i), 10))
	}
	s.act(func(a views.Actions) { a.Add(paths) })
	s.until("all of them there", func() bool { return s.overall().FilesDone == files })
	for _, r := range s.rows() {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestManyAreDeletedAFewAtATime, and again where the server has too much to do.
func TestManyAreDeletedAFewAtATime(t *testing.T) {
	s := newStage(t)
	busy := map[int]int{1: http.StatusTooManyRequests, 2: http.StatusServiceUnavailable, 3: http.StatusInternalServerError}
	d := &deletions{refuse: func(number int) int { return busy[number] }}
	ids := s.sentTo(s.startNode(), d, 30)
	s.act(func(a views.Actions) { a.Delete(ids) })
	s.until("an empty list", func() bool { return len(s.rows()) == 0 })
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.most > deletesBeside || d.all != len(ids)+len(busy) {
		t.Errorf("%d at once, %d in all", d.most, d.all)
	}
}

// TestFilesThatAreNotDeletedYetAreCounted, for the question whether to quit.
func TestFilesThatAreNotDeletedYetAreCounted(t *testing.T) {
	s := newStage(t)
	var answers atomic.Bool
	d := &deletions{refuse: func(int) int {
		if answers.Load() {
			return 0
		}
		return http.StatusServiceUnavailable
	}}
	ids := s.sentTo(s.startNode(), d, 3)
	s.act(func(a views.Actions) { a.Delete(ids) })
	s.until("three to delete", func() bool { return s.overall().Deleting == 3 })
	answers.Store(true)
	s.until("an empty list", func() bool { return len(s.rows()) == 0 && s.overall().Deleting == 0 })
}

// TestHowManyAreNotDeletedIsSaid, in one sentence; the others are gone.
func TestHowManyAreNotDeletedIsSaid(t *testing.T) {
	s := newStage(t)
	d := &deletions{refuse: func(number int) int {
		if number <= 2 {
			return http.StatusForbidden
		}
		return 0
	}}
	ids := s.sentTo(s.startNode(), d, 5)
	s.act(func(a views.Actions) { a.Delete(ids) })
	s.says("2 files could not be deleted. The key does not allow this.")
	s.until("the two", func() bool { return len(s.rows()) == 2 })
}

// TestDeletingEndsWithTheKey: a storage that refuses the key is not asked for each
// file.
func TestDeletingEndsWithTheKey(t *testing.T) {
	s := newStage(t)
	d := &deletions{refuse: func(int) int { return http.StatusUnauthorized }}
	ids := s.sentTo(s.startNode(), d, 30)
	s.act(func(a views.Actions) { a.Delete(ids) })
	s.says("30 files could not be deleted. ")
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(s.rows()) != 30 || d.all > 2*deletesBeside {
		t.Errorf("%d rows, asked %d times", len(s.rows()), d.all)
	}
}

// TestWhatIsDeletedDoesNotComeBack while others are still being deleted: neither in
// the list nor in what the storage is taken to hold.
func TestWhatIsDeletedDoesNotComeBack(t *testing.T) {
	s := newStage(t)
	held := make(chan struct{})
	d := &deletions{refuse: func(number int) int {
		if number > deletedAtOnce {
			<-held
		}
		return 0
	}}
	ids := s.sentTo(s.startNode(), d, deletedAtOnce+1)
	release := sync.OnceFunc(func() { close(held) })
	t.Cleanup(release)
	p := s.app.place(s.connection().Current)
	listed := func() (files int) {
		s.app.mu.Lock()
		defer s.app.mu.Unlock()
		return len(p.list.files)
	}
	s.until("the whole list", func() bool { return listed() == len(ids) })
	s.act(func(a views.Actions) { a.Delete(ids) })
	s.until("the last row", func() bool { return len(s.rows()) == 1 })
	s.app.mu.Lock()
	if files, _ := s.app.heldBy(p, nil); files != 1 {
		t.Errorf("the storage is taken to hold %d files", files)
	}
	s.app.mu.Unlock()
	release()
	s.until("an empty list", func() bool { return len(s.rows()) == 0 && listed() == 0 })
}
