package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// startNode runs a real node until the test ends.
func startNode(t *testing.T, cfg node.Config) *node.Node {
	t.Helper()
	cfg.Dir = t.TempDir()
	n, err := node.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return n
}

// startServer runs a handler as a server and returns its base address.
func startServer(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// deadServer returns the address of a server that is gone.
func deadServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	return s.URL + "/v1"
}

// says answers every request in the same way.
func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func saysJSON(status int, body string) http.HandlerFunc {
	return says(status, "application/json", body)
}

// proxy passes on to a node what a test does not answer itself.
func proxy(t *testing.T, n *node.Node) http.Handler {
	t.Helper()
	target, err := url.Parse(strings.TrimSuffix(n.URL(), "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	transport := api.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = target.Host
		},
	}
}

// open opens a connection, which is closed when the test ends if there is one.
func open(t *testing.T, cfg session.Config) (*session.Connection, error) {
	t.Helper()
	transport := api.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	cfg.Transport = transport
	return session.Open(t.Context(), cfg)
}

func mustOpen(t *testing.T, cfg session.Config) *session.Connection {
	t.Helper()
	c, err := open(t, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error %v, want %v", got, want)
	}
}
