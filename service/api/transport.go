package api

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// maxIdle is how many connections to one server wait for their next request:
// as many as the most parts that are ever sent at once.
const maxIdle = 64

// idleTimeout is how long a connection waits for its next request.
const idleTimeout = 90 * time.Second

// writeBuffer takes the head of a request and a small file, in bytes: both go
// out at once.
const writeBuffer = 68 << 10

// NewTransport returns the transport for calls and parts. It speaks HTTP/1.1
// only: over HTTP/2 all parts would share one TCP connection, and one lost
// packet would stall them all.
func NewTransport() *http.Transport { return newTransport(newDialer()) }

func newTransport(dialer *dialer) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	t := &http.Transport{
		Proxy:               systemProxy(),
		DialContext:         dialer.plain,
		TLSClientConfig:     new(tls.Config),
		Protocols:           protocols,
		TLSHandshakeTimeout: dialTimeout,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTimeout,
		DisableCompression:  true,
		WriteBufferSize:     writeBuffer,
		ReadBufferSize:      64 << 10,
	}
	// Through a proxy, the transport makes TLS by itself.
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return dialer.secure(ctx, network, address, t.TLSClientConfig)
	}
	return t
}
