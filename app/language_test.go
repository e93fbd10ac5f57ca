package app

import (
	"testing"

	"quicksync.me/desktop/views"
)

// TestAnotherLanguageIsSpokenAtOnce: the sentences that the program has said are
// said anew, those of a moment are gone.
func TestAnotherLanguageIsSpokenAtOnce(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.Add([]string{s.file("plan.docx", 300_000)}) })
	s.row("plan.docx", views.Done)
	s.app.say("a moment")
	s.says("a moment")
	s.act(func(a views.Actions) {
		s.app.Words.SetLanguage("de")
		a.Language()
	})
	s.until("German", func() bool {
		rows := s.list().Rows
		return len(rows) == 1 && rows[0].Message == "Öffnet nur auf diesem Computer."
	})
	if name := s.connection().Places[0].Name; name != "Dieser Computer" {
		t.Errorf("the storage is called %q", name)
	}
	if said := s.overall().Message; said != "" {
		t.Errorf("still says %q", said)
	}
}
