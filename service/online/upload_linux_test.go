package online_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/online"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/transfer"
)

// storage is a node that is reached over the cable alone, and an engine that
// goes on by each new network.
type storage struct {
	*wire
	watcher *online.Watcher
	engine  *transfer.Engine
	conn    *session.Connection
	line    *line
	left    chan struct{} // closed when the network was let go
}

// line counts the calls that came to nothing.
type line struct {
	*http.Transport
	failed atomic.Int64
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.Transport.RoundTrip(r)
	if err != nil {
		l.failed.Add(1)
	}
	return resp, err
}

// proxyTo passes requests on to a node, which answers on loopback only.
func proxyTo(address string) http.Handler {
	target, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	target.Path = ""
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// newStorage serves a node on the other computer behind a handler.
func (w *wire) newStorage(handler func(http.Handler) http.Handler) *storage {
	w.Helper()
	n, err := node.Open(w.ctx, node.Config{Dir: w.TempDir()})
	w.must(err)
	var l net.Listener
	w.there(func() { l, err = net.Listen("tcp4", farAddress+":0") })
	w.must(err)
	server := httptest.NewUnstartedServer(handler(proxyTo(n.URL())))
	w.must(server.Listener.Close())
	server.Listener = l
	server.Start()
	s := &storage{
		wire: w, watcher: online.New(online.Config{}), engine: transfer.New(transfer.Config{}),
		line: &line{Transport: api.NewTransport()}, left: make(chan struct{}),
	}
	w.plug(deskAddress)
	s.until("the cable", s.watcher, func() bool { return !s.watcher.Gone() })
	over := make(chan struct{})
	var group sync.WaitGroup
	w.Cleanup(func() {
		close(over)
		group.Wait()
		s.engine.Close()
		s.watcher.Close()
		s.line.CloseIdleConnections()
		server.Close()
		w.must(n.Close(context.Background()))
	})
	s.conn, err = session.Open(w.ctx, session.Config{
		ID: "far", Server: "http://" + l.Addr().String() + "/v1", Token: n.Token(), HideNames: true,
		Gone: s.watcher.Gone, Transport: s.line,
	})
	w.must(err)
	s.engine.Connect(s.conn.Target())
	group.Go(func() { s.follow(over, s.left) })
	return s
}

// follow does what a program does at each change.
func (s *storage) follow(over <-chan struct{}, left chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-s.watcher.Changed():
			s.conn.Client().NetworkChanged(s.watcher.Has)
			if gone := s.watcher.Gone(); !gone {
				s.engine.Nudge()
			} else if left != nil {
				close(left)
				left = nil
			}
		}
	}
}

// send adds a file.
func (s *storage) send() (id string) {
	s.Helper()
	path := filepath.Join(s.TempDir(), "film")
	s.must(os.WriteFile(path, bytes.Repeat([]byte("film"), 1<<18), 0o600))
	s.must(transfer.Walk(s.ctx, []string{path}, func(src transfer.Source) { id, _ = s.engine.Add("far", src) }))
	return id
}

// reaches waits until an upload is as it shall be.
func (s *storage) reaches(id, what string, is func(transfer.Status) bool) transfer.Status {
	s.Helper()
	for s.ctx.Err() == nil {
		st, ok := s.engine.Status(id)
		if ok && is(st) {
			return st
		}
		select {
		case <-s.engine.Wake():
		case <-time.After(20 * time.Millisecond):
		}
	}
	st, _ := s.engine.Status(id)
	s.Fatalf("never %s: %+v", what, st)
	return st
}

func done(st transfer.Status) bool { return st.State == transfer.Done }

// TestUploadGoesOnWhenTheCableIsBack: before the next try would have been due.
func TestUploadGoesOnWhenTheCableIsBack(t *testing.T) {
	if !namespaced(t) {
		return
	}
	w := newWire(t)
	s := w.newStorage(func(h http.Handler) http.Handler { return h })
	w.ip("link", "set", "cable", "down")
	select {
	case <-s.left:
	case <-w.ctx.Done():
		t.Fatal("never told: the cable is gone")
	}
	id := s.send()
	// A try comes every half a minute: what follows has most of that.
	st := s.reaches(id, "offline", func(st transfer.Status) bool {
		offline := st.State == transfer.Reconnecting && errors.Is(st.Err, api.ErrOffline)
		return offline && s.line.failed.Load() > 0 && time.Until(st.NextTry) > 25*time.Second
	})
	w.plug(deskAddress)
	s.reaches(id, "done", done)
	if !time.Now().Before(st.NextTry) {
		t.Error("it went on when the next try was due, and not before")
	}
}

// TestUploadLeavesADeadConnection: a part whose answer nobody can deliver any
// more is not waited for: the watchdog would be there for two minutes.
func TestUploadLeavesADeadConnection(t *testing.T) {
	if !namespaced(t) {
		return
	}
	w := newWire(t)
	held, over := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := w.newStorage(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			first := false
			if r.Method == http.MethodPut {
				once.Do(func() { first = true })
			}
			if !first {
				next.ServeHTTP(rw, r)
				return
			}
			_, _ = io.Copy(io.Discard, r.Body) // so that nothing is left to send
			close(held)
			<-over
		})
	})
	defer close(over)
	id := s.send()
	select {
	case <-held:
	case <-w.ctx.Done():
		t.Fatal("no part came")
	}
	w.ip("addr", "del", deskAddress+"/24", "dev", "cable")
	w.plug(otherAddress)
	s.reaches(id, "done", done)
}
