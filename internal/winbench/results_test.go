//go:build e2e && linux

package main

import (
	"strings"
	"testing"
)

// TestRows prints what was measured as the table has it: ratios are made within a
// repeat, so that a slow machine was slow for both.
func TestRows(t *testing.T) {
	for _, c := range []struct {
		name  string
		notes func(r results)
		line  line
		want  string
	}{
		{"a ratio that is reached", func(r results) {
			r.add(startReady, ours, 0, 120)
			r.add(startReady, bare, 0, 100)
			r.add(startReady, ours, 1, 1100)
			r.add(startReady, bare, 1, 1000)
		}, line{startReady, bare, ratio, 1.3},
			"| " + startReady + " | 610 (120–1100, n = 2) | barewindow 550 (100–1000, n = 2) | × 1.15 (1.10–1.20, n = 2) | ≤ 1.3 | PASS |"},
		{"a difference that is not", func(r results) {
			r.add(uploadCPU, ours, 0, 9)
			r.add(uploadCPU, qs, 0, 2)
		}, line{uploadCPU, qs, above, 5}, "| " + uploadCPU + " | 9.00 | qs 2.00 | + 7.00 | ≤ 5 | short |"},
		{"nothing beside it", func(r results) { r.add(startReady, ours, 0, 120) }, line{startReady, bare, ratio, 1.3},
			"| " + startReady + " | 120 | barewindow – | × – | ≤ 1.3 | not run |"},
		{"the largest counts", func(r results) {
			r.add(holdMost, ours, 0, 1)
			r.add(holdMost, ours, 1, 17)
			r.add(holdMost, ours, 2, 2)
		}, line{holdMost, "", largest, 16}, "| " + holdMost + " | 2.00 (1.00–17.0, n = 3) | – | – | ≤ 16 | short |"},
		{"half of them count", func(r results) {
			r.add(filterShown, ours, 0, 20)
			r.add(filterShown, ours, 0, 90)
			r.add(filterShown, ours, 0, 30)
		}, line{filterShown, "", median, 50}, "| " + filterShown + " | 30.0 (20.0–90.0, n = 3) | – | – | ≤ 50 | PASS |"},
		{"nothing is required", func(r results) { r.add(scrollFrames, ours, 0, 24) }, line{scrollFrames, "", median, 0},
			"| " + scrollFrames + " | 24.0 | – | – | – |  |"},
	} {
		r := results{}
		c.notes(r)
		if got := r.row(c.line); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Every figure of the table is printed once, and only if it was measured.
func TestTable(t *testing.T) {
	r := results{}
	for _, l := range lines {
		r.add(l.figure, ours, 0, 1)
	}
	var all, none strings.Builder
	r.print(&all)
	results{}.print(&none)
	for _, l := range lines {
		if n := strings.Count(all.String(), "| "+l.figure+" |"); n != 1 {
			t.Errorf("%q is printed %d times", l.figure, n)
		}
		if strings.Contains(none.String(), l.figure) {
			t.Errorf("%q is printed without having been measured", l.figure)
		}
	}
}
