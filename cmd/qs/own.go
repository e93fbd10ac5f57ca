package main

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"time"

	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/node"
)

// acquire waits a while for a program that is just starting or ending.
func acquire(ctx context.Context, dir, kind string, h instance.Handler) (*instance.Instance, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return instance.Acquire(ctx, instance.Config{Dir: dir, Kind: kind, Handler: h})
}

// host answers for this process while it holds the data folder.
type host struct {
	ready chan struct{}
	info  instance.NodeInfo
	err   error
}

// settle makes the node known, or that there is none.
func (h *host) settle(n *node.Node, err error) {
	if h.err = err; err == nil {
		h.info = instance.NodeInfo{URL: n.URL(), Token: n.Token(), SessionID: n.SessionID()}
	}
	close(h.ready)
}

// HandOver implements instance.Handler: a command takes no files from others.
func (h *host) HandOver([]string) error { return instance.ErrBusy }

// Node implements instance.Handler.
func (h *host) Node() (instance.NodeInfo, error) {
	<-h.ready
	return h.info, h.err
}

// ownNode is the node of this process, which holds the data folder for it.
type ownNode struct {
	node *node.Node
	mine *instance.Instance
}

// startNode starts a node in the data folder that is ours, or gives that back.
func startNode(ctx context.Context, mine *instance.Instance, h *host, cfg node.Config) (*ownNode, error) {
	n, err := node.Open(ctx, cfg)
	h.settle(n, err)
	if err != nil {
		_ = mine.Close(ctx)
		return nil, err
	}
	return &ownNode{node: n, mine: mine}, nil
}

// leave ends the node once those who use it are done: a qs, or a download. They are
// not cut off, and until the last qs is done others may come and use it too: the
// folder is held, so they have no other. It says so where that takes a while. The
// command is done, so that an interrupt has nothing to end in order any more.
func (o *ownNode) leave(stderr io.Writer) {
	signal.Reset(interrupts...)
	slow := time.AfterFunc(time.Second, func() {
		fmt.Fprintln(stderr, "qs: ending when those who use the storage are done; an interrupt now ends it at once")
	})
	defer slow.Stop()
	_ = o.mine.Rest(context.Background())
	_ = o.mine.Close(context.Background())
	_ = o.node.Close(context.Background())
}
