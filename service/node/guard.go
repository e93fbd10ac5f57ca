package node

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
)

// guard stands before every handler: it keeps web pages out and turns panics
// into answers.
type guard struct {
	// loopback is the address of a loopback listener, invalid for others.
	loopback netip.AddrPort
	log      *slog.Logger
}

// newGuard guards a listener at an address.
func newGuard(addr netip.AddrPort, log *slog.Logger) guard {
	g := guard{log: log}
	if ip := addr.Addr().Unmap(); ip.IsLoopback() {
		g.loopback = netip.AddrPortFrom(ip, addr.Port())
	}
	return g
}

func (g guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer g.recover(w, r)
		switch {
		case !g.hostAllowed(r.Host):
			writeProblem(w, problem{Status: http.StatusForbidden, Code: codeForbidden, Detail: "This host name is not this computer's."})
		case !originAllowed(r):
			writeProblem(w, problem{Status: http.StatusForbidden, Code: codeForbidden, Detail: "Web pages may not call this address."})
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// recover answers a panic with 500 where the answer has not begun, and cuts the
// connection where it has, so that a torn answer is not taken for a whole one.
func (g guard) recover(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	g.log.Error("node: panic", "method", r.Method, "route", r.Pattern, "panic", p, "stack", string(debug.Stack()))
	if !writeProblem(w, internalProblem) {
		panic(http.ErrAbortHandler)
	}
}

// hostAllowed defends a loopback listener against DNS rebinding, by which a
// name of a stranger's leads here: only loopback's own names are answered.
func (g guard) hostAllowed(host string) bool {
	if !g.loopback.IsValid() {
		return true
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "80"
	}
	if port != strconv.Itoa(int(g.loopback.Port())) {
		return false
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (addr == g.loopback.Addr() || addr.String() == "127.0.0.1" || addr.String() == "::1")
}

// originAllowed refuses what a browser sends on behalf of a page from anywhere
// else; programs send no Origin.
func originAllowed(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return false
		}
	}
	return true
}
