//go:build e2e && linux

package e2e

import (
	"bytes"
	"testing"
)

// TestDemo shows the program to a machine without a display: its window opens,
// takes a file, and its picture lands in out/demo.png.
func TestDemo(t *testing.T) {
	s := newStage(t)
	_, window := s.open()
	report := s.file("report.txt", bytes.Repeat([]byte("A line of the report.\n"), 20_000))
	s.must(s.desk.Drop(within(t), window, report))
	s.photograph(window, "demo.png")
}
