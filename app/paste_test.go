package app

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
)

// copies has the person copy something in another program.
func (d *desk) copies(c clipboard.Content, bad error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rich, d.bad, d.clip = &c, bad, c.Text
}

// pastedFiles are the files that pasting has made.
func (s *stage) pastedFiles() []string {
	s.Helper()
	entries, err := os.ReadDir(s.pasted())
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			s.Errorf("%s may be read by others: %v", e.Name(), info.Mode())
		}
		names = append(names, e.Name())
	}
	return names
}

// pastedRow waits for a row of what was pasted in a state.
func (s *stage) pastedRow(name string, state views.State) (row views.Row) {
	s.Helper()
	shape := regexp.MustCompile("^" + name + "$")
	s.until(name, func() bool {
		for _, r := range s.rows() {
			if shape.MatchString(r.Name) && r.State == state {
				row = r
				return true
			}
		}
		return false
	})
	return row
}

const stamped = ` \d{4}-\d\d-\d\d \d\d\.\d\d`

func TestATextBecomesALink(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.SetAudience(views.AudienceNetwork) })
	s.desk.copies(clipboard.Content{Text: "Grüße\n"}, nil)
	s.act(func(a views.Actions) { a.ShareClipboard() })
	r := s.pastedRow("Text"+stamped+`\.txt`, views.Done)
	s.says("Link copied")
	if got := s.fetch(s.desk.Content()); got != "Grüße\n" {
		t.Errorf("the link gives %q", got)
	}
	s.until("the file to go", func() bool { return len(s.pastedFiles()) == 0 })
	s.act(func(a views.Actions) { a.Select([]string{r.ID}) })
	s.until("the detail", func() bool { return s.detail().Count == 1 })
	if from := s.detail().From; from != "" {
		t.Errorf("it is said to be at %s", from)
	}
	s.desk.copies(clipboard.Content{Text: s.desk.Content()}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.says("The clipboard holds the link that was copied here.")
}

func TestAPictureIsSent(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll() })
	s.desk.copies(clipboard.Content{PNG: []byte("\x89PNG one")}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	first := s.pastedRow("Picture"+stamped+`\.png`, views.Paused)
	s.desk.copies(clipboard.Content{PNG: []byte("\x89PNG two")}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.until("both", func() bool { return len(s.rows()) == 2 && len(s.pastedFiles()) == 2 })
	s.act(func(a views.Actions) { a.Delete([]string{first.ID}) })
	s.until("one", func() bool { return len(s.rows()) == 1 && len(s.pastedFiles()) == 1 })
	s.start() // the other goes on, from its file
	s.pastedRow("Picture"+stamped+`( \(2\))?\.png`, views.Done)
	s.until("no file", func() bool { return len(s.pastedFiles()) == 0 })
}

// TestWhatNobodyGoesOnWithIsSwept at the next start.
func TestWhatNobodyGoesOnWithIsSwept(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll() })
	s.desk.copies(clipboard.Content{Text: "given up"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	r := s.pastedRow("Text"+stamped+`\.txt`, views.Paused)
	s.act(func(a views.Actions) { a.Cancel([]string{r.ID}) })
	s.pastedRow("Text"+stamped+`\.txt`, views.Cancelled)
	if len(s.pastedFiles()) != 1 {
		t.Error("what could be tried again has lost its file")
	}
	s.start()
	if left := s.pastedFiles(); len(left) != 0 {
		t.Errorf("%q is left", left)
	}
}

// TestNothingIsSweptThatAnotherMayNeed: a program that runs beside, such as qs, may have
// the journal that names it.
func TestNothingIsSweptThatAnotherMayNeed(t *testing.T) {
	s := newStage(t)
	s.act(func(a views.Actions) { a.PauseAll() })
	s.desk.copies(clipboard.Content{Text: "the only copy"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.pastedRow("Text"+stamped+`\.txt`, views.Paused)
	s.stop()
	s.stop = func() {}
	beside, _, _, err := journal.Open(filepath.Join(s.dir, "journals"))
	s.must(err)
	s.start()
	if len(s.pastedFiles()) != 1 || len(s.rows()) != 0 {
		t.Errorf("%q is left, %d rows", s.pastedFiles(), len(s.rows()))
	}
	s.must(beside.Close())
	s.start()
	s.pastedRow("Text"+stamped+`\.txt`, views.Done)
	s.until("no file", func() bool { return len(s.pastedFiles()) == 0 })
}

func TestCopiedFilesAreSent(t *testing.T) {
	s := newStage(t)
	a, b := s.file("a b.txt", 10), s.file("c.txt", 20)
	s.desk.copies(clipboard.Content{Files: []string{a, b}}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.only("a b.txt", "c.txt")
	named := s.file("named.txt", 30)
	s.desk.copies(clipboard.Content{Text: named + "\n"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.row("named.txt", views.Done)
	s.desk.copies(clipboard.Content{Text: named + "\n/not/there"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.pastedRow("Text"+stamped+`\.txt`, views.Done)
}

// TestPasteByTheWindowAlone where the system's clipboard cannot be reached.
func TestPasteByTheWindowAlone(t *testing.T) {
	s := newStage(t)
	s.desk.SetContent("only a text")
	s.act(func(a views.Actions) { a.Paste() })
	s.pastedRow("Text"+stamped+`\.txt`, views.Done)
}

func TestWhatCannotBePastedIsSaid(t *testing.T) {
	s := newStage(t)
	for err, want := range map[error]string{
		clipboard.ErrEmpty:       "The clipboard holds nothing that can be sent.",
		clipboard.ErrTooLarge:    "What was copied is larger than 67 MB.",
		errors.New("developers"): "The clipboard could not be read.",
	} {
		s.desk.copies(clipboard.Content{}, err)
		s.act(func(a views.Actions) { a.Paste() })
		s.says(want)
	}
	s.must(os.WriteFile(s.pasted(), nil, 0o600)) // in the way of the folder
	s.desk.copies(clipboard.Content{Text: "x"}, nil)
	s.act(func(a views.Actions) { a.Paste() })
	s.says("The clipboard could not be read.")
	if rows := s.rows(); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}
