//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"quicksync.me/desktop/bench/line"
	"quicksync.me/desktop/bench/sink"
)

// Where the server listens: on loopback, and at the far end of the line.
const (
	loopback = "127.0.0.1"
	farEnd   = line.FarAddress
)

// overLoopback measures every workload over https and over http.
func (b *bench) overLoopback(ctx context.Context) error {
	bases := []struct {
		variant string
		of      func(sink.Addresses) string
	}{
		{"https", func(a sink.Addresses) string { return a.HTTPS }},
		{"http", func(a sink.Addresses) string { return a.HTTP }},
	}
	for _, w := range locals(b.quick) {
		if !wanted(b.workloads, w.name, same) {
			continue
		}
		for _, base := range bases {
			if !wanted(b.variants, base.variant, same) {
				continue
			}
			g := group{workload: w, variant: base.variant, host: loopback, base: base.of}
			clients, err := b.measure(ctx, g)
			if err != nil {
				return err
			}
			if g.size > 0 {
				b.table(g, clients)
			}
		}
	}
	return nil
}

// losses are those of the line, in percent.
var losses = []float64{0, 0.1, 1}

// overLine measures every workload at every loss, over http: on such a line TLS
// costs nothing that could be seen.
func (b *bench) overLine(ctx context.Context) error {
	for _, loss := range losses {
		percent := strconv.FormatFloat(loss, 'f', -1, 64)
		if !wanted(b.variants, percent, same) {
			continue
		}
		cfg := line.Config{Rate: 100e6, RoundTrip: 80 * time.Millisecond, Loss: loss / 100, Seed: 1}
		if err := b.overOne(ctx, cfg, percent+" %"); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) overOne(ctx context.Context, cfg line.Config, variant string) (err error) {
	l, err := line.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	for _, w := range lines(b.quick) {
		if !wanted(b.workloads, w.name, same) {
			continue
		}
		g := group{
			workload: w, variant: variant, host: farEnd, server: l.Far.Enter(), desk: l.Desk.Enter(),
			base: func(a sink.Addresses) string { return a.HTTP },
			ready: func(ctx context.Context, c client) error {
				return errors.Join(l.LockCubic(ctx, !c.free), l.Forget(ctx))
			},
		}
		clients, err := b.measure(ctx, g)
		if err != nil {
			return err
		}
		b.lineTable(g, clients, cfg)
	}
	there, back := l.Tallies()
	fmt.Fprintf(os.Stderr, "%s: %+v from the desk, %+v back to it\n", variant, there, back)
	return nil
}
