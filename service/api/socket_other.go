//go:build !linux

package api

import (
	"net"
	"syscall"
)

// tune leaves a new socket as the system has made it.
func tune(_, _ string, _ syscall.RawConn) error { return nil }

// isPaced tells whether a connection uses BBR, where that is known.
func isPaced(net.Conn) bool { return false }
