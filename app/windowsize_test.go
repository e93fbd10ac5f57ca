package app

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestWindowOpensAsItWasLeft, and as large as usual the first time.
func TestWindowOpensAsItWasLeft(t *testing.T) {
	s := newStage(t)
	if size := s.app.WindowSize(); !size.IsZero() {
		t.Errorf("at first it is %v", size)
	}
	left := fyne.NewSize(801.5, 603)
	for _, size := range []fyne.Size{left, {}} { // the second run was never on the screen
		s.app.KeepWindowSize(size)
		s.start()
		if got := s.app.WindowSize(); got != left {
			t.Errorf("it was left as %v and opens as %v", left, got)
		}
	}
}
