package app

import (
	"slices"
	"testing"

	"quicksync.me/desktop/service/node"
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

// TestAQuestionIsAskedInAnotherLanguage: what waits for its answer is asked
// anew, the sentence with its answers.
func TestAQuestionIsAskedInAnotherLanguage(t *testing.T) {
	s := newStage(t)
	server := s.bounded(node.Rules{MaxFiles: 2})
	paths := []string{s.file("a", 1), s.file("b", 2), s.file("c", 3)}
	s.act(func(a views.Actions) { a.Add(paths) })
	s.asks(server, "3 files; this storage takes 2 — send them as one .zip?", 0)
	s.act(func(a views.Actions) { a.Prefer(func(p *views.Preferences) { p.Language = "ru" }) })
	o := s.asks(server, "3 файла; это хранилище принимает 2 — отправить одним .zip?", 0)
	if want := []string{"Отправить одним .zip", "Не отправлять"}; !slices.Equal(o.Answers, want) {
		t.Errorf("the answers are %q, want %q", o.Answers, want)
	}
}
