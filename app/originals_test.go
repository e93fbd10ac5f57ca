package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/views"
)

// TestOriginals are promised to stay only where they are, in this run and in the next.
func TestOriginals(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceMe) })
	kept, lost := s.file("kept.txt", 10), s.file("lost.txt", 20)
	folder := filepath.Dir(s.file("Folder/in.txt", 30))
	s.act(func(a views.Actions) { a.Add([]string{kept}) })
	s.act(func(a views.Actions) { a.Add([]string{lost}) })
	s.act(func(a views.Actions) { a.Add([]string{folder}) })
	s.desk.copies(clipboard.Content{Text: "pasted"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	pasted := s.pastedRow("Text"+stamped+`\.txt`, views.Done).Name
	for _, name := range []string{"kept.txt", "lost.txt", "Folder.zip"} {
		s.row(name, views.Done)
	}
	s.must(os.Remove(lost))
	for _, run := range []string{"this run", "the next"} {
		for _, c := range []struct {
			names []string
			want  bool
		}{
			{[]string{"kept.txt"}, true}, {[]string{"Folder.zip", "kept.txt"}, run == "this run"},
			{[]string{"lost.txt"}, false}, {[]string{pasted}, false}, {[]string{"kept.txt", "lost.txt"}, false},
		} {
			if got := s.originals(c.names); got != c.want {
				t.Errorf("%s: the originals of %q are there: %v", run, c.names, got)
			}
		}
		s.start()
		s.until("the list", func() bool { return len(s.rows()) == 4 })
	}
}

// originals asks for those of the rows of these names.
func (s *stage) originals(names []string) (all bool) {
	s.Helper()
	var ids []string
	for _, r := range s.rows() {
		if slices.Contains(names, r.Name) {
			ids = append(ids, r.ID)
		}
	}
	told := false
	s.act(func(a views.Actions) { a.Originals(ids, func(is bool) { all, told = is, true }) })
	s.until("the answer", func() bool { return told })
	return all
}
