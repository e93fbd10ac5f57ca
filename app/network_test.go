package app

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
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
	answers func(http.ResponseWriter, *http.Request) bool // in the server's place; nil for never
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
	var away string
	pass.ModifyResponse = func(r *http.Response) error {
		if !strings.HasPrefix(r.Request.URL.Path, "/v1/buckets/download/") {
			return nil
		}
		link, err := io.ReadAll(r.Body) // which leads over the cable too
		link = bytes.ReplaceAll(link, []byte(target.Host), []byte(away))
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(link)), int64(len(link))
		r.Header.Set("Content-Length", strconv.Itoa(len(link)))
		return err
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.pulled.Load() {
			panic(http.ErrAbortHandler)
		}
		if c.answers == nil || !c.answers(w, r) {
			pass.ServeHTTP(w, r)
		}
	}))
	s.Cleanup(front.Close)
	away = strings.TrimPrefix(front.URL, "http://")
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
	c := &cable{answers: func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && parts.Add(1) == 1 {
			close(asked)
			<-over
		}
		return false
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

// TestSavingGoesOnWithANewKey where the one that it began with has ended.
func TestSavingGoesOnWithANewKey(t *testing.T) {
	s := newStage(t)
	var ended atomic.Bool
	var pieces atomic.Int32
	c := &cable{answers: func(w http.ResponseWriter, r *http.Request) bool {
		link := !strings.HasPrefix(r.URL.Path, "/v1/")
		switch {
		case !ended.Load():
			return false
		case link && pieces.Add(1) > 3:
			w.WriteHeader(http.StatusForbidden)
			return true
		case strings.HasPrefix(r.URL.Path, "/v1/buckets/download/") && pieces.Load() > 3:
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}}
	s.network = c
	s.start()
	key := s.over(c, s.startNode())
	s.connect(views.ConnectionForm{Key: key, HideNames: true})
	path := s.file("film.mov", 12<<20)
	r := s.sent(path)
	ended.Store(true)
	to := t.TempDir()
	s.act(func(a views.Actions) { a.Save([]string{r.ID}, to) })
	s.until("the end of the key", func() bool {
		return s.overall().Saving == "" && len(s.app.Engine.LeftDownloads(s.connection().Current)) == 1
	})
	ended.Store(false)
	s.connect(views.ConnectionForm{Key: key, HideNames: true})
	film := s.content(path)
	s.until("the file", func() bool {
		got, err := os.ReadFile(filepath.Join(to, "film.mov"))
		return err == nil && string(got) == film
	})
	if left, err := os.ReadDir(to); err != nil || len(left) != 1 {
		t.Errorf("in the folder: %v, %v", left, err)
	}
}
