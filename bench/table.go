//go:build linux

package main

import (
	"fmt"

	"quicksync.me/desktop/bench/line"
)

// speed is the figure that a workload is about, its unit, and the figure of
// what it costs.
func (w workload) speed() (f figure, unit string, cost figure, costUnit string) {
	if w.small() {
		return filesASecond, "files/s", cpuPer1000, "CPU-s/1,000 files"
	}
	return perSecond, "MiB/s", cpuPerGiB, "CPU-s/GiB"
}

// table prints a group over loopback.
func (b *bench) table(g group, clients []client) {
	speed, unit, cost, costUnit := g.speed()
	fmt.Fprintf(b.tables, "\n### %s, %s\n\n| client | summed on the way | %s | qs over it | %s | RSS MiB |\n| --- | --- | --- | --- | --- | --- |\n", g.title, g.variant, unit, costUnit)
	for _, c := range clients {
		rows := b.results.of(g.name, g.variant, c.name)
		care := c.checks
		if g.down {
			care = c.keeps
		}
		fmt.Fprintf(b.tables, "| %s | %s | %s | %s | %s | %s |\n", c.name, care,
			ranged(rows, speed), b.over(g, rows, speed), figured(rows, cost), figured(rows, resident))
	}
}

// lineTable prints a group over the line: the share of what it can carry.
func (b *bench) lineTable(g group, clients []client, cfg line.Config) {
	share := func(r record) float64 { return float64(r.Bytes) / r.Seconds / cfg.Ceiling() }
	speed, unit := figure(share), "share of the line"
	if g.small() {
		speed, unit, _, _ = g.speed()
	}
	fmt.Fprintf(b.tables, "\n### %s over the line, %s lost\n\n| client | %s | qs over it | CPU s | RSS MiB |\n| --- | --- | --- | --- | --- |\n", g.title, g.variant, unit)
	var ours, peers []string
	for _, c := range clients {
		rows := b.results.of(g.name, g.variant, c.name)
		fmt.Fprintf(b.tables, "| %s | %s | %s | %s | %s |\n", c.name, ranged(rows, speed), b.over(g, rows, speed),
			figured(rows, func(r record) float64 { return r.CPU }), figured(rows, resident))
		if c.ours() {
			ours = append(ours, c.name)
		} else {
			peers = append(peers, c.name)
		}
	}
	b.bestOfBoth(g, ours, peers, speed)
}

// bestOfBoth sets the best row of ours against the best of the peers'.
func (b *bench) bestOfBoth(g group, ours, peers []string, speed figure) {
	mine, theirs := b.results.best(g.name, g.variant, ours, speed), b.results.best(g.name, g.variant, peers, speed)
	ratio, ok := b.results.of(g.name, g.variant, mine).ratio(b.results.of(g.name, g.variant, theirs), speed)
	if ok {
		fmt.Fprintf(b.tables, "\nThe best of ours, %s, over the best of the peers, %s: %.2f\n", mine, theirs, ratio.median)
	}
}

// over is how much faster the first row of ours is than a row.
func (b *bench) over(g group, rows results, speed figure) string {
	ratio, ok := b.results.of(g.name, g.variant, rowOurs).ratio(rows, speed)
	if !ok {
		return "–"
	}
	return fmt.Sprintf("%.2f", ratio.median)
}

// ranged is a median with its range.
func ranged(rows results, f figure) string {
	s, ok := rows.spread(f)
	switch {
	case !ok:
		return "failed"
	case len(rows) == 1:
		return number(s.median)
	default:
		return fmt.Sprintf("%s (%s–%s)", number(s.median), number(s.least), number(s.most))
	}
}

func figured(rows results, f figure) string {
	s, ok := rows.spread(f)
	if !ok {
		return "–"
	}
	return number(s.median)
}

// number writes three digits that mean something.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
