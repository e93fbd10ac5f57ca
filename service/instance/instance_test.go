package instance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// fakeHandler hands what it is asked to the test.
type fakeHandler struct {
	paths chan []string
	err   error
	node  NodeInfo
}

func newHandler() *fakeHandler {
	return &fakeHandler{
		paths: make(chan []string, 100),
		node:  NodeInfo{URL: "http://127.0.0.1:1/v1", Token: "node-token", SessionID: "s"},
	}
}

func (h *fakeHandler) HandOver(paths []string) error {
	if h.err == nil {
		h.paths <- paths
	}
	return h.err
}

func (h *fakeHandler) Node() (NodeInfo, error) { return h.node, h.err }

var _ Handler = (*fakeHandler)(nil)

func acquire(t *testing.T, dir string, handler Handler) *Instance {
	t.Helper()
	i, err := Acquire(t.Context(), Config{Dir: dir, Kind: "desktop", Handler: handler})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close(context.Background()) }) // whose error a test may have seen
	return i
}

func closeNow(t *testing.T, i *Instance) {
	t.Helper()
	if err := i.Close(context.Background()); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// running returns the program that holds dir, as a second one meets it.
func running(t *testing.T, dir string) *Running {
	t.Helper()
	_, err := Acquire(t.Context(), Config{Dir: dir, Kind: "qs", Handler: newHandler()})
	var r *Running
	if !errors.As(err, &r) {
		t.Fatalf("a second Acquire: %v", err)
	}
	return r
}

func lease(t *testing.T, r *Running) *Lease {
	t.Helper()
	l, err := r.Node(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func TestAcquire(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "yet")
	first := acquire(t, dir, newHandler())
	if r := running(t, dir); r.Kind != "desktop" || r.PID != os.Getpid() {
		t.Errorf("running: %v", r)
	}
	acquire(t, t.TempDir(), newHandler()) // another directory is free
	closeNow(t, first)
	closeNow(t, first) // again
	if _, err := os.Stat(filepath.Join(dir, runName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("run.json is left: %v", err)
	}
	acquire(t, dir, newHandler())
}

func TestFilesAreForThisUserAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the directory's access list rules there")
	}
	dir := filepath.Join(t.TempDir(), "data")
	acquire(t, dir, newHandler())
	for name, want := range map[string]os.FileMode{"": 0o700, lockName: 0o600, runName: 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has mode %o, want %o", name, got, want)
		}
	}
}

func TestHandOver(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	acquire(t, dir, handler)
	r := running(t, dir)
	t.Chdir(t.TempDir())
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	relative := []string{"plain", "two\nlines", "🎉 emoji", "\"quoted\" \\ <&>", "sub/../up", "bad \xff utf-8"}
	want := make([]string, len(relative))
	for i, path := range relative {
		want[i] = filepath.Join(here, path)
	}
	for _, c := range []struct{ give, want []string }{{relative, want}, {want, want}, {nil, []string{}}} {
		if err := r.HandOver(t.Context(), c.give); err != nil {
			t.Fatal(err)
		}
		if got := <-handler.paths; !slices.Equal(got, c.want) {
			t.Errorf("handed over %q, got %q", c.give, got)
		}
	}
	if err := r.HandOver(t.Context(), []string{"a", ""}); err == nil {
		t.Error("an empty path was handed over")
	}
}

func TestHandOverOfVeryMany(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	acquire(t, dir, handler)
	r := running(t, dir)
	root := filepath.VolumeName(dir) + string(filepath.Separator)
	many := make([]string, 100_000)
	for i := range many {
		many[i] = filepath.Join(root, fmt.Sprintf("photo %06d.jpg", i))
	}
	if err := r.HandOver(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	if got := <-handler.paths; !slices.Equal(got, many) {
		t.Errorf("%d paths came", len(got))
	}
	tooMany := []string{filepath.Join(dir, strings.Repeat("x", maxHandOver))}
	if err := r.HandOver(t.Context(), tooMany); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the bound: %v", err)
	}
}

func TestBusy(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	handler.err = fmt.Errorf("%w: still asking", ErrBusy)
	acquire(t, dir, handler)
	r := running(t, dir)
	_, nodeErr := r.Node(t.Context())
	for what, err := range map[string]error{"HandOver": r.HandOver(t.Context(), []string{"a"}), "Node": nodeErr} {
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), fmt.Sprintf("desktop (process %d)", os.Getpid())) {
			t.Errorf("%s: %v", what, err)
		}
	}
	handler.err = errors.New("something else")
	err := r.HandOver(t.Context(), nil)
	if err == nil || errors.Is(err, ErrBusy) || errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "something else") {
		t.Errorf("another error: %v", err)
	}
}

func TestGone(t *testing.T) {
	dir := t.TempDir()
	first := acquire(t, dir, newHandler())
	r := running(t, dir)
	closeNow(t, first)
	if err := r.HandOver(t.Context(), nil); !errors.Is(err, ErrGone) {
		t.Errorf("HandOver: %v", err)
	}
	if _, err := r.Node(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("Node: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Node(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Node, cancelled: %v", err)
	}
}

