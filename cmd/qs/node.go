package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/paths"
)

// served is what JSON says first of a node.
type served struct {
	URL     string `json:"url"`
	Session string `json:"session"`
}

// serve is a storage until it is interrupted.
func serve(ctx context.Context, c *command) error {
	dir, err := c.dataFolder()
	if err != nil {
		return err
	}
	h := &host{ready: make(chan struct{})}
	mine, err := acquire(ctx, dir, "node", h)
	if err != nil {
		return inUse(dir, err)
	}
	own, err := startNode(ctx, mine, h, node.Config{
		Dir: filepath.Join(dir, "node"), Listen: c.listen,
		Token: os.Getenv("QS_TOKEN"), SessionID: os.Getenv("QS_SESSION"),
	})
	if err != nil {
		return err
	}
	defer own.leave(c.stderr)
	if own.node.MadeToken() {
		fmt.Fprintf(c.stderr, "qs: the key of this node, shown this once: %s\n", own.node.Token())
	}
	if err := c.out.object(served{URL: h.info.URL, Session: h.info.SessionID}, "%s", h.info.URL); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// dataFolder is where the node keeps everything: its own, or this computer's.
func (c *command) dataFolder() (string, error) {
	if c.data != "" {
		dir, err := filepath.Abs(c.data)
		if err != nil {
			return "", err
		}
		return dir, (paths.Paths{Config: dir, Data: dir}).Make()
	}
	where, err := paths.Find()
	if err != nil {
		return "", err
	}
	return where.Data, where.Make()
}

// inUse says who has the data folder.
func inUse(dir string, err error) error {
	var running *instance.Running
	if errors.As(err, &running) {
		return fmt.Errorf("%s is in use by %s (process %d): end that first, or give another folder with --data", dir, program(running.Kind), running.PID)
	}
	return err
}

// program says what a kind of instance is called.
func program(kind string) string {
	switch kind {
	case "desktop":
		return "QuickSync"
	case "node":
		return "qs node"
	default:
		return "qs"
	}
}
