package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/paths"
)

// refusing is an instance.Handler whose program has nothing to give.
type refusing struct{}

// HandOver implements instance.Handler.
func (refusing) HandOver([]string) error { return instance.ErrBusy }

// Node implements instance.Handler.
func (refusing) Node() (instance.NodeInfo, error) { return instance.NodeInfo{}, instance.ErrBusy }

// heldBy puts something else at the place where the holder of a data folder answers.
func heldBy(t *testing.T, dir string, answers http.Handler) {
	t.Helper()
	mine, err := instance.Acquire(t.Context(), instance.Config{Dir: dir, Kind: "node", Handler: refusing{}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(answers)
	t.Cleanup(func() {
		server.Close()
		_ = mine.Close(context.Background())
	})
	run, err := json.Marshal(map[string]any{"pid": os.Getpid(), "kind": "node", "url": server.URL, "secret": "s"})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "run.json"), run, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A holder that answers, but whose leases are none, is asked again until the person
// has had enough.
func TestHolderWithoutALease(t *testing.T) {
	dir := t.TempDir()
	ctx, enough := context.WithCancelCause(t.Context())
	var leases atomic.Int64
	heldBy(t, dir, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/status" {
			_ = json.NewEncoder(w).Encode(map[string]any{"pid": os.Getpid(), "kind": "node"})
			return
		}
		if leases.Add(1) == 3 {
			enough(errors.New("a signal"))
			<-r.Context().Done()
		}
	}))
	_, err := new(storage).node(ctx, paths.Paths{Data: dir})
	if !errors.Is(err, context.Canceled) || leases.Load() != 3 {
		t.Errorf("after %d leases: %v", leases.Load(), err)
	}
}

// Between two such tries there is time, and none is lost when the person wants to end.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, enough := context.WithCancelCause(t.Context())
		began := time.Now()
		if err := pause(ctx); err != nil || time.Since(began) != again {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		signal := errors.New("a signal")
		enough(signal)
		began = time.Now()
		if err := pause(ctx); !errors.Is(err, signal) || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
