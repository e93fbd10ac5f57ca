package views

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
)

const (
	control = fyne.KeyModifierShortcutDefault
	shift   = fyne.KeyModifierShift
)

func TestDropAnywhereAdds(t *testing.T) {
	s := newStage(t)
	s.w.dropped([]fyne.URI{storage.NewFileURI("/tmp/a b.txt"), storage.NewFileURI("/tmp/folder")})
	s.want("add " + filepath.FromSlash("/tmp/a b.txt") + "," + filepath.FromSlash("/tmp/folder"))
	web, err := storage.ParseURI("https://example.org/x")
	if err != nil {
		t.Fatal(err)
	}
	s.w.dropped([]fyne.URI{web})
	s.want()
	s.reads("Only files and folders of this computer")
}

func TestAddFiles(t *testing.T) {
	s := newStage(t)
	s.tap("Add files…")
	s.want("add /a,/b")
	s.shortcut(addShortcut)
	s.want("add /a,/b")
	s.w.window.Canvas().Focus(s.w.top.search)
	s.shortcut(addShortcut)
	s.want("add /a,/b")
	s.w.quickShare()
	s.want("quick /a,/b")
	if got := strings.Join(s.picker.titles, ","); got != "Add files,Add files,Add files,Share files" {
		t.Errorf("the picker said %q", got)
	}
}

func TestPaste(t *testing.T) {
	s := newStage(t)
	s.shortcut(&fyne.ShortcutPaste{Clipboard: s.w.app.Clipboard()})
	s.want("paste")
	s.list(doneRow("1", "a"))
	s.press(0, 0)
	s.key(fyne.KeyDelete)
	s.shortcut(&fyne.ShortcutPaste{Clipboard: s.w.app.Clipboard()})
	s.want("select 1") // a sheet keeps the window out of reach
}

func TestRowActions(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "report.pdf"), failedRow("2", "film.mov"), movingRow("3", "big.zip"))
	s.reads("report.pdf", "Done ·", "Copy link", "Failed ·", "The disk is full.", "62 %", "12.4 of 20 MB · 3.1 MB/s · 2 s")
	test.Tap(s.row(0).action)
	test.Tap(s.row(1).action)
	s.want("copy 1", "retry 2")
	s.row(2).DoubleTapped(nil)
	s.want("open 3")
	if s.row(2).action.Visible() {
		t.Error("a moving row has a word to tap")
	}
}

func TestSearchFilterSort(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	test.Type(s.w.top.search, "xy")
	s.want("search x", "search xy")
	s.shortcut(findShortcut)
	s.key(fyne.KeyEscape)
	s.want("search")
	s.tap("Failed")
	s.tap("Uploading")
	s.want("filter 2", "filter 1")
	s.tap("Size")
	s.want("sort 1 false")
	s.setList(List{Rows: RowSlice{doneRow("1", "a")}, Chosen: Choice{Sort: ColumnSize}})
	s.tap("Size ↑")
	s.want("sort 1 true")
	s.setList(List{Rows: RowSlice{doneRow("1", "a")}, Chosen: Choice{Sort: ColumnSize, Descending: true}})
	s.tap("Size ↓")
	s.want("sort 1 false")
	s.key(fyne.KeyF5)
	s.want("reload")
}

func TestSelectionByMouse(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"), doneRow("3", "c"), doneRow("4", "d"))
	s.press(1, 0)
	s.press(3, shift)
	s.press(2, control)
	s.press(0, control)
	s.mouse(3, desktop.MouseButtonSecondary, 0)
	s.mouse(2, desktop.MouseButtonSecondary, 0)
	s.want("select 2", "select 2,3,4", "select 2,4", "select 1,2,4", "select 1,2,4", "select 3")
}

func TestSelectionByKeys(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"), doneRow("3", "c"))
	s.key(fyne.KeyDown, fyne.KeyDown)
	s.want("select 1", "select 2")
	s.w.list.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	s.key(fyne.KeyEnd)
	s.w.list.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	s.want("select 2,3")
	s.key(fyne.KeyHome, fyne.KeySpace, fyne.KeySpace, fyne.KeyReturn)
	s.want("select 1", "select", "select 1", "open 1")
	s.shortcut(&fyne.ShortcutSelectAll{})
	s.want("select 1,2,3")
	s.key(fyne.KeyEscape)
	s.want("select")
	s.key(fyne.KeyPageDown, fyne.KeyUp)
	s.want("select 3", "select 2")
	s.shortcut(&fyne.ShortcutCopy{})
	s.want("copy 2")
}

func TestSelectionIsKeptOverUpdates(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"), doneRow("3", "c"))
	s.press(1, 0)
	s.press(2, control)
	s.want("select 2", "select 2,3")
	s.list(doneRow("3", "c"), movingRow("9", "new"), doneRow("2", "b"), doneRow("1", "a"))
	s.want()
	for index, chosen := range []bool{true, false, true, false} {
		if s.row(index).drawn.chosen != chosen {
			t.Errorf("row %d: chosen is %v", index, !chosen)
		}
	}
	s.list(doneRow("3", "c"), doneRow("1", "a"))
	s.want("select 3")
}

func TestDeleteAsksOnce(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "report.pdf"), doneRow("2", "b"), movingRow("3", "c"))
	s.key(fyne.KeyDelete)
	if s.w.sheet != nil {
		t.Fatal("asks though nothing is selected")
	}
	s.press(0, 0)
	s.key(fyne.KeyDelete)
	s.reads("Delete this file?", "Deletes the uploaded copy for good. Your original stays on this computer. Links that others have stop working.")
	s.key(fyne.KeyReturn)
	s.want("select 1")
	s.key(fyne.KeyDelete)
	s.key(fyne.KeyEscape)
	s.want()
	s.key(fyne.KeyDelete)
	s.tap("Delete")
	s.want("delete 1")
	s.shortcut(&fyne.ShortcutSelectAll{})
	s.key(fyne.KeyDelete)
	s.reads("Delete 2 files?")
	s.tap("Delete 2 files")
	s.want("select 1,2,3", "delete 1,2")
	if s.w.sheet != nil {
		t.Error("the question is still there")
	}
}

