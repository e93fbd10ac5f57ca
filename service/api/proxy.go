package api

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/mattn/go-ieproxy"
)

// systemProxy returns the way to a server that the person or their company has
// set: the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and where those are
// not set on Windows and macOS the system's own settings, a PAC file among them.
// The system's are read once for each program.
//
// What is asked is for the server alone: the path and the query of a link are
// its key, and no PAC file's business. A server on this computer has no proxy.
func systemProxy() func(*http.Request) (*url.URL, error) {
	find := ieproxy.GetProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		if isLoopback(r.URL.Hostname()) {
			return nil, nil
		}
		return find(&http.Request{URL: &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: "/"}})
	}
}

// isLoopback tells that a host is this computer.
func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || strings.EqualFold(host, "localhost")
}
