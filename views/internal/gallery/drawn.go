//go:build !cgo && !ci

package main

import "log"

// live needs a compiler of C, and libraries of the display.
func live(pose, string) { log.Fatal("built without cgo: only -pictures works") }