// TestDeleteDoesNotPromiseAnOriginal where there is none.
func TestDeleteDoesNotPromiseAnOriginal(t *testing.T) {
	s := newStage(t)
	s.pasted = true
	s.list(doneRow("1", "Text.txt"))
	s.press(0, 0)
	s.key(fyne.KeyDelete)
	s.reads("QuickSync knows of no original of it on this computer.")
	s.readsNot("Your original stays")
}

func TestContextMenu(t *testing.T) {
	s := newStage(t)
	paused := movingRow("3", "c")
	paused.State, paused.Can = Paused, Can{Resume: true, Cancel: true}
	s.list(doneRow("1", "a"), movingRow("2", "b"), paused, failedRow("4", "d"))
	for index, want := range []string{
		"Copy link, Open, Save to…, -, Delete…", "Open, -, Pause, Cancel upload",
		"Open, -, Resume, Cancel upload", "Open, -, Try again, -, Delete…",
	} {
		s.press(index, 0)
		if got := labels(s.w.fileMenu()); got != want {
			t.Errorf("row %d: %q, want %q", index, got, want)
		}
	}
	s.shortcut(&fyne.ShortcutSelectAll{})
	menu := s.w.fileMenu()
	s.asked = nil
	for _, label := range []string{"Save to…", "Try again", "Pause", "Resume", "Cancel upload"} {
		item(t, menu, label).Action()
	}
	s.want("save 1 to /down", "retry 4", "pause 2", "resume 3", "cancel 2,3")
	s.key(desktop.KeyMenu)
	if s.w.window.Canvas().Overlays().Top() == nil {
		t.Error("the menu key opens nothing")
	}
}

func TestSecondaryTapOpensTheMenu(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.mouse(0, desktop.MouseButtonSecondary, 0)
	test.TapSecondary(s.row(0))
	if s.w.window.Canvas().Overlays().Top() == nil {
		t.Error("no menu")
	}
}

func TestPauseAndResumeAll(t *testing.T) {
	s := newStage(t)
	s.list(movingRow("1", "a"))
	set := func(o Overall) {
		if err := s.data.Overall.Set(o); err != nil {
			t.Fatal(err)
		}
	}
	running := Overall{
		Files: 7, FilesDone: 3, Bytes: 4_000_000_000, BytesDone: 1_200_000_000, Speed: 6_300_000,
		Left: 7 * time.Minute, State: Uploading, Running: true,
	}
	set(running)
	s.reads("3 of 7 files · 1.2 of 4.0 GB · 6.3 MB/s · 7 min left")
	s.tap("Pause all")
	set(Overall{Files: 7, FilesDone: 3, Bytes: 4_000_000_000, BytesDone: 1_200_000_000, Paused: true})
	s.reads("Paused · 3 of 7 files")
	s.tap("Resume all")
	s.want("pause all", "resume all")
	set(Overall{Message: "No internet connection."})
	s.reads("No internet connection.")
	s.readsNot("Pause all", "Resume all")
	set(Overall{})
	s.reads("1 file")
}

func TestWhoShouldOpenIt(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.readsNot("Who should open it?")
	s.data.Connection.Set(Connection{Ready: true, Ask: true})
	s.reads("Who should open it?")
	if s.button("People on this Wi-Fi").dress != accent || s.button("Add files…").dress == accent {
		t.Error("the accent is not on the answer alone")
	}
	s.tap("People on this Wi-Fi")
	s.tap("Only me")
	s.want("audience 2", "audience 1")
	s.tap("Anyone — connect QuickSync")
	s.want("audience 3")
	s.reads("Connect QuickSync", "paste the key")
	s.key(fyne.KeyEscape)
	s.data.Connection.Set(Connection{Ready: true, Audience: AudienceMe})
	s.readsNot("Who should open it?")
	if s.button("Add files…").dress != accent {
		t.Error("the accent is not back on adding files")
	}
}

func TestEmptyStates(t *testing.T) {
	s := newStage(t)
	s.setList(List{})
	s.reads("Drop files here to get a link")
	s.readsNot("Uploading", "Name")
	s.setList(List{Loading: true})
	s.reads("Looking for your files…")
	s.setList(List{Search: "xyz"})
	s.reads("Nothing matches “xyz”")
	s.w.top.search.SetText("xyz")
	s.tap("Clear search")
	s.want("search xyz", "search")
	for f, text := range map[Filter]string{
		FilterUploading: "Nothing is uploading", FilterFailed: "Nothing has failed", FilterDone: "Nothing is done yet",
	} {
		s.setList(List{Filter: f})
		s.reads(text)
	}
	s.tap("Show all files")
	s.setList(List{Problem: "The server is away."})
	s.reads("The list could not be loaded", "The server is away.")
	s.tap("Try again")
	s.want("filter 0", "reload")
	at := time.Date(2026, time.November, 24, 14, 5, 0, 0, time.Local)
	s.setList(List{Problem: "The server is away.", LoadedAt: at, Rows: RowSlice{doneRow("1", "kept.txt")}})
	s.reads("kept.txt", "This is the list of Tue 24 Nov", ". The server is away.")
	s.tap("Try again")
	s.want("reload")
	s.setList(List{Rows: RowSlice{doneRow("1", "kept.txt")}})
	s.readsNot("The server is away.")
}
