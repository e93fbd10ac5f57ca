package app

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/views"
)

// inFront is the address of a server that stands in front of a node.
func (s *stage) inFront(n *node.Node, serve func(w http.ResponseWriter, r *http.Request, node http.Handler)) string {
	s.Helper()
	at, err := url.Parse(n.URL())
	s.must(err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = at.Scheme, at.Host, at.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, proxy) }))
	s.Cleanup(server.Close)
	s.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	return server.URL + at.Path
}

// TestCancelledConnectingKeepsNothing, however late the server answers.
func TestCancelledConnectingKeepsNothing(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	asked, held := make(chan struct{}, 100), make(chan struct{})
	address := s.inFront(n, func(w http.ResponseWriter, r *http.Request, node http.Handler) {
		asked <- struct{}{}
		<-held
		node.ServeHTTP(w, r)
	})
	var cancel func()
	over := make(chan string, 1)
	s.act(func(a views.Actions) {
		f := views.ConnectionForm{Key: address + "#key=" + n.Token(), HideNames: true}
		cancel = a.Connect(f, func(problem string) { over <- problem })
	})
	<-asked
	s.act(func(views.Actions) { cancel() })
	close(held)
	<-over
	s.nothingKept()
}

// TestConnectingCancelledAtTheKeyring: what it has kept by then is taken back.
func TestConnectingCancelledAtTheKeyring(t *testing.T) {
	s := newStage(t)
	n := s.startNode()
	s.connectAndCancel(views.ConnectionForm{Key: invitation(n), HideNames: true})
	s.nothingKept()
	if problem := s.connect(views.ConnectionForm{Key: invitation(n), HideNames: true}); problem != "" {
		t.Fatal(problem)
	}
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	id := s.connection().Current
	s.act(func(a views.Actions) { a.Choose(hereID) })
	s.connectAndCancel(views.ConnectionForm{PlaceID: id, Key: invitation(s.startNode()), HideNames: true})
	if s.ring.get(id) != n.Token() {
		t.Error("the storage has another key")
	}
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	if s.app.current.id != hereID || s.app.place(id).cfg.Server != n.URL() {
		t.Errorf("%+v is shown, the storage is at %s", s.app.current.cfg, s.app.place(id).cfg.Server)
	}
}

// connectAndCancel cancels a connect when the keyring has its key.
func (s *stage) connectAndCancel(f views.ConnectionForm) {
	s.Helper()
	cancels, over := make(chan func(), 1), make(chan string, 1)
	s.ring.kept = func() {
		s.ring.kept = nil
		(<-cancels)()
	}
	s.act(func(a views.Actions) { cancels <- a.Connect(f, func(problem string) { over <- problem }) })
	<-over
}

// nothingKept fails unless there is this computer's storage and no other.
func (s *stage) nothingKept() {
	s.Helper()
	s.app.mu.Lock()
	defer s.app.mu.Unlock()
	if len(s.app.places) != 1 || s.app.current.id != hereID || s.ring.len() != 0 || len(s.app.Settings.Get().Connections) != 0 {
		s.Errorf("%d storages, %d keys", len(s.app.places), s.ring.len())
	}
}