func TestLeaseEndsByClose(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	first := acquire(t, dir, handler)
	r := running(t, dir)
	one, two := lease(t, r), lease(t, r)
	if one.Node != handler.node {
		t.Errorf("the lease is for %#v", one.Node)
	}
	one.Close()
	one.Close() // again
	<-one.Done()

	closed := make(chan error, 1)
	go func() { closed <- first.Close(context.Background()) }()
	waitForRefusal(t, r)
	select {
	case err := <-closed:
		t.Fatalf("Close did not wait for the second lease: %v", err)
	case <-two.Done():
		t.Fatal("the second lease was broken")
	default:
	}
	if _, err := r.Node(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("a lease from a program that ends: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*retryEvery)
	defer cancel()
	if _, err := Acquire(ctx, Config{Dir: dir, Kind: "qs", Handler: newHandler()}); !errors.Is(err, ErrInUse) {
		t.Errorf("the directory was given away too early: %v", err)
	}
	two.Close()
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	acquire(t, dir, newHandler())
}

// waitForRefusal returns once the program takes nothing new any more.
func waitForRefusal(t *testing.T, r *Running) {
	t.Helper()
	for {
		response, err := r.do(t.Context(), http.MethodGet, pathStatus, nil)
		if err != nil {
			return
		}
		response.Body.Close()
	}
}

func TestCloseBreaksLeasesWhenItsTimeIsUp(t *testing.T) {
	dir := t.TempDir()
	first := acquire(t, dir, newHandler())
	r := running(t, dir)
	l := lease(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	<-l.Done()
	second, err := Acquire(t.Context(), Config{Dir: dir, Kind: "qs", Handler: newHandler()})
	if err != nil {
		t.Fatalf("the directory is not free: %v", err)
	}
	closeNow(t, second)
}

func TestALeaseOutlivesItsContext(t *testing.T) {
	dir := t.TempDir()
	first := acquire(t, dir, newHandler())
	r := running(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	l, err := r.Node(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	closed := make(chan error, 1)
	go func() { closed <- first.Close(context.Background()) }()
	waitForRefusal(t, r)
	select {
	case <-l.Done():
		t.Error("the lease ended with the context of the asking")
	default:
	}
	l.Close()
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
}

// Whoever holds the lock without answering is given time, and then named.
func TestHeldButSilent(t *testing.T) {
	for what, runFile := range map[string]string{
		"no run.json":       "",
		"torn":              `{"pid":`,
		"a foreign address": `{"pid":1,"kind":"qs","url":"http://example.com:80","secret":"s"}`,
		"nobody there":      `{"pid":1,"kind":"qs","url":"http://127.0.0.1:1","secret":"s"}`,
	} {
		dir := t.TempDir()
		first := acquire(t, dir, newHandler())
		path := filepath.Join(dir, runName)
		if err := os.WriteFile(path, []byte(runFile), 0o600); err != nil {
			t.Fatal(err)
		}
		if runFile == "" {
			removeRun(dir)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*retryEvery)
		_, err := Acquire(ctx, Config{Dir: dir, Kind: "qs", Handler: newHandler()})
		cancel()
		if !errors.Is(err, ErrInUse) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", what, err)
		}
		closeNow(t, first)
	}
}

// A second start that comes while the first is still starting waits for it.
func TestHolderThatIsStarting(t *testing.T) {
	dir := t.TempDir()
	first := acquire(t, dir, newHandler())
	removeRun(dir)
	met := make(chan error, 1)
	go func() {
		_, err := Acquire(context.Background(), Config{Dir: dir, Kind: "qs", Handler: newHandler()})
		met <- err
	}()
	if err := first.holder.run.write(dir); err != nil {
		t.Fatal(err)
	}
	if r := (*Running)(nil); !errors.As(<-met, &r) {
		t.Error("the second start did not meet the first")
	}
}

// A program that has nothing left to do but for its leases goes on answering, and
// gives more of them, until the last one has ended.
func TestRest(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	first := acquire(t, dir, handler)
	one := lease(t, running(t, dir))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if one.Ending {
		t.Error("it is said to be done before it is")
	}
	if err := first.Rest(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("with a lease, cancelled: %v", err)
	}
	rested := make(chan error, 1)
	go func() { rested <- first.Rest(context.Background()) }()
	two := lease(t, running(t, dir))
	one.Close()
	three := lease(t, running(t, dir)) // while the second is there
	if !three.Ending {
		t.Error("it does not say that it is done")
	}
	two.Close()
	if err := running(t, dir).HandOver(t.Context(), nil); err != nil {
		t.Errorf("HandOver: %v", err)
	}
	select {
	case err := <-rested:
		t.Fatalf("Rest did not wait for the last lease: %v", err)
	default:
	}
	last := running(t, dir)
	three.Close()
	if err := <-rested; err != nil {
		t.Errorf("Rest: %v", err)
	}
	if _, err := last.Node(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("a lease after the last one: %v", err)
	}
	closeNow(t, first)
	if err := first.Rest(t.Context()); err != nil {
		t.Errorf("Rest after Close: %v", err)
	}
	acquire(t, dir, handler)
}
