//go:build e2e && linux

package e2e

import (
	"image"
	"testing"
)

// TestSecondStart starts the program twice: the second one hands its files to
// the first, whose window comes back, and leaves.
func TestSecondStart(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	first := s.copied("")
	s.must(s.desk.CloseWindow(window))
	s.must(program.WaitNoWindow(within(t)))

	plan := s.random("plan.pdf", 8<<20)
	s.ends(s.start(plan), 0)
	second := s.copied(first)
	s.opens(s.machine(), second, plan)
	s.window(program)
	s.stored([]string{"first.txt", "plan.pdf"})

	s.ends(s.start(), 0)
}

// TestSentBeside sends from a terminal while the window is open: the window shows what
// has come, and takes away what is deleted there, without being asked.
func TestSentBeside(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	s.qs(nil, "send", s.random("first.txt", 1000))
	s.finished(window, 1)
	s.qs(nil, "send", s.random("plan.pdf", 8<<20))
	s.finished(window, 2)
	s.photograph(window, "beside.png")
	s.qs(nil, "rm", s.stored([]string{"plan.pdf"})["plan.pdf"])
	s.see(window, "one row", func(p image.Image) bool { return len(s.links(p)) == 1 })
}
