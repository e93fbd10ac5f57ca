package api

// This file is about the network under this computer, which comes and goes.

import (
	"errors"
	"net/netip"
	"strings"
)

// Offline tells that there surely is no network to reach the server by. A
// server on this computer needs none, and one that is named by a link-local
// address may be at the other end of a bare cable.
func (c *Client) Offline() bool {
	return c.gone != nil && c.gone() && !c.nearby()
}

// Local tells that the server is on this computer.
func (c *Client) Local() bool { return isLoopback(c.host) }

// nearby tells that a server may be there without a network.
func (c *Client) nearby() bool {
	a, err := netip.ParseAddr(c.host)
	return c.Local() || err == nil && a.IsLinkLocalUnicast() || strings.HasSuffix(strings.ToLower(c.host), ".local")
}

// errLeft ends calls whose network has gone.
var errLeft = errors.New("the network has changed under the connection")

// NetworkChanged lets go of what hangs on a network that is not there any more:
// the connections that wait, which may be dead, and calls from an address that
// is not one of this computer's now, which are. has tells whether it is. Where
// there is no network at all calls are left: a cable that is plugged in again
// finds them alive. A server on this computer is not disturbed.
func (c *Client) NetworkChanged(has func(netip.Addr) bool) {
	if c.Local() {
		return
	}
	c.CloseIdle()
	if !c.Offline() {
		c.guard.leave(has)
	}
}
