package transfertest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
)

// Faults stands between a client and a server and spoils some of the answers,
// chosen by a seed: errors with and without Retry-After, connections reset in
// mid-body, and answers that are lost after the server has acted.
type Faults struct {
	// Share of the requests that go wrong, from 0 to 1.
	Share float64
	// Injected counts them.
	Injected atomic.Int64

	proxy *httputil.ReverseProxy
	mu    sync.Mutex
	rand  *rand.Rand
}

// NewFaults returns a handler in front of a server, whose address is given.
func NewFaults(server string, share float64, seed uint64) *Faults {
	target, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	return &Faults{
		Share: share,
		rand:  rand.New(rand.NewPCG(seed, 0)),
		proxy: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
				r.Out.Host = target.Host
			},
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		},
	}
}

// faults are the ways in which a request goes wrong.
var faults = []func(f *Faults, w http.ResponseWriter, r *http.Request){
	func(_ *Faults, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	func(_ *Faults, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	},
	func(f *Faults, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", strconv.Itoa(f.pick(2)))
		w.WriteHeader(http.StatusTooManyRequests)
	},
	(*Faults).resetInBody,
	(*Faults).loseAnswer,
	(*Faults).cutAnswer,
}

// ServeHTTP implements http.Handler.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, spoil := f.draw()
	if !spoil {
		f.proxy.ServeHTTP(w, r)
		return
	}
	f.Injected.Add(1)
	faults[fault](f, w, r)
}

func (f *Faults) draw() (fault int, spoil bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.IntN(len(faults)), f.rand.Float64() < f.Share
}

func (f *Faults) pick(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.IntN(n)
}

// resetInBody breaks the connection in the middle of what the client sends.
func (f *Faults) resetInBody(w http.ResponseWriter, r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
	reset(w, nil)
}

// loseAnswer lets the server act and says nothing of it.
func (f *Faults) loseAnswer(w http.ResponseWriter, r *http.Request) {
	f.proxy.ServeHTTP(httptest.NewRecorder(), r)
	reset(w, nil)
}

// cutAnswer lets the server act and sends half of what it says.
func (f *Faults) cutAnswer(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	f.proxy.ServeHTTP(rec, r)
	var answer bytes.Buffer
	_ = rec.Result().Write(&answer)
	reset(w, answer.Bytes()[:answer.Len()-min(answer.Len(), 1+rec.Body.Len()/2)])
}

// reset ends the connection, the hard way if nothing is to be said before.
func reset(w http.ResponseWriter, last []byte) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if len(last) > 0 {
		_, _ = buffered.Write(last)
		_ = buffered.Flush()
	} else if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
