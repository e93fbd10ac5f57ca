package strict

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// A Fault spoils the way of one call. What it passes to next reaches the
// server; what it writes to w is all that the client hears.
type Fault func(next http.Handler, w http.ResponseWriter, r *http.Request)

// Status answers in the server's place once a share of the body has come.
// after, where not empty, is the value of Retry-After.
func Status(status int, after string, share float64) Fault {
	return func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
		swallow(r, share)
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(status)
	}
}

// Page answers in the server's place with a page of HTML, as the gate of a
// hotel's network does: with 200, or with a redirect to where one logs in.
func Page(status int, location string) Fault {
	return func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
		swallow(r, 1)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Welcome</title><p>Room number, please.")
	}
}

// Told answers in the server's place with this JSON, whatever it says.
func Told(body string) Fault {
	return func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
		swallow(r, 1)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

// Reset breaks the connection once a share of the body has come.
func Reset(share float64) Fault {
	return func(_ http.Handler, w http.ResponseWriter, r *http.Request) {
		swallow(r, share)
		cut(w, nil)
	}
}

// Acted lets the server act and answers otherwise in its place, as a gateway does
// that has lost patience.
func Acted(status int) Fault {
	return func(next http.Handler, w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(httptest.NewRecorder(), r)
		w.WriteHeader(status)
	}
}

// LostAnswer lets the server act and breaks the connection.
func LostAnswer(next http.Handler, w http.ResponseWriter, r *http.Request) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	cut(w, nil)
}

// CutAnswer lets the server act and sends half of what it says.
func CutAnswer(next http.Handler, w http.ResponseWriter, r *http.Request) {
	said := httptest.NewRecorder()
	next.ServeHTTP(said, r)
	var whole bytes.Buffer
	answer := said.Result()
	answer.ContentLength = int64(said.Body.Len())
	half := said.Body.Len()/2 + 1
	_ = answer.Write(&whole)
	cut(w, whole.Bytes()[:max(0, whole.Len()-half)])
}

func swallow(r *http.Request, share float64) {
	_, _ = io.CopyN(io.Discard, r.Body, int64(share*float64(r.ContentLength)))
}

// cut ends the connection, the hard way if nothing is to be said before.
func cut(w http.ResponseWriter, last []byte) {
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

// A Gate holds the parts of a file from one number on: they have come, and are not
// taken until it is opened. However fast the line is, what a test does before that
// comes before the end.
type Gate struct {
	from   int
	open   sync.Once
	opened chan struct{}
}

// NewGate returns a gate that is closed for a part and those that follow.
func NewGate(from int) *Gate { return &Gate{from: from, opened: make(chan struct{})} }

// Open lets all pass from now on. It must be called before the server closes.
func (g *Gate) Open() { g.open.Do(func() { close(g.opened) }) }

// Spoil is for Config.
func (g *Gate) Spoil(c Call) Fault {
	if c.Op != "part" || c.Part < g.from {
		return nil
	}
	return g.hold
}

// hold reads the body first: only then it is seen when the client hangs up.
func (g *Gate) hold(next http.Handler, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	select {
	case <-g.opened:
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next.ServeHTTP(w, r)
}
