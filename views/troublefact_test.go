package views

import "testing"

// TestTroubleIsFoldedAway, can be copied to the letter, and is shown without what
// would turn the text around.
func TestTroubleIsFoldedAway(t *testing.T) {
	s := newStage(t)
	row := Row{ID: "1", Name: "a", State: Failed, Message: "The storage refuses this."}
	s.list(row)
	const trouble = "begin: the server refuses this (status 418): I am a \u202eteapot"
	s.detail(Detail{Count: 1, Row: row, Trouble: trouble})
	s.reads("The storage refuses this.")
	s.readsNot("status 418")
	s.tap("Technical details")
	s.reads("Reported error", "status 418", "I am a \ufffdteapot")
	s.w.pane.facts.trouble.copy.Tapped(nil)
	if got := s.w.app.Clipboard().Content(); got != trouble {
		t.Errorf("copied %q", got)
	}
	row.State, row.Message = Done, ""
	s.detail(Detail{Count: 1, Row: row})
	s.readsNot("Reported error", "418")
}
