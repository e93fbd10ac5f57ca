package app

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// front stands before a node and answers in its place when it is told to.
type front struct {
	url string
	// instead answers in the node's place; nil lets it answer itself.
	instead atomic.Pointer[func(w http.ResponseWriter, r *http.Request)]
}

func (f *front) answer(instead func(w http.ResponseWriter, r *http.Request)) {
	if instead == nil {
		f.instead.Store(nil)
		return
	}
	f.instead.Store(&instead)
}

func (s *stage) front(n *node.Node) *front {
	s.Helper()
	target, err := url.Parse(strings.TrimSuffix(n.URL(), "/v1"))
	s.must(err)
	transport := api.NewTransport()
	s.Cleanup(transport.CloseIdleConnections)
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = target.Host
	}}
	f := &front{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if instead := f.instead.Load(); instead != nil {
			(*instead)(w, r)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	s.Cleanup(server.Close)
	f.url = server.URL + "/v1"
	return f
}

// refuse answers each call as a server does that refuses it.
func refuse(status int, code string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"code":"`+code+`"}`)
	}
}

// TestAStorageThatClosesKeepsItsQueue, marks what it held, and goes on in the one
// that the next key is for.
func TestAStorageThatClosesKeepsItsQueue(t *testing.T) {
	s := newStage(t)
	ended, next := s.startNode(), s.startNode()
	f := s.front(ended)
	s.connect(views.ConnectionForm{Key: f.url + "#key=" + ended.Token(), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	id := s.connection().Current
	s.sends("held")
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file("waits", 10)}) })
	s.row("waits", views.Paused)

	f.answer(refuse(http.StatusUnauthorized, "ended"))
	s.act(func(a views.Actions) { a.Reload() })
	r := s.row("held", views.Gone)
	if r.HasLink || r.Can != (views.Can{}) || r.Message != "Its storage has closed: the link no longer works." {
		t.Errorf("the row is %+v", r)
	}
	s.row("waits", views.Paused)
	want := "This storage has closed. Paste a new key: 1 file starts again from the beginning, 1 earlier link no longer works."
	s.until("a key is asked for", func() bool { c := s.connection(); return c.NeedsKey && c.Problem == want })
	if len(s.overall().Recents) > 0 {
		t.Errorf("the tray offers %+v", s.overall().Recents)
	}

	s.connect(views.ConnectionForm{PlaceID: id, Key: invitation(next), HideNames: true})
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.row("waits", views.Done)
	if r := s.row("held", views.Gone); r.Message != "It is in the storage of an earlier key." {
		t.Errorf("the row is %+v", r)
	}
	if c := s.connection(); c.NeedsKey || c.Problem != "" || c.Current != id {
		t.Errorf("the new key is not taken: %+v", c)
	}
}

// TestTheClockAloneClosesNothing: the server is asked at the time it had told.
func TestTheClockAloneClosesNothing(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	f := s.front(n)
	var asked atomic.Int32
	token := "e30." + "eyJleHAiOjE2MDAwMDAwMDB9" + ".x" // {"exp":1600000000}, long ago
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/session/current") {
			_, _ = io.WriteString(w, `{"id":"s"}`)
			return
		}
		asked.Add(1)
		_, _ = io.WriteString(w, `[{"fileKey":"k","fileName":"f","completed":true,"totalParts":1,"originalSizeInBytes":1}]`)
	})
	s.connect(views.ConnectionForm{Key: f.url + "#key=" + token, HideNames: true})
	s.row("f", views.Done)
	s.until("the server to be asked at the end", func() bool { return asked.Load() >= 2 })
	s.row("f", views.Done)
	if s.connection().NeedsKey {
		t.Error("a key is asked for although the server takes the one that is there")
	}
	f.answer(refuse(http.StatusUnauthorized, "unauthorized"))
	s.act(func(a views.Actions) { a.Reload() })
	s.row("f", views.Gone)
}

// TestAnOutageIsSaidWhereTheSpeedStood, and when the next try is.
func TestAnOutageIsSaidWhereTheSpeedStood(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	f := s.front(n)
	s.connect(views.ConnectionForm{Key: f.url + "#key=" + n.Token(), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	f.answer(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		refuse(http.StatusServiceUnavailable, "")(w, r)
	})
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	s.until("the outage", func() bool {
		o := s.overall()
		return o.Reconnecting && !o.Offline && o.NextTry > 50*time.Minute && o.Speed == 0 && o.Left < 0 && !s.connection().Ready
	})
	if r := s.row("f", views.Reconnecting); r.Brief != "The storage has trouble · next try in 1 h" || !strings.Contains(r.Message, "Nothing is lost") {
		t.Errorf("the row says %q, in brief %q", r.Message, r.Brief)
	}
	f.answer(nil)
}

// TestOneStorageIsOneEntry, whatever way its key comes.
func TestOneStorageIsOneEntry(t *testing.T) {
	s := newStage(t)
	first, second := s.startNode(), s.startNode()
	var ids []string
	for _, n := range []*node.Node{first, second} {
		if problem := s.connect(views.ConnectionForm{Key: invitation(n), HideNames: true}); problem != "" {
			t.Fatal(problem)
		}
		s.until("the server", func() bool { c := s.connection(); return c.Ready && len(c.Places) == len(ids)+2 })
		ids = append(ids, s.connection().Current)
	}
	for _, f := range []views.ConnectionForm{
		{Key: first.URL() + "/#key=" + first.Token()},
		{Key: first.Token(), Server: first.URL()},
		{Key: invitation(first), PlaceID: ids[1]}, // pasted at the wrong one
	} {
		f.HideNames = true
		s.act(func(a views.Actions) { a.Choose(hereID) })
		if problem := s.connect(f); problem != "" {
			t.Errorf("%+v: %s", f, problem)
		}
		s.until("the entry", func() bool { return s.connection().Current == ids[0] })
		if places := s.connection().Places; len(places) != 3 || places[1].ID != ids[0] || places[2].ID != ids[1] {
			t.Errorf("%+v: the storages are %+v", f, places)
		}
	}
	s.until("it to be kept", func() bool {
		kept := s.app.Settings.Get().Connections
		return len(kept) == 2 && kept[0].ID == ids[0] && kept[0].Server == first.URL()
	})
}

// mute is a keyring that does not answer until it is unlocked.
type mute struct {
	Secrets
	unlocked atomic.Bool
}

func (m *mute) Get(ctx context.Context, name string) (string, error) {
	if m.unlocked.Load() {
		return m.Secrets.Get(ctx, name)
	}
	return "", secrets.ErrNoAnswer
}

// TestAKeyringThatDoesNotAnswerIsAskedAgain, and named.
func TestAKeyringThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	_, err := s.app.Secrets.Set(t.Context(), "x", n.Token())
	s.must(err)
	ring := &mute{Secrets: s.app.Secrets}
	s.app.Secrets = ring
	s.app.mu.Lock()
	s.app.places = append(s.app.places, newPlace(settings.Connection{ID: "x", Server: n.URL(), HideNames: true}))
	s.app.mu.Unlock()
	s.act(func(a views.Actions) { a.Choose("x") })
	s.until("why", func() bool {
		c := s.connection()
		return strings.Contains(c.Problem, "keyring does not answer") && !c.NeedsKey && !c.Ready && c.Retrying
	})
	ring.unlocked.Store(true)
	s.act(func(a views.Actions) { a.Reload() })
	s.until("the storage", func() bool { return s.connection().Ready })
}
