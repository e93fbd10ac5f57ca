package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/session"
)

// without is a computer without a network, as it sees a server.
func without(t *testing.T, said io.Writer) (r *reacher, back func()) {
	t.Helper()
	var there atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !there.Load() {
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, `{"id":"a session"}`)
	}))
	t.Cleanup(server.Close)
	moved := make(chan struct{}, 1)
	r = &reacher{
		cfg: session.Config{
			Server: strings.Replace(server.URL, "127.0.0.1", "0.0.0.0", 1) + "/v1", Token: "key", HideNames: true,
			Gone: func() bool { return !there.Load() },
		},
		caller: caller{patience: time.Nanosecond, moved: moved, stderr: said},
	}
	return r, func() {
		there.Store(true)
		moved <- struct{}{}
	}
}

// TestWithoutANetworkThereIsPatience: it is no fault of the server's, and passes.
func TestWithoutANetworkThereIsPatience(t *testing.T) {
	told, say := io.Pipe()
	r, back := without(t, say)
	go func() {
		_, _ = told.Read(make([]byte, 1000))
		back()
	}()
	conn, err := r.reach(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// TestWaitingForANetworkEnds when the person has had enough.
func TestWaitingForANetworkEnds(t *testing.T) {
	told, say := io.Pipe()
	r, _ := without(t, say)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		_, _ = told.Read(make([]byte, 1000))
		cancel(errors.New("a signal"))
	}()
	if _, err := r.reach(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestPatienceEnds where the server stays away although there is a network.
func TestPatienceEnds(t *testing.T) {
	r, _ := without(t, io.Discard)
	r.cfg.Gone = nil
	if _, err := r.reach(t.Context()); !errors.Is(err, api.ErrNetwork) {
		t.Errorf("got %v", err)
	}
}

// TestCallsHavePatienceWithoutANetwork: once the storage is open too.
func TestCallsHavePatienceWithoutANetwork(t *testing.T) {
	told, say := io.Pipe()
	moved := make(chan struct{}, 1)
	c := &caller{patience: time.Nanosecond, moved: moved, stderr: say}
	go func() {
		_, _ = told.Read(make([]byte, 1000))
		moved <- struct{}{}
	}()
	calls := 0
	err := c.call(t.Context(), func() error {
		if calls++; calls == 1 {
			return &api.Error{Op: "list", Kind: api.ErrOffline}
		}
		return nil
	})
	if err != nil || calls != 2 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}
