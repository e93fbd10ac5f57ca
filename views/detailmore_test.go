package views

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestDetailShowsThePicture(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a.jpg"))
	d := Detail{Count: 1, Row: doneRow("1", "a.jpg"), Can: fileCan, Picturing: true}
	s.detail(d)
	h := s.w.pane.hero
	if h.picture.Visible() || !h.icon.Visible() || h.MinSize().Height != pictureSize {
		t.Error("the room of a picture that is being made is not kept")
	}
	d.Picturing, d.Picture = false, image.NewRGBA(image.Rect(0, 0, 40, 30))
	s.detail(d)
	if !h.picture.Visible() || h.icon.Visible() || h.picture.Image != d.Picture || h.MinSize().Height != pictureSize {
		t.Error("the picture is not shown")
	}
	s.detail(Detail{Count: 1, Row: doneRow("2", "b.jpg"), Can: fileCan})
	if h.picture.Visible() || !h.icon.Visible() || h.MinSize().Height != drawingSize {
		t.Error("a file without a picture shows one")
	}
}

func TestDetailIsSetAnewOnlyWhenItIsAnother(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 4, 4))
	d := func() Detail { return Detail{Count: 1, Cells: parts(1, 1, 1), Picture: picture} }
	if !sameDetail(d(), d()) {
		t.Error("the same is another one")
	}
	for what, change := range map[string]func(*Detail){
		"cells":   func(d *Detail) { d.Cells = parts(2, 0, 1) },
		"picture": func(d *Detail) { d.Picture = image.NewRGBA(image.Rect(0, 0, 4, 4)) },
		"sum":     func(d *Detail) { d.Sum.Read++ },
	} {
		other := d()
		change(&other)
		if sameDetail(d(), other) {
			t.Errorf("other %s are not seen", what)
		}
	}
}

func TestDetailComputesASum(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	d := Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Sum: Sum{Possible: true}}
	s.detail(d)
	s.tap("Technical details")
	s.asked = nil
	s.tap("Compute")
	s.want("sum 1")
	d.Sum = Sum{Possible: true, Running: true, Read: 12_400_000, Size: 20_000_000}
	s.detail(d)
	s.reads("SHA-256", "12.4 of 20 MB")
	s.readsNot("Compute")
	s.tap("Cancel")
	s.want("stop sum")
	d.Sum = Sum{Possible: true, Problem: "“a” has changed since it was uploaded."}
	s.detail(d)
	s.reads("has changed", "Compute")
	const sum = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	d.Sum = Sum{Possible: true, SHA256: sum}
	s.detail(d)
	s.readsNot("Compute", "has changed")
	s.w.pane.facts.sum.sum.copy.Tapped(nil)
	if got := s.w.app.Clipboard().Content(); got != sum {
		t.Errorf("copied %q", got)
	}
}

// TestFoldStaysAsItIs: what one file shows unfolded, the next one does.
func TestFoldStaysAsItIs(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.detail(Detail{Count: 1, Row: doneRow("1", "a"), FileKey: "key-1"})
	s.tap("Technical details")
	s.detail(Detail{Total: 2})
	s.detail(Detail{Count: 1, Row: doneRow("2", "b"), FileKey: "key-2"})
	s.reads("key-2")
	s.w.pane.facts = newFactSheet(s.w) // the pane is made anew
	if !s.w.pane.facts.folded.Visible() {
		t.Error("a new pane is folded")
	}
}

func TestSavingIsCancelled(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.shortcut(&fyne.ShortcutSelectAll{})
	s.detail(Detail{
		Count: 2, Can: fileCan, Counts: Counts{2, 0, 0, 2},
		Saving: Saving{Files: 2, Folder: "Downloads", Received: 12_400_000, Size: 20_000_000},
	})
	s.reads("Saving 2 files in Downloads…", "12.4 of 20 MB", "Done 2")
	s.asked = nil
	s.tap("Cancel")
	s.tap("Copy links")
	s.want("stop saving 1,2", "copy all 1,2")
	if err := s.data.Overall.Set(Overall{Saving: "Saving 2 files… 61 %"}); err != nil {
		t.Fatal(err)
	}
	s.tap("Cancel saving")
	s.want("stop saving")
	if err := s.data.Overall.Set(Overall{}); err != nil {
		t.Fatal(err)
	}
	s.detail(Detail{Count: 2, Can: fileCan})
	if s.button("Cancel saving") != nil || s.w.pane.saving.surface.Visible() {
		t.Error("nothing is saved, and it can be cancelled")
	}
}

