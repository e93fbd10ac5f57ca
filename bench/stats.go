//go:build linux

package main

import "slices"

// spread is what several runs say together.
type spread struct {
	median, least, most float64
}

// spreadOf takes at least one value.
func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return spread{median: (v[(n-1)/2] + v[n/2]) / 2, least: v[0], most: v[n-1]}
}

// figure is what one run says.
type figure func(record) float64

func perSecond(r record) float64    { return float64(r.Bytes) / float64(mib) / r.Seconds }
func filesASecond(r record) float64 { return float64(r.Files) / r.Seconds }
func cpuPerGiB(r record) float64    { return r.CPU / float64(r.Bytes) * float64(gib) }
func cpuPer1000(r record) float64   { return r.CPU / float64(r.Files) * 1000 }
func resident(r record) float64     { return float64(r.RSS) / float64(mib) }

// results are all runs so far.
type results []record

// of returns the runs of one row that count.
func (all results) of(workload, variant, client string) (rows results) {
	for _, r := range all {
		if r.Workload == workload && r.Variant == variant && r.Client == client && r.Err == "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// spread is a figure over all runs; false where there are none.
func (all results) spread(f figure) (spread, bool) {
	if len(all) == 0 {
		return spread{}, false
	}
	values := make([]float64, len(all))
	for i, r := range all {
		values[i] = f(r)
	}
	return spreadOf(values), true
}

// ratio is a figure of these runs over that of others, made within each repeat
// and then spread; false where no repeat has both.
func (all results) ratio(others results, f figure) (spread, bool) {
	var values []float64
	for _, a := range all {
		for _, b := range others {
			if a.Repeat == b.Repeat {
				values = append(values, f(a)/f(b))
			}
		}
	}
	if len(values) == 0 {
		return spread{}, false
	}
	return spreadOf(values), true
}

// best is the row with the highest median of a figure among several rows; empty
// where none has run.
func (all results) best(workload, variant string, names []string, f figure) (best string) {
	var most float64
	for _, name := range names {
		if s, ok := all.of(workload, variant, name).spread(f); ok && s.median > most {
			best, most = name, s.median
		}
	}
	return best
}
