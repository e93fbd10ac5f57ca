package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestCloseEndsAWrite closes connections while their other end has stopped
// reading, as a cancelled part does.
func TestCloseEndsAWrite(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	certificates := server.TLS.Certificates
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := secured(t, near, far, certificates)
		ended := make(chan error, 1)
		go func() {
			_, err := c.ReadFrom(bytes.NewReader(make([]byte, longStride)))
			ended <- err
		}()
		synctest.Wait() // nothing moves any more
		began := time.Now()
		_ = c.Close()
		if err := <-ended; err == nil {
			t.Error("the write has worked")
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("closing took %v", took)
		}
	})
}

// secured makes a connection as the dialer does, to a server at far.
func secured(t *testing.T, near, far net.Conn, certificates []tls.Certificate) *strider {
	t.Helper()
	server := tls.Server(far, &tls.Config{Certificates: certificates})
	go func() { _ = server.HandshakeContext(context.Background()) }()
	under := &gathering{Conn: near}
	c := &secureConn{Conn: tls.Client(under, &tls.Config{InsecureSkipVerify: true}), under: under} //nolint:gosec // both ends are ours
	if err := c.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return newStrider(c, func() {})
}
