package app

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/views"
)

// cable is a network that the test pulls and plugs in.
type cable struct {
	pulled  atomic.Bool
	swallow func(*http.Request) // keeps what shall get no answer
	changed chan struct{}
}

func (c *cable) Gone() bool               { return c.pulled.Load() }
func (c *cable) Has(netip.Addr) bool      { return true }
func (c *cable) Changed() <-chan struct{} { return c.changed }

func (c *cable) pull(is bool) {
	c.pulled.Store(is)
	c.changed <- struct{}{}
}

// over is a node that is reached over a cable, by an address of this computer
// that does not look like one.
func (s *stage) over(c *cable, n *node.Node) (invitation string) {
	s.Helper()
	target, err := url.Parse(strings.TrimSuffix(n.URL(), "/v1"))
	s.must(err)
	transport := api.NewTransport()
	s.Cleanup(transport.CloseIdleConnections)
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = target.Host
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.pulled.Load() {
			panic(http.ErrAbortHandler)
		}
		if c.swallow != nil {
			c.swallow(r)
		}
		pass.ServeHTTP(w, r)
	}))
	s.Cleanup(front.Close)
	return strings.Replace(front.URL, "127.0.0.1", "0.0.0.0", 1) + "/v1#key=" + n.Token()
}

// TestWithoutANetworkTheRowSaysSo, and goes on by itself when it is back.
func TestWithoutANetworkTheRowSaysSo(t *testing.T) {
	s := newStage(t)
	c := &cable{changed: make(chan struct{})}
	s.network = c
	s.start()
	s.connect(views.ConnectionForm{Key: s.over(c, s.startNode()), HideNames: true})
	s.until("the server", func() bool { return s.connection().Ready && s.connection().Current != hereID })
	c.pull(true)
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	r := s.row("f", views.Reconnecting)
	if want := s.app.Words.Text("lasting.offline"); r.Message != want {
		t.Errorf("the row says %q, want %q", r.Message, want)
	}
	c.pull(false)
	s.row("f", views.Done)
}

// TestWithoutANetworkThisComputerWorks: its own storage needs none.
func TestWithoutANetworkThisComputerWorks(t *testing.T) {
	s := newStage(t)
	c := &cable{changed: make(chan struct{})}
	c.pulled.Store(true)
	s.network = c
	s.start()
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	c.pull(true)
	s.row("f", views.Done)
}

// TestAStorageIsReachedWhenTheNetworkComes, and listed, though the program was
// started without one.
func TestAStorageIsReachedWhenTheNetworkComes(t *testing.T) {
	s := newStage(t)
	c := &cable{changed: make(chan struct{})}
	s.network = c
	s.start()
	s.connect(views.ConnectionForm{Key: s.over(c, s.startNode()), HideNames: true})
	s.until("the server", func() bool { return s.connection().Current != hereID })
	c.pulled.Store(true)
	due := time.Now().Add(reopening) // or later
	s.start()
	offline := s.app.Words.Text("lasting.offline")
	s.until("why it is not reached", func() bool { return s.connection().Problem == offline })
	c.pull(false)
	s.until("the server again", func() bool { return s.connection().Ready && !s.list().LoadedAt.IsZero() })
	if !time.Now().Before(due) {
		t.Error("it was reached when the next try was due, and not before")
	}
}

// TestWakingBreaksOffWhatWasUnderWay: a server that has forgotten a call during a
// sleep does not say so, and the watchdog would wait for two minutes.
func TestWakingBreaksOffWhatWasUnderWay(t *testing.T) {
	s := newStage(t)
	asked, over := make(chan struct{}), make(chan struct{})
	var parts atomic.Int32
	c := &cable{swallow: func(r *http.Request) {
		if r.Method == http.MethodPut && parts.Add(1) == 1 {
			close(asked)
			<-over
		}
	}}
	s.network = c
	s.start()
	s.connect(views.ConnectionForm{Key: s.over(c, s.startNode()), HideNames: true})
	s.Cleanup(func() { close(over) }) // before the servers are closed
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	<-asked
	s.app.moved(time.Hour)
	s.row("f", views.Done)
}
