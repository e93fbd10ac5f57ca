package views

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func (s *stage) detail(d Detail) {
	s.t.Helper()
	if err := s.data.Detail.Set(d); err != nil {
		s.t.Fatal(err)
	}
}

func TestDetailOfNothingAndOfSeveral(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.detail(Detail{Total: 12, Size: 3_400_000_000})
	s.reads("12 files", "3.4 GB", "Select a file to see its link.")
	s.readsNot("Technical details", "Delete…")
	s.detail(Detail{})
	s.reads("0 files")
	s.readsNot("Select a file")
	s.shortcut(&fyne.ShortcutSelectAll{})
	s.detail(Detail{Count: 2, Total: 12, Size: 640_000, Can: Can{Save: true, Delete: true, Pause: true, Retry: true}})
	s.reads("2 files selected", "640 kB", "Save to…", "Delete…")
	s.readsNot("Select a file", "Technical details", "New link")
	s.asked = nil
	s.tap("Save to…")
	s.tap("Pause")
	s.w.pane.retry.Tapped(nil)
	s.want("save 1,2 to /down", "pause 1,2", "retry 1,2")
}

func TestDetailOfOne(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "report.pdf"))
	s.press(0, 0)
	until := time.Date(time.Now().Year(), time.November, 24, 14, 5, 0, 0, time.Local)
	s.detail(Detail{
		Count: 1, Row: doneRow("1", "report.pdf"), Size: 320_000, Can: fileCan, NamesHidden: true,
		Link: Link{URL: "http://127.0.0.1/x", WorksUntil: until, Reach: ReachThisComputer},
		From: "/home/me/report.pdf", FileKey: "key-1", Creator: "me", CID: "bafy", Parts: 41, PartsDone: 20,
	})
	s.reads("report.pdf", "Done · 320 kB", "Opens on this computer only. Works until "+s.w.words.Moment(until, time.Now())+".",
		"/home/me/report.pdf", "Names are hidden", "Contents are not encrypted", "Document (PDF)")
	s.readsNot("key-1", "File key", "SHA-256")
	s.asked = nil
	s.tap("Copy link")
	s.tap("New link")
	s.want("copy 1", "new 1")
	s.tap("Technical details")
	s.reads("File key", "key-1", "Creator", "CID", "bafy", "320,000 bytes", "20 of 41 parts")
	s.w.pane.facts.key.copy.Tapped(nil)
	if got := s.w.app.Clipboard().Content(); got != "key-1" {
		t.Errorf("copied %q", got)
	}
	s.tap("Technical details")
	s.readsNot("key-1")
}

func TestDetailOfLinks(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	for _, test := range []struct {
		link Link
		text string
	}{
		{Link{URL: "x", Reach: ReachLocalNetwork}, "not encrypted on the way. Works for a limited time."},
		{Link{URL: "x", Reach: ReachPrivateNetwork}, "Works only in the network that this storage is in."},
		{Link{URL: "x", Reach: ReachAnyone}, "Anyone with the link can open it."},
		{Link{Reach: ReachThisComputer}, "Opens on this computer only."},
		{Link{Making: true, Reach: ReachAnyone}, "Making the link…"},
		{Link{Problem: "The server does not answer."}, "The server does not answer."},
	} {
		s.detail(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: test.link})
		s.reads(test.text)
		if test.link.URL == "" {
			s.readsNot("Works until", "Works for a limited time")
		}
	}
	s.detail(Detail{Count: 1, Row: movingRow("1", "a"), Can: Can{Pause: true}})
	s.readsNot("New link")
	s.reads("12.4 of 20 MB · 3.1 MB/s · 2 s")
}

func TestDetailOfAFailure(t *testing.T) {
	s := newStage(t)
	row := failedRow("1", "film.mov")
	s.list(row)
	s.press(0, 0)
	s.detail(Detail{Count: 1, Row: row, Can: row.Can})
	if !s.w.pane.problem.Visible() || s.w.pane.problemText.Text != "The disk is full." {
		t.Error("the pane does not say what went wrong")
	}
	s.asked = nil
	s.tap("Try again")
	s.want("retry 1")
}
