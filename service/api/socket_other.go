//go:build !linux

package api

import "syscall"

// tune leaves a new socket as the system has made it.
func tune(_, _ string, _ syscall.RawConn) error { return nil }
