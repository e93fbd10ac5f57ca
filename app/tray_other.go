//go:build !linux

package app

// HasTray tells whether the desktop shows notification icons.
func HasTray() bool { return true }
