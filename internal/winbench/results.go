//go:build e2e && linux

package main

import (
	"fmt"
	"io"
	"slices"
)

// The figures, with their units.
const (
	startFirst   = "first start of all, ms"
	startFrame   = "start to the first frame, ms"
	startReady   = "start until it is ready, ms"
	memoryNow    = "resident after 5 s, MiB"
	memoryPeak   = "most that was resident, MiB"
	idleCPU      = "idle, % of a core"
	idleWakes    = "idle, wake-ups a second"
	keyShown     = "a sign typed and shown, ms"
	rowsAfter    = "100,000 files: reply to first rows, ms"
	rowsSince    = "the same from the reply's first byte, ms"
	listsAsked   = "lists asked for until all is quiet"
	memoryRow    = "resident for each row, bytes"
	filterShown  = "key to a filtered list, ms"
	sortShown    = "header to a sorted list, ms"
	scrollFrames = "page down held, frames a second"
	scrollGap    = "page down held, longest without a frame, ms"
	scrollCPU    = "page down held, % of a core"
	clickMost    = "10,000 files dropped: slowest click, ms"
	click95      = "the same, 95 of 100 clicks, ms"
	clickMedian  = "the same, half of the clicks, ms"
	clickCount   = "the same, clicks that were counted"
	dropCPU      = "10,000 files dropped, CPU s"
	uploadCPU    = "5 MB/s, % of a core"
	holdMost     = "longest hold of the UI goroutine, ms"
)

// A line is a row of the table: a figure of ours, and what it is beside.
type line struct {
	figure string
	beside string // the other program; empty for none
	by     measure
	most   float64 // what is required; 0 for nothing
}

// measure is how a figure of ours is held against what is required.
type measure int

const (
	median  measure = iota // its median
	largest                // its largest
	ratio                  // its ratio to the other's, within a repeat
	above                  // what it is more than the other's, within a repeat
)

var lines = []line{
	{startReady, bare, ratio, 1.3}, {startFrame, bare, ratio, 0}, {startFirst, bare, ratio, 0},
	{memoryNow, bare, ratio, 1.4}, {memoryPeak, bare, ratio, 0},
	{idleCPU, bare, ratio, 1.1}, {idleWakes, bare, ratio, 0},
	{rowsAfter, "", median, 300}, {rowsSince, "", median, 0}, {listsAsked, "", median, 0},
	{memoryRow, "", median, 400},
	{filterShown, "", median, 50}, {sortShown, "", median, 150}, {keyShown, bare, median, 0},
	{scrollFrames, "", median, 0}, {scrollGap, "", largest, 0}, {scrollCPU, "", median, 0},
	{holdMost, "", largest, 16},
	{clickMost, "", largest, 100}, {click95, "", largest, 0}, {clickMedian, "", median, 0}, {clickCount, "", median, 0},
	{dropCPU, qs, ratio, 0}, {uploadCPU, qs, above, 5},
}

// results are figures by their name, then the program, then the repeat.
type results map[string]map[string]map[int][]float64

func (r results) add(figure, who string, repeat int, value float64) {
	if r[figure] == nil {
		r[figure] = map[string]map[int][]float64{}
	}
	if r[figure][who] == nil {
		r[figure][who] = map[int][]float64{}
	}
	r[figure][who][repeat] = append(r[figure][who][repeat], value)
}

// of is all that was measured of a program.
func (r results) of(figure, who string) (all []float64) {
	for _, values := range r[figure][who] {
		all = append(all, values...)
	}
	return all
}

// beside combines, within each repeat, a figure of ours with that of another.
func (r results) beside(figure, who string, combine func(ours, other float64) float64) (all []float64) {
	for repeat, values := range r[figure][ours] {
		if others := r[figure][who][repeat]; len(others) > 0 {
			all = append(all, combine(middle(values), middle(others)))
		}
	}
	return all
}

// print writes the table.
func (r results) print(w io.Writer) {
	fmt.Fprint(w, "\n| figure | the window | beside it | ratio or difference | required | |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, l := range lines {
		if len(r[l.figure]) > 0 {
			fmt.Fprintln(w, r.row(l))
		}
	}
}

func (r results) row(l line) string {
	mine := r.of(l.figure, ours)
	judged, other, combined := mine, "–", "–"
	if l.beside != "" {
		other = l.beside + " " + spread(r.of(l.figure, l.beside))
	}
	switch l.by {
	case ratio:
		judged = r.beside(l.figure, l.beside, func(a, b float64) float64 { return a / b })
		combined = "× " + spread(judged)
	case above:
		judged = r.beside(l.figure, l.beside, func(a, b float64) float64 { return a - b })
		combined = "+ " + spread(judged)
	case median, largest:
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |", l.figure, spread(mine), other, combined, l.verdict(judged))
}

// verdict says what is required, and whether it is reached.
func (l line) verdict(judged []float64) string {
	if l.most == 0 {
		return "– | "
	}
	if len(judged) == 0 {
		return fmt.Sprintf("≤ %g | not run", l.most)
	}
	value := middle(judged)
	if l.by == largest {
		value = slices.Max(judged)
	}
	if value > l.most {
		return fmt.Sprintf("≤ %g | short", l.most)
	}
	return fmt.Sprintf("≤ %g | PASS", l.most)
}

// spread is a median with its range and the number of values.
func spread(values []float64) string {
	switch len(values) {
	case 0:
		return "–"
	case 1:
		return digits(values[0])
	}
	return fmt.Sprintf("%s (%s–%s, n = %d)", digits(middle(values)), digits(slices.Min(values)), digits(slices.Max(values)), len(values))
}

// middle is the median.
func middle(values []float64) float64 {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// digits writes three digits that mean something.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}
