// Package strict is a server of the Upload API for tests that forgives nothing.
// It gives what docs/api.md documents of the hosted service, and nothing that
// only a node of ours adds.
//
// The rules are:
//
//   - What no well-behaved client sends is noted as a violation: another header
//     or field than the documented ones, a body of unknown length, a part of a
//     wrong size, a complete after one took effect, a call that was refused and
//     comes again. A test wants to see none.
//   - Each sending of a part is accounted for, whether or not it arrived whole.
//   - A fault spoils the way of a call, not the judgement of it: what is sent
//     under faults is judged as strictly.
//   - Contents are not kept, unless asked for: the digests of the parts tell
//     whether a file is the one that was sent.
package strict

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// TagKind says what a server makes the tags of parts of.
type TagKind int

// The kinds of tags.
const (
	// Opaque tags are random, with characters that tempt to be changed.
	Opaque TagKind = iota
	// MD5 tags are 32 hex digits in quotes, as S3 writes an ETag.
	MD5
	// CRC32C tags are like those of a node of ours.
	CRC32C
)

// Config sets a server up.
type Config struct {
	// Token is the key that is asked for, Session the ID that is told.
	Token, Session string
	// Tags says what tags are made of.
	Tags TagKind
	// Keep has contents kept in memory, so that links give all of them. Without
	// it a link gives no more than its first byte, which tells the size.
	Keep bool
	// Rate bounds what all parts together may take, in bytes a second; 0 is
	// without a bound.
	Rate int64
	// Spoil, where set, is asked for the fault of each call; nil is none. Many
	// goroutines call it.
	Spoil func(Call) Fault
}

// Server is a running server. Its methods may be called by many goroutines.
type Server struct {
	cfg    Config
	http   *http.Server
	host   string
	line   *throttle
	served chan struct{} // closed when no connection is taken any more

	mu       sync.Mutex
	quiet    *sync.Cond // told when conns and active fall
	conns    int        // connections that are open
	active   int        // calls that are being answered
	token    string
	files    map[string]*upload
	order    []string          // keys of files, as they were begun
	links    map[string]string // file keys by signature
	refused  map[string]bool   // calls that were refused for good, and whose clients know it
	attempts []*Attempt
	last     map[string]last // by connection
	calls    map[string]int
	broken   []string
}

// readBuffer is what the kernel takes of a connection before it is read, in
// bytes: less than a part, so that a sender feels that the server is slow.
const readBuffer = 64 << 10

// Start starts a server on a free port of the loopback. Close ends it.
func Start(cfg Config) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, token: cfg.Token, host: listener.Addr().String(), line: &throttle{rate: cfg.Rate}, served: make(chan struct{}),
		files: map[string]*upload{}, links: map[string]string{}, refused: map[string]bool{}, calls: map[string]int{}, last: map[string]last{},
	}
	s.quiet = sync.NewCond(&s.mu)
	s.http = &http.Server{Handler: s, ConnState: s.connState}
	go func() {
		defer close(s.served)
		_ = s.http.Serve(listener) // its end is Close's
	}()
	return s, nil
}

// connState counts connections and gives the new ones their small buffer.
func (s *Server) connState(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(readBuffer)
		}
		s.count(&s.conns, 1)
	case http.StateClosed, http.StateHijacked:
		s.unheard(conn.RemoteAddr().String())
		s.count(&s.conns, -1)
	default: // it is in use, or waits for its next call
	}
}

func (s *Server) count(what *int, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*what += by
	s.quiet.Broadcast()
}

// Close cuts all connections and waits until no call is answered any more.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.served
	_ = s.Idle(context.Background())
}

// Idle waits until nobody is connected any more, or returns the error of ctx.
func (s *Server) Idle(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { s.count(new(int), 0) })
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.conns > 0 || s.active > 0 {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.quiet.Wait()
	}
	return nil
}

// Host is the address of the server, HOST:PORT.
func (s *Server) Host() string { return s.host }

// URL is the base address with its version.
func (s *Server) URL() string { return "http://" + s.host + "/v1" }

// SetToken makes another key the valid one.
func (s *Server) SetToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = token
}

// Forget loses all uploads that are not finished, as a server does that kept
// them in memory and was started again.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, u := range s.files {
		if !u.completed {
			s.drop(key)
		}
	}
}
