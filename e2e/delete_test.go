//go:build e2e && linux

package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSaveAndDelete saves a file from the storage, and deletes it there: the
// person's own file stays.
func TestSaveAndDelete(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	letter := s.random("letter.odt", 70_000)
	want := s.sum(letter)
	s.must(s.desk.Drop(within(t), window, letter))
	s.answer(window, onlyMe)
	s.choose(window)

	downloads := filepath.Join(s.desk.Home, "Downloads")
	s.portal.Choose(downloads)
	s.clickPane(window, paneSave)
	saved := filepath.Join(downloads, "letter.odt")
	s.until("the saved file", func() bool { _, err := os.Stat(saved); return err == nil })
	if got := s.sum(saved); got != want {
		t.Errorf("saved with SHA-256 %s, want %s", got, want)
	}

	s.clickPane(window, paneDelete)
	s.sheet(window)
	s.press("Return") // Cancel, which has the keyboard
	s.plain(window)
	if len(s.list()) != 1 {
		t.Error("the file was deleted although the person said no")
	}
	s.choose(window)
	s.press("Delete")
	s.sheet(window)
	s.press("Tab", "space") // from Cancel to Delete
	s.plain(window)
	s.until("the file to be deleted", func() bool { return len(s.list()) == 0 })
	s.photograph(window, "deleted.png")
	if s.sum(letter) != want {
		t.Error("the person's own file is not as it was")
	}
}
