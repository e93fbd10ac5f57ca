package main

import (
	"context"
	"runtime"

	"quicksync.me/desktop/service/version"
)

// built is what "version --json" tells.
type built struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
}

// tellVersion tells which program this is. It asks no storage.
func tellVersion(_ context.Context, c *command) error {
	b := built{Version: version.Program(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	return c.out.object(b, "qs %s %s %s", b.Version, b.Go, b.System)
}
