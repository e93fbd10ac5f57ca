//go:build linux

package main

import "fmt"

// requirement is a ratio that qs shall reach, or a figure it shall not exceed.
type requirement struct {
	workload, variant, ours string
	// peers are the rows whose best is the measure.
	peers []string
	bound float64
}

// bound is a figure that qs shall not exceed.
type bound struct {
	workload, variant, ours string
	figure                  figure
	unit                    string
	most                    float64
}

var requirements = []requirement{
	{"big", "https", rowOurs, []string{rowRclone}, 5},
	{"big", "https", rowOurs, []string{rowRclone, rowRcloneBest}, 2.5},
	{"big", "https", rowOurs, []string{rowS5cmd, rowS5cmdBest}, 2.5},
	{"big", "https", rowOurs, []string{rowAWS, rowAWSBest}, 1.2},
	{"big", "https", rowOurs, []string{rowMinio, rowMinioBest}, 1},
	{"big", "https", rowOursCRC, []string{rowRclone}, 5},
	{"big", "https", rowOursCRC, []string{rowRclone, rowRcloneBest}, 2.3},
	{"big", "https", rowOursCRC, []string{rowS5cmd, rowS5cmdBest}, 2.5},
	{"big", "https", rowOursCRC, []string{rowAWS, rowAWSBest}, 1.05},
	{"big", "https", rowOursCRC, []string{rowMinio, rowMinioBest}, 0.9},
	{"big", "http", rowOursCRC, []string{rowMinio, rowMinioBest}, 2.5},
	{"big", "http", rowOursCRC, []string{rowBareCRC}, 0.7},
	{"small", "http", rowOurs, []string{rowRclone, rowRcloneBest}, 1},
	{"small", "http", rowOurs, []string{rowS5cmd, rowS5cmdBest}, 1},
	{"down", "http", rowOurs, []string{rowRclone}, 1.12},
}

var bounds = []bound{
	{"big", "https", rowOursCRC, cpuPerGiB, "CPU-s/GiB", 0.95},
	{"down", "http", rowOurs, cpuPerGiB, "CPU-s/GiB", 0.55},
}

// aboveIdle is the most memory that sending may take above that of sending an
// empty file, in MiB.
const aboveIdle = 16

// required prints how far qs is from what it shall reach, as far as that was
// measured.
func (b *bench) required() {
	fmt.Fprintln(b.tables, "\n### What is required")
	fmt.Fprintln(b.tables)
	for _, r := range requirements {
		b.ratioLine(r)
	}
	for _, r := range bounds {
		if s, ok := b.results.of(r.workload, r.variant, r.ours).spread(r.figure); ok {
			b.verdict(s.median <= r.most, "%s, %s: %s takes %.2f %s, at most %.2f", r.workload, r.variant, r.ours, s.median, r.unit, r.most)
		}
	}
	for _, name := range []string{rowOurs, rowOursCRC} {
		idle, measured := b.results.of("idle", "https", rowOurs).spread(resident)
		s, ok := b.results.of("big", "https", name).spread(resident)
		if ok && measured {
			b.verdict(s.median-idle.median <= aboveIdle, "big, https: %s takes %.1f MiB above idle, at most %d", name, s.median-idle.median, aboveIdle)
		}
	}
}

func (b *bench) ratioLine(r requirement) {
	ours := b.results.of(r.workload, r.variant, r.ours)
	if len(ours) == 0 {
		return
	}
	speed := figure(perSecond) // as good for files of one size
	best := b.results.best(r.workload, r.variant, r.peers, speed)
	ratio, ok := ours.ratio(b.results.of(r.workload, r.variant, best), speed)
	if !ok {
		fmt.Fprintf(b.tables, "- not run: %s, %s: %s over %s, at least %.2f\n", r.workload, r.variant, r.ours, r.peers[0], r.bound)
		return
	}
	b.verdict(ratio.median >= r.bound, "%s, %s: %s over %s is %.2f (%.2f–%.2f), at least %.2f",
		r.workload, r.variant, r.ours, best, ratio.median, ratio.least, ratio.most, r.bound)
}

func (b *bench) verdict(reached bool, format string, args ...any) {
	word := "short"
	if reached {
		word = "PASS"
	}
	fmt.Fprintf(b.tables, "- %s: %s\n", word, fmt.Sprintf(format, args...))
}
