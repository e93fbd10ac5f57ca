package app

import (
	"os"
	"strings"
	"testing"

	"quicksync.me/desktop/views"
)

// TestTroubleOfAFile: the system's own words, until it is tried again.
func TestTroubleOfAFile(t *testing.T) {
	s := newStage(t)
	path := s.file("film", 10)
	s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{path}) })
	s.row("film", views.Paused)
	s.must(os.Remove(path))
	s.act(func(a views.Actions) { a.ResumeAll() })
	s.pick(s.row("film", views.Failed))
	s.until("what is wrong", func() bool {
		return strings.Contains(s.detail().Trouble, "is not there") && strings.Contains(s.detail().Trouble, path)
	})
	s.file("film", 10)
	s.act(func(a views.Actions) { a.RetryFailed() })
	s.row("film", views.Done)
	s.until("that nothing is", func() bool { return s.detail().Row.State == views.Done && s.detail().Trouble == "" })
}