// TestSavingNamesItsFolder: the card says all of its sentence, in more lines where
// a language needs them.
func TestSavingNamesItsFolder(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.press(0, 0)
	d := Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Saving: Saving{Files: 1, Folder: "Downloads", Received: 1, Size: 2}}
	s.detail(d)
	title := s.w.pane.saving.title
	one := title.MinSize().Height
	s.speak("fr")
	s.reads("Enregistrement de 1 fichier dans Downloads…")
	if got := s.w.pane.saving.title; got.MinSize().Height <= one || got.Size().Height < got.MinSize().Height {
		t.Errorf("the sentence has %v, needs %v; a line is %v", got.Size(), got.MinSize(), one)
	}
	d.Saving.Folder = strings.Repeat("very long ", 40)
	s.detail(d)
	if got := s.w.pane.saving.title.Text; len(got) > 100 {
		t.Errorf("the name of the folder is all of %q", got)
	}
}

func TestDetailOfSeveralThatMove(t *testing.T) {
	s := newStage(t)
	s.list(movingRow("1", "a"), movingRow("2", "b"))
	s.detail(Detail{Count: 2, Size: 40_000_000, Sent: 24_800_000, Counts: Counts{2, 2, 0, 0}, Can: Can{Pause: true, Cancel: true}})
	s.reads("24.8 of 40 MB", "Uploading 2", "Pause", "Cancel upload")
	s.readsNot("Copy links")
	if got := s.w.pane.share.share; !s.w.pane.share.Visible() || got < 0.61 || got > 0.63 {
		t.Errorf("the bar shows %v", got)
	}
}

// TestPaneFitsALittleWindow: nothing in it is wider than the pane, and what is
// below its edge is reached by scrolling.
func TestPaneFitsALittleWindow(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.detail(Detail{
		Count: 1, Row: doneRow("1", "a very long name that nobody could read in one line of any window at all.jpg"), Can: fileCan,
		Picturing: true, From: "/a/long/path/to/some/file/that/does/not/fit", FileKey: "key", Cells: parts(100, 10, 146), Parts: 256,
		Link: Link{URL: "x", Reach: ReachAnyone}, Sum: Sum{Possible: true},
	})
	s.tap("Technical details")
	s.w.window.Resize(fyne.NewSize(640, 480))
	s.press(0, 0)
	s.w.showDetails()
	pane := s.w.pane
	if wide := pane.box.MinSize().Width; wide > paneWidth {
		t.Errorf("the pane asks for a width of %v", wide)
	}
	if pane.scroll.Size().Height > 480 || pane.scroll.Content.MinSize().Height <= pane.scroll.Size().Height {
		t.Errorf("a room of %v for a content of %v", pane.scroll.Size(), pane.scroll.Content.MinSize())
	}
	pane.scroll.ScrollToBottom()
	s.reads("Contents are not encrypted")
}

// TestKeysBringThePaneIntoSight: a button below the edge of the pane is scrolled
// to when it gets the focus, one that can be seen stays.
func TestKeysBringThePaneIntoSight(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.detail(Detail{
		Count: 1, Row: doneRow("1", "a"), Can: fileCan, From: "/a", FileKey: "key", Creator: "me", CID: "cid",
		Link: Link{URL: "x", Reach: ReachAnyone}, Sum: Sum{Possible: true},
	})
	s.tap("Technical details")
	s.w.window.Resize(fyne.NewSize(1000, 480))
	pane := s.w.pane
	for _, b := range []*button{pane.link.copy, pane.facts.sum.compute, pane.facts.key.copy, pane.link.qr} {
		s.w.window.Canvas().Focus(b)
		if y := above(b) - above(pane.scroll); y < -b.Size().Height/2 || y > pane.scroll.Size().Height-b.Size().Height/2 {
			t.Errorf("%q has the focus at %v, in a room of %v", b.text, y, pane.scroll.Size().Height)
		}
	}
	offset := pane.scroll.Offset
	s.w.window.Canvas().Focus(pane.link.copy)
	if pane.scroll.Offset != offset {
		t.Error("what could be seen was moved")
	}
}
