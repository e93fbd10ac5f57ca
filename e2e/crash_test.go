//go:build e2e && linux

package e2e

import "testing"

// TestKill9 ends the program in the middle of an upload as a power cut would.
// What was finished is still there at the next start, under the same links, and
// the upload goes on by itself.
func TestKill9(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	done := s.random("done.bin", 20<<20)
	s.must(s.desk.Drop(within(t), window, done))
	s.answer(window, wifi)
	link := s.copied("")
	key := s.stored([]string{"done.bin"})["done.bin"]

	long := s.long("long.iso")
	s.must(s.desk.Drop(within(t), window, long))
	s.begun("long.iso")
	s.must(program.Kill9())

	_, window = s.open()
	s.photograph(window, "after-kill.png")
	if again := s.stored([]string{"done.bin"})["done.bin"]; again != key {
		t.Errorf("the finished file has the key %q after the next start, want %q", again, key)
	}
	s.opens(s.machine(), link, done)
	got := t.TempDir() + "/long.iso"
	s.qs(nil, "get", s.stored([]string{"long.iso"})["long.iso"], "-o", got)
	if s.sum(got) != s.sum(long) {
		t.Error("the file that went on comes back with other bytes")
	}
}
