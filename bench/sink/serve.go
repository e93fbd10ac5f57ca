package sink

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config says where a sink listens.
type Config struct {
	// Host is the address that both listeners are on; the ports are free ones.
	Host string
	// Certificate and Key are the PEM files of the https listener.
	Certificate, Key string
}

// Addresses are what clients connect to, without a path.
type Addresses struct {
	// HTTP and HTTPS are base addresses such as http://127.0.0.1:4711.
	HTTP, HTTPS string
}

// order is a line that steers a sink.
type order struct {
	// Reset, where set, forgets everything and sets the mode; else the report is
	// asked for.
	Reset *Mode `json:",omitempty"`
}

// Serve is a sink until its orders end: it first writes its Addresses, and then
// an answer to each order, as lines of JSON.
func Serve(ctx context.Context, cfg Config, orders io.Reader, answers io.Writer) error {
	s := newStore()
	server, err := newServer(s, cfg)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	defer group.Wait()
	defer server.Close()
	where, err := listen(ctx, cfg.Host, server, &group)
	if err != nil {
		return err
	}
	out := json.NewEncoder(answers)
	if err := out.Encode(where); err != nil {
		return err
	}
	in := json.NewDecoder(orders)
	for {
		var o order
		if err := in.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if o.Reset != nil {
			if err := s.reset(*o.Reset); err != nil {
				return err
			}
		}
		if err := out.Encode(s.report()); err != nil {
			return err
		}
	}
}

func newServer(s *store, cfg Config) (*http.Server, error) {
	certificate, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.Key)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	uploadAPI{s}.routes(mux)
	mux.Handle("/", s3{s})
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler: mux, Protocols: protocols, ReadHeaderTimeout: time.Minute,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS13},
		// Clients that end in the middle of a handshake are no news.
		ErrorLog: log.New(io.Discard, "", 0),
	}, nil
}

// listen opens both listeners and serves them in the group, until the server is
// closed.
func listen(ctx context.Context, host string, server *http.Server, group *sync.WaitGroup) (Addresses, error) {
	var lc net.ListenConfig
	plain, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return Addresses{}, err
	}
	group.Go(func() { _ = server.Serve(plain) })
	secure, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return Addresses{}, err
	}
	group.Go(func() { _ = server.ServeTLS(eager{secure}, "", "") })
	return Addresses{HTTP: fmt.Sprint("http://", plain.Addr()), HTTPS: fmt.Sprint("https://", secure.Addr())}, nil
}

// eager is a listener whose connections read as much as there is: crypto/tls by
// itself makes a system call for each record, which would be more of what is
// measured than the client's own work.
type eager struct{ net.Listener }

// Accept implements net.Listener.
func (l eager) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &ahead{c, bufio.NewReaderSize(c, 128<<10)}, nil
}

// ahead is a connection that is read in large pieces.
type ahead struct {
	net.Conn
	r *bufio.Reader
}

// Read implements net.Conn.
func (a *ahead) Read(p []byte) (int, error) { return a.r.Read(p) }
