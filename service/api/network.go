package api

// This file is about the network under this computer, which comes and goes.

import (
	"errors"
	"net/netip"
	"strings"
	"time"
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
		c.guard.end(func(from netip.Addr) bool { return from.IsValid() && !has(from) }, errLeft)
	}
}

// errSlept ends calls that the computer has slept through.
var errSlept = errors.New("the computer has slept")

// Woke lets go of what the computer has slept through: the connections that
// wait, and, where it slept for longer than a call may be without a sign of life,
// the calls. The server and everything on the way have heard nothing for that
// long and may have forgotten them, and then nobody says so. A server on this
// computer has slept as well and is not disturbed.
func (c *Client) Woke(slept time.Duration) {
	if c.Local() {
		return
	}
	c.CloseIdle()
	if slept >= c.guard.patience.Moving {
		c.guard.end(func(netip.Addr) bool { return true }, errSlept)
	}
}
