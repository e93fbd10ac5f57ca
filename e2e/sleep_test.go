//go:build e2e && linux

package e2e

import (
	"path/filepath"
	"testing"
)

// TestTheComputerStaysAwakeWhileAFileIsSent, and may sleep while it is held and
// once it is there.
func TestTheComputerStaysAwakeWhileAFileIsSent(t *testing.T) {
	s := newStage(t, stageConfig{})
	sleep, err := s.desk.StartSleep()
	s.must(err)
	t.Cleanup(func() { s.note(sleep.Close()) })
	s.file(filepath.Join(".quicksync", "settings.json"), []byte(`{"version": 1, "audience": "me", "limits": {"up": 1048576}}`))
	_, window := s.open()
	if _, asked := sleep.Kept(); asked > 0 {
		t.Error("it is kept awake for nothing")
	}
	kept := func(want bool) {
		s.Helper()
		s.until("the computer's sleep", func() bool { now, _ := sleep.Kept(); return now == want })
	}
	s.must(s.desk.Drop(within(t), window, s.random("film.mov", 8<<20)))
	kept(true)
	s.must(s.tray.Click(within(t), "Pause all"))
	kept(false)
	s.must(s.tray.Click(within(t), "Resume all"))
	kept(true)
	s.stored([]string{"film.mov"})
	kept(false)
	if _, asked := sleep.Kept(); asked != 2 {
		t.Errorf("it was asked %d times", asked)
	}
}
