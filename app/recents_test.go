package app

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"quicksync.me/desktop/views"
)

// TestRecentsSurviveARestart: the newest comes first, its link can be copied, and
// what was deleted is not offered.
func TestRecentsSurviveARestart(t *testing.T) {
	s := newStage(t)
	names := func() (names []string) {
		for _, r := range s.overall().Recents {
			names = append(names, r.Name)
		}
		return names
	}
	offered := func(want ...string) {
		s.Helper()
		s.until("the recent links", func() bool { return slices.Equal(names(), want) })
	}
	for _, name := range []string{"one", "two", "three"} {
		s.act(func(a views.Actions) { a.Add([]string{s.file(name, 10)}) })
		s.row(name, views.Done)
	}
	offered("three", "two", "one")
	s.start()
	offered("three", "two", "one")
	s.act(func(a views.Actions) { a.CopyLink(s.overall().Recents[1].ID) })
	s.says("Link copied")
	if s.fetch(s.desk.Content()) != s.content(filepath.Join(s.dir, "files", "two")) {
		t.Error("the link gives other bytes")
	}
	s.act(func(a views.Actions) { a.Add([]string{s.file("four", 10)}) })
	four := s.row("four", views.Done)
	offered("four", "three", "two", "one")
	two := s.row("two", views.Done)
	s.act(func(a views.Actions) { a.Delete([]string{four.ID, two.ID}) })
	offered("three", "one")
}

func TestNewest(t *testing.T) {
	var n newest
	for _, i := range []int{5, 3, 11, 7, 1, 9, 2, 10, 4, 8, 6, 0} {
		n.take(stored{ended: time.Unix(int64(i), 0)})
	}
	if len(n) != maxRecents {
		t.Fatalf("%d of them", len(n))
	}
	for i, s := range n {
		if want := int64(11 - i); s.ended.Unix() != want {
			t.Errorf("at %d stands %d, want %d", i, s.ended.Unix(), want)
		}
	}
}
