package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

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
	n, err := node.Open(ctx, node.Config{
		Dir: filepath.Join(dir, "node"), Listen: c.listen,
		Token: os.Getenv("QS_TOKEN"), SessionID: os.Getenv("QS_SESSION"),
	})
	h.settle(n, err)
	if err != nil {
		_ = mine.Close(ctx)
		return err
	}
	defer c.leave(mine, n)
	if n.MadeToken() {
		fmt.Fprintf(c.stderr, "qs: the key of this node, shown this once: %s\n", n.Token())
	}
	if err := c.out.object(served{URL: n.URL(), Session: n.SessionID()}, "%s", n.URL()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// leave ends the node once those who use it are done: a qs, or a download. It
// says so where that takes a while.
func (c *command) leave(mine *instance.Instance, n *node.Node) {
	slow := time.AfterFunc(time.Second, func() {
		fmt.Fprintln(c.stderr, "qs: ending when those who use the storage are done; interrupt again to end at once")
	})
	defer slow.Stop()
	_ = mine.Close(context.Background())
	_ = n.Close(context.Background())
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
