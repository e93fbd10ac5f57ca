package api

import (
	"net"
	"net/http"
	"time"
)

// maxIdle is how many connections to one server wait for their next request:
// as many as the most parts that are ever sent at once.
const maxIdle = 64

// NewTransport returns the transport for calls and parts. It speaks HTTP/1.1
// only: over HTTP/2 all parts would share one TCP connection, and one lost
// packet would stall them all.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second, Control: tune}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         dialer.DialContext,
		Protocols:           protocols,
		TLSHandshakeTimeout: 20 * time.Second,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
		WriteBufferSize:     64 << 10,
		ReadBufferSize:      64 << 10,
	}
}
