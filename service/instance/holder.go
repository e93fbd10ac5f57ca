package instance

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// holder is the side of the program that has the directory: a small HTTP server
// on loopback. Whatever else runs on this computer can reach the port, web pages
// in a browser among it. The rules are therefore:
//
//   - the Host header is our own address, so that no foreign name that was made to
//     resolve to 127.0.0.1 gets through;
//   - a request with an Origin comes from a web page and is refused;
//   - all others prove by the secret in run.json that they may read the directory.
type holder struct {
	config Config
	run    run
	host   string
	server *http.Server
	served chan error

	mu      sync.Mutex
	closing bool
	resting bool // it is done, but for its leases
	leases  int
	free    chan struct{} // closed while there is no lease

	closeOnce sync.Once
	closeErr  error
}

// newHolder listens, and then tells so in run.json. What a dead program left there
// is removed first: its port may be someone else's by now.
func newHolder(config Config) (*holder, error) {
	removeRun(config.Dir)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	host := listener.Addr().String()
	h := &holder{
		config: config,
		run:    run{PID: os.Getpid(), Kind: config.Kind, URL: "http://" + host, Secret: rand.Text()},
		host:   host,
		served: make(chan error, 1),
		free:   make(chan struct{}),
	}
	close(h.free)
	h.server = &http.Server{
		Handler:           h.guarded(h.routes()),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	h.server.SetKeepAlivesEnabled(false)
	if err := h.run.write(config.Dir); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	go func() { h.served <- h.server.Serve(listener) }()
	return h, nil
}

// close may be called again, and then returns what it returned first.
func (h *holder) close(ctx context.Context) error {
	h.closeOnce.Do(func() { h.closeErr = h.shutDown(ctx) })
	return h.closeErr
}

func (h *holder) shutDown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	h.mu.Unlock()
	removeRun(h.config.Dir)
	err := h.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, h.server.Close())
	}
	<-h.unleased() // their connections are closed by now, and they run no foreign code
	if served := <-h.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (h *holder) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+pathStatus, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, status{PID: h.run.PID, Kind: h.run.Kind})
	})
	mux.HandleFunc("POST "+pathHandOver, h.serveHandOver)
	mux.HandleFunc("GET "+pathLease, h.serveLease)
	return mux
}

func (h *holder) guarded(next http.Handler) http.Handler {
	want := []byte("Bearer " + h.run.Secret)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != h.host:
			refuse(w, http.StatusForbidden, "this is not the host you asked for")
		case r.Header.Values("Origin") != nil:
			refuse(w, http.StatusForbidden, "not for web pages")
		case subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1:
			refuse(w, http.StatusUnauthorized, "not the secret of this run")
		case h.isClosing():
			refuseClosing(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (h *holder) serveHandOver(w http.ResponseWriter, r *http.Request) {
	var body handOver
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxHandOver)).Decode(&body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		refuse(w, http.StatusRequestEntityTooLarge, "too many paths")
		return
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "not a list of paths")
		return
	}
	paths := make([]string, len(body.Paths))
	for i, path := range body.Paths {
		if paths[i] = string(path); !filepath.IsAbs(paths[i]) {
			refuse(w, http.StatusBadRequest, "a path is not absolute")
			return
		}
	}
	if err := h.config.Handler.HandOver(paths); err != nil {
		refuseWith(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// serveLease answers with the node and then keeps the answer open until the other
// program hangs up. That it died shows in the same way.
func (h *holder) serveLease(w http.ResponseWriter, r *http.Request) {
	node, err := h.config.Handler.Node()
	if err != nil {
		refuseWith(w, err)
		return
	}
	resting, ok := h.beginLease()
	if !ok {
		refuseClosing(w)
		return
	}
	defer h.endLease()
	answer(w, http.StatusOK, leaseAnswer{nodeAnswer(node), resting})
	if http.NewResponseController(w).Flush() == nil {
		<-r.Context().Done()
	}
}

// beginLease counts a lease, and tells whether it is of a program that is done; it is
// not ok to begin one when that ends.
func (h *holder) beginLease() (resting, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false, false
	}
	if h.leases++; h.leases == 1 {
		h.free = make(chan struct{})
	}
	return h.resting, true
}

func (h *holder) endLease() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leases--; h.leases == 0 {
		close(h.free)
	}
}

// unleased returns what is closed when the leases of now, and those that begin
// before they have ended, are over.
func (h *holder) unleased() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.free
}

// rest waits until there is no lease, and sees to it in the same instant that none
// begins any more: one that came between the two would keep the directory from
// everybody else.
func (h *holder) rest(ctx context.Context) error {
	for !h.restIfFree() {
		select {
		case <-h.unleased():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (h *holder) restIfFree() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resting = true
	h.closing = h.closing || h.leases == 0
	return h.closing
}

func (h *holder) isClosing() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closing
}

func refuseClosing(w http.ResponseWriter) {
	refuse(w, http.StatusServiceUnavailable, "the program is ending")
}

// refuseWith tells the other program what the handler said.
func refuseWith(w http.ResponseWriter, err error) {
	code := http.StatusInternalServerError
	if errors.Is(err, ErrBusy) {
		code = http.StatusConflict
	}
	refuse(w, code, err.Error())
}

func refuse(w http.ResponseWriter, code int, text string) {
	answer(w, code, failure{Error: text})
}

// answer writes one line of JSON. That it cannot be written is for the reader to
// notice.
func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}
