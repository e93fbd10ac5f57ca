package views

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"
)

func TestWindowFitsAtEveryWidth(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", strings.Repeat("long name ", 40)+".tar.gz"), movingRow("2", "b"), failedRow("3", "c"))
	s.data.Connection.Set(Connection{
		Ask: true, Current: "x", Places: []Place{{ID: "x", Name: strings.Repeat("Storage of a long name ", 9)}},
	})
	s.data.Detail.Set(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan})
	least := s.w.window.Content().MinSize()
	if least.Width > 640 || least.Height > 480 {
		t.Errorf("the window needs %v", least)
	}
	for _, width := range []float32{640, 720, 899, 900, 1024, 1280, 1920, 2560, 3840} {
		for _, height := range []float32{480, 720, 2160} {
			s.w.window.Resize(fyne.NewSize(width, height))
			s.inside(fyne.NewSize(width, height))
		}
	}
}

// TestWindowHasItsSizeBack: the one that it was left with.
func TestWindowHasItsSizeBack(t *testing.T) {
	want := fyne.NewSize(800, 640)
	s := &stage{t: t, data: NewData(), picker: &madePicker{}}
	s.w = New(Params{
		App: Dress(test.NewTempApp(t)), Words: catalogue(t), Actions: s.actions(), Data: s.data, Do: s.do, Picker: s.picker, Size: want,
	})
	t.Cleanup(s.w.Close)
	if got := s.w.Size(); got != want {
		t.Errorf("it is %v", got)
	}
	want = fyne.NewSize(1300, 900)
	s.w.window.Resize(want)
	if got := s.w.Size(); got != want {
		t.Errorf("it was made %v, and says %v", want, got)
	}
}

// inside fails where a piece of the window reaches over its edge, or a column
// over the next.
func (s *stage) inside(size fyne.Size) {
	s.t.Helper()
	for _, object := range s.w.content.Objects {
		if end := object.Position().Add(object.Size()); object.Visible() && (end.X > size.Width || end.Y > size.Height) {
			s.t.Errorf("at %v a piece ends at %v", size, end)
		}
	}
	for _, r := range s.w.list.bound {
		columns := columnsFor(r.Size().Width)
		if end := r.name.Position().X + r.name.MinSize().Width; end > columns[ColumnName].end()+1 {
			s.t.Errorf("at %v a name ends at %v, its column at %v", size, end, columns[ColumnName].end())
		}
		if end := r.note.Position().X + r.note.MinSize().Width; end > columns[ColumnProgress].end()+1 {
			s.t.Errorf("at %v a note ends at %v", size, end)
		}
	}
}

func TestNarrowWindowShowsDetailsInstead(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(640, 480))
	s.list(doneRow("1", "a"))
	s.press(0, 0)
	s.data.Detail.Set(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan})
	if s.w.pane.box.Visible() {
		t.Fatal("the pane is there before it is asked for")
	}
	item(t, s.w.fileMenu(), "Details").Action()
	if !s.w.pane.box.Visible() || s.w.panel.box.Visible() {
		t.Fatal("the pane does not take the list's place")
	}
	s.tap("Files")
	if s.w.pane.box.Visible() || !s.w.panel.box.Visible() {
		t.Fatal("the list does not come back")
	}
	s.w.showDetails()
	s.key(fyne.KeyEscape)
	if s.w.pane.box.Visible() {
		t.Error("Escape does not go back")
	}
}

func TestKeyboardReachesEverything(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.data.Detail.Set(Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: Link{URL: "http://x"}, From: "/a"})
	reached := map[string]bool{}
	list := false
	for range 60 {
		s.w.window.Canvas().FocusNext()
		switch f := s.w.window.Canvas().Focused().(type) {
		case *button:
			reached[f.text] = true
			ring := test.WidgetRenderer(f).(*buttonRenderer).ring
			if !ring.Visible() {
				t.Errorf("the focus is not seen on %q", f.text)
			}
		case *fileList:
			list = true
		}
	}
	for _, text := range []string{"Add files…", "All", "Failed", "Name ↑", "Copy link", "New link", "Save to…", "Delete…", "Technical details"} {
		if !reached[text] {
			t.Errorf("Tab does not come to %q", text)
		}
	}
	if !list {
		t.Error("Tab does not come to the list")
	}
}

