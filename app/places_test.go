package app

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// TestAKeyForAnotherSessionTakesTheQueueOver: the storage stays the one it is,
// and what waited for it begins anew in the new session.
func TestAKeyForAnotherSessionTakesTheQueueOver(t *testing.T) {
	s := newStage(t)
	ended, next := s.startNode(), s.startNode()
	s.connect(views.ConnectionForm{Key: invitation(ended), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	id := s.connection().Current
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("f", 10)}) })
	s.row("f", views.Paused)
	s.connect(views.ConnectionForm{PlaceID: id, Key: invitation(next), HideNames: true})
	if c := s.connection(); c.Current != id || len(c.Places) != 2 {
		t.Errorf("the storage is another one: %+v", c)
	}
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.row("f", views.Done)
	if u, _ := next.Usage(context.Background()); u.Files != 1 {
		t.Errorf("the new session has %d files", u.Files)
	}
	s.start()
	s.until("the new session again", func() bool { return s.connection().Ready && s.connection().Current == id })
	s.row("f", views.Done)
}

// TestAListAskedForIsAsNewAsTheQuestion: the one that is under way may have been
// made before what the person wants to see.
func TestAListAskedForIsAsNewAsTheQuestion(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	f := s.front(n)
	s.connect(views.ConnectionForm{Key: f.url + "#key=" + n.Token(), HideNames: true})
	s.sends("f")
	asked, answer := make(chan bool), make(chan bool)
	f.answer(func(w http.ResponseWriter, _ *http.Request) {
		asked <- true
		<-answer
		_, _ = io.WriteString(w, `[]`)
	})
	s.act(func(a views.Actions) { a.Reload() })
	<-asked
	s.act(func(a views.Actions) { a.Reload() })
	f.answer(refuse(http.StatusUnauthorized, "ended"))
	close(answer)
	s.row("f", views.Gone)
}

// TestAKeyAloneGoesToItsStorage: the key of a server of one's own is not sent
// to the hosted service.
func TestAKeyAloneGoesToItsStorage(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true})
	s.until("the server", func() bool { return s.connection().Current != hereID })
	id := s.connection().Current
	for pasted, want := range map[string]string{
		server.Token():                       server.URL(),
		"https://files.example.org/v1#key=k": "https://files.example.org/v1",
		api.DefaultServer + "#key=k":         api.DefaultServer,
	} {
		cfg, err := s.app.form(views.ConnectionForm{PlaceID: id, Key: pasted})
		if err != nil || cfg.Server != want {
			t.Errorf("%q goes to %q, %v", pasted, cfg.Server, err)
		}
	}
}

// noRoom is a keyring that takes nothing.
type noRoom struct{ Secrets }

func (noRoom) Set(context.Context, string, string) (secrets.Kept, error) {
	return secrets.InMemory, secrets.ErrTooLong
}

func TestAFailedConnectLeavesNothing(t *testing.T) {
	s := newStage(t)
	s.app.Secrets = noRoom{s.app.Secrets}
	problem := s.connect(views.ConnectionForm{Key: invitation(s.startNode()), HideNames: true})
	if !strings.Contains(problem, "too long") {
		t.Errorf("%q", problem)
	}
	if p := s.app.prefs.Load(); len(p.Connections) != 0 || len(s.connection().Places) != 1 {
		t.Errorf("it left %+v", p.Connections)
	}
}

// TestAnOlderKeyBringsNothing: what was reached by a key that has been replaced
// meanwhile is not used.
func TestAnOlderKeyBringsNothing(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	s.connect(views.ConnectionForm{Key: invitation(server), HideNames: true})
	s.app.mu.Lock()
	p := s.app.current
	conn, generation := p.conn, p.generation
	s.app.mu.Unlock()
	late, err := session.Open(t.Context(), session.Config{ID: p.id, Server: server.URL(), Token: server.Token(), HideNames: true})
	s.must(err)
	s.app.use(p, generation-1, late)
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	if p.conn != conn {
		t.Error("the older connection is used")
	}
}

