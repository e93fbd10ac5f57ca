package api_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
)

// servers are addresses of servers, and what a computer without a network can
// say of them.
var servers = map[string]struct{ local, offline bool }{
	"https://api.quicksync.me/v1":   {false, true},
	"http://192.168.1.9:8080/v1":    {false, true},
	"http://[2001:db8::1]:8080/v1":  {false, true},
	"http://localhost.example/v1":   {false, true},
	"http://127.0.0.1:8080/v1":      {true, false},
	"http://[::1]:8080/v1":          {true, false},
	"http://LocalHost:8080/v1":      {true, false},
	"http://169.254.7.7/v1":         {false, false},
	"http://[fe80::1%25cable]:1/v1": {false, false},
	"http://Printer.local:8080/v1":  {false, false},
}

func TestOffline(t *testing.T) {
	for server, want := range servers {
		var gone atomic.Bool
		c, err := api.New(api.Config{Server: server, Gone: gone.Load})
		if err != nil {
			t.Fatal(err)
		}
		if c.Offline() {
			t.Errorf("%s: offline, with a network", server)
		}
		gone.Store(true)
		if c.Offline() != want.offline || c.Local() != want.local {
			t.Errorf("%s: offline %t, local %t; want %+v", server, c.Offline(), c.Local(), want)
		}
	}
	c, err := api.New(api.Config{Server: api.DefaultServer})
	if err != nil || c.Offline() {
		t.Errorf("offline although nobody tells: %v", err)
	}
}

// far is a server that is reached as if it were on another computer.
type far struct {
	*api.Client
	gone atomic.Bool
}

func newFar(t *testing.T, address string, h http.HandlerFunc) *far {
	t.Helper()
	f := &far{}
	s := httptest.NewServer(h)
	transport := api.NewTransport()
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", s.Listener.Addr().String())
	}
	c, err := api.New(api.Config{Server: address, Transport: transport, Gone: f.gone.Load})
	if err != nil {
		t.Fatal(err)
	}
	f.Client = c
	t.Cleanup(s.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return f
}

// list makes a call, and fails where it does not work.
func (f *far) list(t *testing.T) {
	t.Helper()
	if _, err := f.List(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func everywhere(netip.Addr) bool { return true }
func nowhere(netip.Addr) bool    { return false }

// TestIdleConnectionsAreClosed: the next call would be sent into one that is
// dead.
func TestIdleConnectionsAreClosed(t *testing.T) {
	for name, c := range map[string]struct {
		address string
		end     func(f *far)
		closes  bool
	}{
		"another network":           {"http://storage.example/v1", func(f *far) { f.NetworkChanged(everywhere) }, true},
		"no network":                {"http://storage.example/v1", func(f *far) { f.gone.Store(true); f.NetworkChanged(nowhere) }, true},
		"a server on this computer": {"http://127.0.0.1:1/v1", func(f *far) { f.NetworkChanged(nowhere) }, false},
		"closed by hand":            {"http://storage.example/v1", func(f *far) { f.CloseIdle() }, true},
		"nothing":                   {"http://storage.example/v1", func(*far) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var last string // one call at a time writes to it
			f := newFar(t, c.address, func(w http.ResponseWriter, r *http.Request) {
				last = r.RemoteAddr
				_, _ = io.WriteString(w, "[]")
			})
			closes := func() bool {
				f.list(t)
				before := last
				c.end(f)
				f.list(t)
				return last != before
			}
			// One may be closed for another reason: net/http does so where it is late to
			// note, on a busy computer, that a request was written.
			closed := closes()
			for tries := 0; closed && !c.closes && tries < 20; tries++ {
				closed = closes()
			}
			if closed != c.closes {
				t.Errorf("closed: %t", closed)
			}
		})
	}
}

// callDuring makes a call while something happens, and returns its error: before
// there is an answer where the call ends, else there is none.
func callDuring(t *testing.T, address string, gone, ends bool, happens func(f *far)) *api.Error {
	t.Helper()
	asked, answer := make(chan struct{}), make(chan struct{})
	f := newFar(t, address, func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		_, _ = io.WriteString(w, "[]")
	})
	f.gone.Store(gone)
	ended := make(chan error, 1)
	go func() {
		_, err := f.List(t.Context())
		ended <- err
	}()
	<-asked
	happens(f)
	if !ends {
		close(answer)
	}
	err := <-ended
	if ends {
		close(answer)
	}
	var e *api.Error
	if ends != (err != nil) || ends != errors.As(err, &e) || errors.Is(err, context.Canceled) {
		t.Errorf("the call ends with %v", err)
	}
	return e
}

// TestCallsOfAnOldAddressEnd: nobody can bring their answers any more.
func TestCallsOfAnOldAddressEnd(t *testing.T) {
	for name, c := range map[string]struct {
		address string
		gone    bool
		has     func(netip.Addr) bool
		ends    bool
	}{
		"the address has gone":      {"http://storage.example/v1", false, nowhere, true},
		"it is still there":         {"http://storage.example/v1", false, everywhere, false},
		"there is no network":       {"http://storage.example/v1", true, nowhere, false},
		"a server on this computer": {"http://127.0.0.1:1/v1", false, nowhere, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := callDuring(t, c.address, c.gone, c.ends, func(f *far) { f.NetworkChanged(c.has) })
			if c.ends && (err == nil || err.Kind != api.ErrNetwork || !err.Transient()) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestWakingEndsCalls: nobody remembers those that the computer has slept
// through.
func TestWakingEndsCalls(t *testing.T) {
	for name, c := range map[string]struct {
		address string
		gone    bool
		slept   time.Duration
		ends    bool
	}{
		"a long sleep":              {"http://storage.example/v1", false, time.Hour, true},
		"without a network":         {"http://storage.example/v1", true, time.Hour, true},
		"just long enough":          {"http://storage.example/v1", false, api.DefaultPatience.Moving, true},
		"a nap":                     {"http://storage.example/v1", false, api.DefaultPatience.Moving - 1, false},
		"a server on this computer": {"http://127.0.0.1:1/v1", false, time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := callDuring(t, c.address, c.gone, c.ends, func(f *far) { f.Woke(c.slept) })
			if c.ends && (err == nil || !err.Transient() || !err.Acted()) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestFilesFromAnOldAddressEnd: half a file is not waited for either.
func TestFilesFromAnOldAddressEnd(t *testing.T) {
	over := make(chan struct{})
	f := newFar(t, "http://storage.example/v1", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		<-over
	})
	defer close(over)
	content, err := f.Fetch(t.Context(), "http://files.example/f", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	half := make([]byte, 4)
	if _, err := io.ReadFull(content, half); err != nil {
		t.Fatal(err)
	}
	f.NetworkChanged(nowhere)
	if n, err := content.Read(half); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}
