package app

import (
	"testing"

	"quicksync.me/desktop/views"
)

// TestWhatWasDeletedElsewhereLeavesTheList; a file that the list only lacks stays.
func TestWhatWasDeletedElsewhereLeavesTheList(t *testing.T) {
	s := newStage(t)
	tell := s.lying("[]")
	s.act(func(a views.Actions) { a.Add([]string{s.file("kept.txt", 10), s.file("lost.txt", 20)}) })
	s.row("kept.txt", views.Done)
	lost := s.row("lost.txt", views.Done)
	s.app.mu.Lock()
	client, key := s.app.current.conn.Client(), s.app.transfers.byID[lost.ID].FileKey
	s.app.mu.Unlock()
	s.must(client.Delete(t.Context(), key))
	tell("[]")
	s.until("one row", func() bool { return len(s.rows()) == 1 })
	if r := s.rows()[0]; r.Name != "kept.txt" || r.State != views.Done || !r.HasLink {
		t.Errorf("what is left is %+v", r)
	}
}
