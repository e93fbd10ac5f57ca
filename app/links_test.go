package app

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// halfDone adds two files together and returns their rows, when the first is done
// and the second still waits.
func (s *stage) halfDone() (done, waits views.Row) {
	s.Helper()
	s.act(func(a views.Actions) {
		a.SetAudience(views.AudienceNetwork)
		a.PauseAll()
		a.Add([]string{s.file("done", 10), s.file("waits", 20)})
	})
	waits = s.row("waits", views.Paused)
	done = s.row("done", views.Paused)
	s.act(func(a views.Actions) { a.Resume([]string{done.ID}) })
	return s.row("done", views.Done), waits
}

// endLink has the link of an upload end.
func (s *stage) endLink(id string) {
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	s.app.transfers.byID[id].Link = api.Link{URL: "http://dead.example/", Expires: time.Now().Add(-time.Minute)}
}

// TestOfWhatWasDeletedNoLinkIsCopied when the rest of what was added with it is
// done.
func TestOfWhatWasDeletedNoLinkIsCopied(t *testing.T) {
	s := newStage(t)
	done, waits := s.halfDone()
	s.act(func(a views.Actions) { a.Delete([]string{done.ID}) })
	s.until("one row", func() bool { return len(s.rows()) == 1 })
	s.act(func(a views.Actions) { a.Resume([]string{waits.ID}) })
	s.says("Link copied")
	if links := s.desk.Content(); strings.Contains(links, "\n") {
		t.Errorf("the clipboard holds %q", links)
	}
}

// TestALinkThatHasEndedIsCopiedAnew when the rest of what was added with it is
// done.
func TestALinkThatHasEndedIsCopiedAnew(t *testing.T) {
	s := newStage(t)
	done, waits := s.halfDone()
	s.endLink(done.ID)
	s.act(func(a views.Actions) { a.Resume([]string{waits.ID}) })
	s.says("2 links copied")
	if links := s.desk.Content(); strings.Contains(links, "dead") {
		t.Errorf("the clipboard holds %q", links)
	}
}

// TestALinkThatHasEndedIsNotShown: who wants its QR code gets a new one.
func TestALinkThatHasEndedIsNotShown(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	r := s.sent(s.file("f", 10))
	s.until("the link", func() bool { return s.detail().Link.URL != "" })
	s.endLink(r.ID)
	s.app.now()
	s.until("no link", func() bool { return s.detail().Link.URL == "" })
	s.act(func(a views.Actions) { a.MakeLink(r.ID) })
	s.until("a new link", func() bool { return strings.HasPrefix(s.detail().Link.URL, "http://localhost:") })
}

// TestAFailureThatIsFasterThanItsBatchIsBooked: an upload may have ended before it is
// known of.
func TestAFailureThatIsFasterThanItsBatchIsBooked(t *testing.T) {
	s := newStage(t)
	s.until("the storage", func() bool { return s.connection().Ready })
	b := &batch{left: 1}
	s.app.mu.Lock()
	id, _ := s.app.Engine.Add(hereID, transfer.FileAt(filepath.Join(s.dir, "gone")))
	status, _ := s.app.Engine.Status(id)
	for !status.State.Ended() {
		time.Sleep(time.Millisecond)
		status, _ = s.app.Engine.Status(id)
	}
	s.app.transfers.adopt(status, b)
	s.app.mu.Unlock()
	s.until("its end", func() bool {
		s.app.mu.Lock()
		defer s.app.mu.Unlock()
		return b.over() && b.failed
	})
}

// links is what a server does when it is asked for a link.
type links struct {
	asked atomic.Int32
	// dead has it give links that lead nowhere.
	dead atomic.Bool
	// held has it wait while the test holds it.
	held sync.Mutex
}

// serve stands in front of a node.
func (l *links) serve(w http.ResponseWriter, r *http.Request, node http.Handler) {
	if !strings.Contains(r.URL.Path, "/buckets/download/") {
		node.ServeHTTP(w, r)
		return
	}
	dead := l.dead.Load()
	l.asked.Add(1)
	l.held.Lock()
	defer l.held.Unlock()
	if !dead {
		node.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"url":"http://%s/dead"}`, r.Host)
}

// linked sends a file by way of a server that gives links, and selects it.
func (s *stage) linked(l *links) views.Row {
	s.Helper()
	n := s.startNode()
	s.connect(views.ConnectionForm{Key: s.inFront(n, l.serve) + "#key=" + n.Token(), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	return s.sent(s.file("f", 10))
}

// TestALinkThatDoesNotWorkIsNoLink: it is neither shown nor copied, however often it
// is asked for.
func TestALinkThatDoesNotWorkIsNoLink(t *testing.T) {
	s := newStage(t)
	l := &links{}
	r := s.linked(l)
	l.dead.Store(true)
	s.desk.SetContent("mine")
	var last *linkState
	for _, ask := range []func(views.Actions){
		func(a views.Actions) { a.NewLink(r.ID) },
		func(a views.Actions) { a.CopyLink(r.ID) },
		func(a views.Actions) { a.CopyLinks([]string{r.ID}) },
	} {
		s.act(ask)
		s.until("another try", func() bool {
			s.app.mu.Lock()
			defer s.app.mu.Unlock()
			now := s.app.links[r.ID]
			failed := now != nil && now != last && !now.making && now.err != nil
			if failed {
				last = now
			}
			return failed
		})
		s.until("why there is no link", func() bool { l := s.detail().Link; return l.URL == "" && !l.Making && l.Problem != "" })
	}
	if got := s.desk.Content(); got != "mine" {
		t.Errorf("the clipboard holds %q", got)
	}
	l.dead.Store(false)
	s.act(func(a views.Actions) { a.CopyLink(r.ID) })
	s.until("the link", func() bool { return strings.Contains(s.desk.Content(), "/d/") })
}

// TestALinkThatIsBeingMadeIsCopied when it is there, and asked for only once.
func TestALinkThatIsBeingMadeIsCopied(t *testing.T) {
	s := newStage(t)
	l := &links{}
	r := s.linked(l)
	s.endLink(r.ID)
	s.desk.SetContent("mine")
	l.held.Lock()
	before := l.asked.Load()
	s.act(func(a views.Actions) { a.MakeLink(r.ID) })
	s.until("the first", func() bool { return s.detail().Link.Making && l.asked.Load() == before+1 })
	s.act(func(a views.Actions) { a.CopyLink(r.ID); a.NewLink(r.ID) })
	l.held.Unlock()
	s.until("the link", func() bool { return strings.Contains(s.desk.Content(), "/d/") && s.detail().Link.URL != "" })
	if asked := l.asked.Load(); asked != before+1 {
		t.Errorf("asked %d times", asked-before)
	}
}
