package app

import (
	"testing"

	"quicksync.me/desktop/views"
)

// TestAnotherLanguageIsSpokenAtOnce: the sentences that the program has said are
// said anew.
func TestAnotherLanguageIsSpokenAtOnce(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("plan.docx", 300_000)}) })
	s.row("plan.docx", views.Done)
	s.act(func(a views.Actions) { a.Prefer(func(p *views.Preferences) { p.Language = "de" }) })
	s.until("German", func() bool {
		rows := s.rows()
		return len(rows) == 1 && rows[0].Message == "Öffnet nur auf diesem Computer."
	})
	if name := s.connection().Places[0].Name; name != "Dieser Computer" {
		t.Errorf("the storage is called %q", name)
	}
}
