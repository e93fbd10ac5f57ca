//go:build e2e && linux

package e2e

import "testing"

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
