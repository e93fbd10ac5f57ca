package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// This file makes connections that send a body in large strides. net/http hands
// it over in pieces of 32 KiB, and crypto/tls makes of each a system call for
// every record of 16 KiB: on a fast line most of the time goes there.

// A stride is how much of a body is read and sent at once, in bytes. The longest
// still fits into the caches of a processor. A slow line gets short ones, so that
// what was read is about what has gone over it: progress and goodput are counted
// by reading.
const (
	shortStride = 16 << 10
	longStride  = 256 << 10
	// A stride that took less than quick is followed by one of twice its length,
	// one that took longer than slow by one of half.
	quick, slow = 2 * time.Millisecond, 20 * time.Millisecond
)

var strides = sync.Pool{New: func() any { return new([longStride]byte) }}

// dialTimeout bounds the making of a connection, and that of TLS over it.
const dialTimeout = 20 * time.Second

// dialer makes connections.
type dialer struct {
	net.Dialer
	paced atomic.Bool // the latest one uses BBR
	trips trips
}

func newDialer() *dialer {
	return &dialer{Dialer: net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Control: tune}}
}

// dial makes a TCP connection.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.DialContext(ctx, network, address)
	if err == nil {
		d.paced.Store(isPaced(c))
	}
	return c, err
}

// plain makes a connection without TLS.
func (d *dialer) plain(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return newStrider(c, d.watch(c)), nil
}

// secure makes a connection with TLS to the host of an address.
func (d *dialer) secure(ctx context.Context, network, address string, cfg *tls.Config) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c, err := d.dial(ctx, network, address)
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
	return newStrider(secure, d.watch(c)), nil
}

// strider is a connection that sends a body in strides.
type strider struct {
	net.Conn
	look   func() // at how long packets take
	stride int    // used by the one goroutine that writes
}

func newStrider(c net.Conn, look func()) *strider {
	return &strider{Conn: c, look: look, stride: shortStride}
}

// ReadFrom implements io.ReaderFrom.
func (s *strider) ReadFrom(r io.Reader) (n int64, err error) {
	buffer := strides.Get().(*[longStride]byte)
	defer strides.Put(buffer)
	for {
		read, err := r.Read(buffer[:s.stride])
		if read > 0 {
			began := time.Now()
			written, werr := s.Write(buffer[:read])
			s.pace(time.Since(began))
			s.look()
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

// pace chooses the next stride by how long the last one took.
func (s *strider) pace(took time.Duration) {
	switch {
	case took < quick:
		s.stride = min(2*s.stride, longStride)
	case took > slow:
		s.stride = max(s.stride/2, shortStride)
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

// Close implements net.Conn. While a Write has the line, closing cannot wait for
// it to say goodbye: that Write ends instead.
func (c *secureConn) Close() error {
	if !c.mu.TryLock() {
		return c.under.Conn.Close()
	}
	defer c.mu.Unlock()
	return c.Conn.Close()
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
