package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// This file makes connections that send a body in large strides. net/http hands
// it over in pieces of 32 KiB, and crypto/tls makes of each a system call for
// every record of 16 KiB: on a fast line most of the time goes there.

// stride is how much of a body is read and sent at once, in bytes. It still fits
// into the caches of a processor.
const stride = 128 << 10

var strides = sync.Pool{New: func() any { return new([stride]byte) }}

// dialTimeout bounds the making of a connection, and that of TLS over it.
const dialTimeout = 20 * time.Second

// dialer makes connections.
type dialer struct{ net.Dialer }

func newDialer() *dialer {
	return &dialer{net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Control: tune}}
}

// plain makes a connection without TLS.
func (d *dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &strider{c}, nil
}

// secure makes a connection with TLS to the host of an address.
func (d *dialer) secure(ctx context.Context, network, address string, cfg *tls.Config) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	cfg = cfg.Clone()
	cfg.DynamicRecordSizingDisabled = true
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	under := &gathering{Conn: c}
	secure := &secureConn{Conn: tls.Client(under, cfg), under: under}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return &strider{secure}, nil
}

// strider is a connection that reads what it sends in large strides.
type strider struct{ net.Conn }

// ReadFrom implements io.ReaderFrom.
func (s *strider) ReadFrom(r io.Reader) (n int64, err error) {
	buffer := strides.Get().(*[stride]byte)
	defer strides.Put(buffer)
	for {
		read, err := r.Read(buffer[:])
		if read > 0 {
			written, werr := s.Write(buffer[:read])
			n += int64(written)
			if werr != nil {
				return n, werr
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		}
	}
}

// secureConn writes all records of a stride at once.
type secureConn struct {
	*tls.Conn
	under *gathering
	mu    sync.Mutex
}

// Write implements net.Conn.
func (c *secureConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under.begin()
	n, err := c.Conn.Write(p)
	if ended := c.under.end(); err == nil {
		err = ended
	}
	return n, err
}

// gathering is a connection whose writes can be gathered into one.
type gathering struct {
	net.Conn
	mu   sync.Mutex
	on   bool
	held bytes.Buffer
}

func (g *gathering) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.on = true
}

// end writes what was gathered.
func (g *gathering) end() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.on = false
	_, err := g.held.WriteTo(g.Conn)
	g.held.Reset()
	return err
}

// Write implements net.Conn.
func (g *gathering) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.on {
		return g.held.Write(p)
	}
	return g.Conn.Write(p)
}