func TestClosingTheWindow(t *testing.T) {
	hints := 0
	host := &madeTray{App: Dress(test.NewTempApp(t))}
	s := newStage(t, func(p *Params) {
		p.App, p.Tray = host, true
		p.TrayHint = func() bool { hints++; return hints == 1 }
	})
	test.AssertNotificationSent(t, &fyne.Notification{
		Title: "Still here", Content: "Uploads go on. You find QuickSync in the notification area.",
	}, s.w.closing)
	test.AssertNotificationSent(t, nil, s.w.closing)
	s.want()
}

func TestQuittingAsksWhileSomethingRuns(t *testing.T) {
	s := newStage(t)
	s.w.closing()
	s.want("quit")
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 1, Running: true})
	s.w.closing()
	s.want()
	s.reads("2 files are still uploading", "Nothing is lost")
	s.readsNot("Cancel") // which one could take for that of the uploads
	s.tap("Don’t quit")
	s.want()
	s.shortcut(quitShortcut)
	s.tap("Quit")
	s.want("quit")
}

// TestTheQuestionToQuitStaysTrue while it is on the screen.
func TestTheQuestionToQuitStaysTrue(t *testing.T) {
	s := newStage(t)
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 1, Running: true})
	s.w.closing()
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 2, Running: true})
	s.reads("1 file is still uploading")
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 3})
	if s.w.sheet != nil {
		t.Error("it is still asked when nothing runs")
	}
	s.w.showStorage()
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 3, Message: "Link copied"})
	if s.w.sheet == nil {
		t.Error("another page was closed")
	}
}

// TestQuittingTellsWhatIsLost: what is not in the queue, and what of a Save to… has
// not begun, and what is still to be deleted; and it is told as it is while that goes on.
func TestQuittingTellsWhatIsLost(t *testing.T) {
	s := newStage(t)
	s.data.Overall.Set(Overall{Adding: true})
	s.w.closing()
	s.want()
	s.reads("Not all you added is in the queue yet", "add it again at the next start")
	s.data.Overall.Set(Overall{Adding: true, Running: true, Files: 3, Saving: "Saving 2 files… 40 %"})
	s.reads("Not all you added is in the queue yet", "add it again at the next start", "have to be saved again")
	s.data.Overall.Set(Overall{Running: true, Files: 3, Saving: "Saving 2 files… 41 %"})
	s.reads("Saving 2 files… 41 %", "have to be saved again")
	s.readsNot("add it again")
	s.data.Overall.Set(Overall{Running: true, Files: 3})
	s.reads("3 files are still uploading", "Nothing is lost")
	s.data.Overall.Set(Overall{Saving: "Saving 1 file…"})
	s.reads("have to be saved again")
	s.readsNot("Nothing is lost")
	s.data.Overall.Set(Overall{Deleting: 2})
	s.reads("2 files are not deleted yet", "its link works")
	s.readsNot("Nothing is lost")
	s.data.Overall.Set(Overall{})
	if s.w.sheet != nil {
		t.Error("it is still asked when nothing is left to do")
	}
	s.w.closing()
	s.want("quit")
}

func TestCloseWaitsForWhatRuns(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newStage(t)
	s.w.Say("Link copied")
	s.reads("Link copied")
	began, ended := make(chan struct{}), false
	s.w.background(func(ctx context.Context) func() {
		close(began)
		<-ctx.Done()
		ended = true
		return func() { t.Error("called after the end") }
	})
	<-began
	s.w.Close()
	if !ended {
		t.Error("Close did not wait")
	}
	s.drain()
	s.list(doneRow("1", "late.txt"))
	s.readsNot("late.txt")
}
