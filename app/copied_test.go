package app

import (
	"context"
	"strings"
	"testing"

	"quicksync.me/desktop/views"
)

// TestWhoHasCopiedDoesNotAnswer: the window goes on, and the link is copied over
// what nobody can have any more.
func TestWhoHasCopiedDoesNotAnswer(t *testing.T) {
	s := newStage(t)
	s.app.ClipboardText = func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	asked := make(chan string, 1)
	s.act(func(a views.Actions) {
		a.SetAudience(views.AudienceNetwork)
		a.Add([]string{s.file("f", 10)})
		a.Copied(func(text string) { asked <- text })
	})
	s.row("f", views.Done)
	if text := <-asked; text != "" {
		t.Errorf("it holds %q", text)
	}
	s.says("Link copied")
}

// TestTheSystemTellsWhatWasCopied: what the person copied since then stays.
func TestTheSystemTellsWhatWasCopied(t *testing.T) {
	s := newStage(t)
	told := make(chan string, 3)
	s.app.ClipboardText = func(context.Context) (string, error) { return <-told, nil }
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	told <- "before"
	told <- "meanwhile"
	s.act(func(a views.Actions) { a.Add([]string{s.file("f", 10)}) })
	s.says("The link is ready")
	told <- "the same"
	told <- "the same"
	s.act(func(a views.Actions) { a.Add([]string{s.file("g", 10)}) })
	s.says("Link copied")
}

// TestALinkThatThePersonCopiedStays while something else is on its way, but one
// that was copied by itself gives way to the next.
func TestALinkThatThePersonCopiedStays(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	f := s.sent(s.file("f", 10))
	s.says("Link copied")
	add := func(name string) views.Row {
		s.act(func(a views.Actions) { a.PauseAll(); a.Add([]string{s.file(name, 10)}) })
		return s.row(name, views.Paused)
	}
	g, h := add("g"), add("h")
	s.act(func(a views.Actions) { a.Resume([]string{g.ID}) })
	s.row("g", views.Done)
	s.until("the link of g", func() bool { return strings.Contains(s.desk.Content(), "filename=g") })
	s.act(func(a views.Actions) { a.Resume([]string{h.ID}) })
	s.until("the link of h", func() bool { return strings.Contains(s.desk.Content(), "filename=h") })

	i := add("i")
	s.act(func(a views.Actions) { a.CopyLink(f.ID) })
	s.until("the link of f", func() bool { return strings.Contains(s.desk.Content(), "filename=f") })
	s.act(func(a views.Actions) { a.Resume([]string{i.ID}) })
	s.says("The link is ready")
	if got := s.desk.Content(); !strings.Contains(got, "filename=f") {
		t.Errorf("the clipboard holds %q", got)
	}
}