// TestAStorageThatComesBackIsOpened although somebody asked for it while it was
// being tried.
func TestAStorageThatComesBackIsOpened(t *testing.T) {
	s := newStage(t)
	server := s.startNode()
	target, err := url.Parse(strings.TrimSuffix(server.URL(), "/v1"))
	s.must(err)
	transport := api.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = target.Host
	}}
	var up atomic.Bool
	asked, answer := make(chan struct{}), make(chan struct{})
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if up.Load() {
			proxy.ServeHTTP(w, r)
			return
		}
		asked <- struct{}{}
		<-answer
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(front.Close)
	p := newPlace(settings.Connection{ID: "x", Server: front.URL + "/v1", HideNames: true})
	_, err = s.app.Secrets.Set(t.Context(), "x", server.Token())
	s.must(err)
	s.app.mu.Lock()
	s.app.places = append(s.app.places, p)
	s.app.mu.Unlock()
	s.act(func(a views.Actions) { a.Choose("x") })
	<-asked
	s.app.refresh(p) // while the first try is under way
	up.Store(true)
	close(answer)
	s.until("the storage", func() bool { return s.connection().Ready && s.connection().Current == "x" })
}

// TestADroppedRowStaysAway while the window is being told of it.
func TestADroppedRowStaysAway(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Paused)
	s.app.mu.Lock()
	s.app.Engine.Cancel(r.ID)
	time.Sleep(20 * time.Millisecond) // for the tick that it brings to find the lock taken
	s.app.Engine.Forget(r.ID)
	s.app.transfers.forget(r.ID)
	s.app.mu.Unlock()
	s.act(func(a views.Actions) { a.Add([]string{s.file("next", 10)}) })
	s.row("next", views.Paused) // it has ticked
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	if u, ghost := s.app.transfers.byID[r.ID]; ghost {
		t.Errorf("it is back: %+v", u.Status)
	}
}

// TestTotalsAndDetailAreOfAllRows, whatever a search shows of them.
func TestTotalsAndDetailAreOfAllRows(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("a", 10), s.file("b", 20), filepath.Join(s.dir, "gone")}) })
	r := s.row("a", views.Done)
	s.row("b", views.Done)
	s.row("gone", views.Failed)
	s.until("the totals", func() bool { d := s.detail(); return d.Count == 0 && d.Total == 3 && d.Size == 30 })
	s.act(func(a views.Actions) { a.Select([]string{r.ID}); a.Search("b") })
	s.until("one row", func() bool { return len(s.rows()) == 1 })
	if d, l := s.detail(), s.list(); d.Count != 1 || d.Row.ID != r.ID || len(l.Hidden) != 1 {
		t.Errorf("the detail is of %d rows; hidden: %+v", d.Count, l.Hidden)
	}
}

// TestSeveralAddsWaitForOneAnswer: all their links are copied.
func TestSeveralAddsWaitForOneAnswer(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"a", "b"} {
		s.act(func(a views.Actions) { a.Add([]string{s.file(name, 10)}) })
		s.row(name, views.Done)
		s.until("the question", func() bool {
			s.app.mu.Lock()
			defer s.app.mu.Unlock()
			return s.app.asked != nil && len(s.app.asked.done) == len(s.rows())
		})
	}
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.says("2 links copied")
}

// TestSettingsHoldWithoutTheirFile until the program ends.
func TestSettingsHoldWithoutTheirFile(t *testing.T) {
	s := newStage(t)
	s.must(os.MkdirAll(filepath.Join(s.dir, "settings.json", "in the way"), 0o700))
	if !s.app.TrayHint() || s.app.TrayHint() {
		t.Error("the hint is not given just once")
	}
	s.says("The settings could not be written")
}

func TestSavingSaysHowFar(t *testing.T) {
	s := newStage(t)
	v := &saving{}
	v.add(transfer.Download{}, "1", 200)
	v.add(transfer.Download{}, "2", 300)
	for received, want := range map[int64]string{0: "Saving 2 files… 0 %", 200: "Saving 2 files… 40 %", 500: "Saving 2 files… 99 %"} {
		v.files[1].Received.Store(received)
		s.app.mu.Lock()
		s.app.savings[v] = true
		got := s.app.savingLine()
		delete(s.app.savings, v)
		s.app.mu.Unlock()
		if got != want {
			t.Errorf("%d bytes: %q, want %q", received, got, want)
		}
	}
	v.add(transfer.Download{}, "3", -1)
	v.add(transfer.Download{}, "4", 10)
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	s.app.savings[v] = true
	if got := s.app.savingLine(); got != "Saving 4 files…" {
		t.Errorf("a file of unknown size: %q", got)
	}
	delete(s.app.savings, v)
}
