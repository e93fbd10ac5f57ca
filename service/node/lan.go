package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"quicksync.me/desktop/service/node/store"
)

var (
	// ErrNotShared reports that the node is not shared on the local network.
	ErrNotShared = errors.New("node: not shared on the local network")
	// ErrNoNetwork reports that this computer has no address on a local network.
	ErrNoNetwork = errors.New("node: this computer is on no local network")
	// ErrForeignLink reports a link that is not a download link of this node.
	ErrForeignLink = errors.New("node: not a download link of this node")
)

// shared is the listener for the local network, there only while it is on.
type shared struct {
	ports   ports
	handler http.Handler
	log     *slog.Logger

	mu     sync.Mutex
	on     *listener
	closed bool
}

// set opens or closes the listener; to repeat either is fine.
func (s *shared) set(ctx context.Context, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case on && s.closed:
		return store.ErrClosed
	case on && s.on == nil:
		ln, err := s.ports.listen(ctx)
		if err != nil {
			return fmt.Errorf("node: share on the local network: %w", err)
		}
		s.on = serve(localListener{ln, localPeer}, s.handler, s.log)
	case !on:
		s.off()
	}
	return nil
}

// off ends the listener and the downloads under way at it.
func (s *shared) off() {
	if s.on == nil {
		return
	}
	s.on.cut()
	s.on.wait()
	s.on = nil
}

// close ends the listener for good.
func (s *shared) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.off()
}

// address returns where the listener is reached from the network.
func (s *shared) address() (netip.AddrPort, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.on == nil {
		return netip.AddrPort{}, ErrNotShared
	}
	bound := s.on.address.AddrPort()
	if !bound.Addr().IsUnspecified() {
		return bound, nil
	}
	addr, ok := networkAddress()
	if !ok {
		return netip.AddrPort{}, ErrNoNetwork
	}
	return netip.AddrPortFrom(addr, bound.Port()), nil
}

// LANLink turns a download link of this node into the one for people on the
// same network. It fails with ErrForeignLink for any other link, ErrNotShared
// while sharing is off, and ErrNoNetwork where this computer has no address to
// give.
func (n *Node) LANLink(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" || u.User != nil || !n.ours(u) {
		return "", ErrForeignLink
	}
	addr, err := n.shared.address()
	if err != nil {
		return "", err
	}
	u.Host = addr.String()
	return u.String(), nil
}

// ours tells whether a link leads to a download at this node over loopback.
func (n *Node) ours(u *url.URL) bool {
	port, err := strconv.Atoi(u.Port())
	addr, _ := netip.ParseAddr(u.Hostname())
	loopback := addr.IsLoopback() || u.Hostname() == "localhost"
	return err == nil && port == n.main.address.Port && loopback && strings.HasPrefix(u.Path, downloadPath)
}

// localListener hands on connections from the local network and closes all
// others before a byte of theirs is read: a router that forwards the port does
// not put the node on the internet.
type localListener struct {
	net.Listener
	allowed func(netip.Addr) bool
}

// Accept waits for the next connection from the local network.
func (l localListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if peer, ok := conn.RemoteAddr().(*net.TCPAddr); ok && l.allowed(peer.AddrPort().Addr()) {
			return conn, nil
		}
		_ = conn.Close() // nobody is left to hear of it
	}
}

// lanHandler serves signed downloads and says nothing about anything else.
func lanHandler(d *downloads, tune tuning, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+downloadPath+"{key}", d)
	return tune.patient(guard{log: log}.wrap(mux))
}
