//go:build !linux

package api

import (
	"net"
	"syscall"
	"time"
)

// tune leaves a new socket as the system has made it.
func tune(_, _ string, _ syscall.RawConn) error { return nil }

// isPaced tells whether a connection uses BBR, where that is known.
func isPaced(net.Conn) bool { return false }

// KnowsDelay tells that Client.Delay is known on this system.
const KnowsDelay = false

// tripOf is how long packets take, where that is asked for.
func tripOf(net.Conn) (best, latest time.Duration, ok bool) { return 0, 0, false }
