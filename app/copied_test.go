package app

import (
	"context"
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
