package views

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
)

// everything shows all that the window can: a strip, chips, failures, a pane with
// a link and what is technical, and uploads that go on.
func (s *stage) everything() {
	s.t.Helper()
	row := doneRow("1", "report.pdf")
	s.setList(List{Rows: RowSlice{row, failedRow("2", "film.mov"), movingRow("3", "big.zip")}, Counts: Counts{3, 1, 1, 1}, Chosen: Choice{Sort: ColumnName}})
	s.data.Connection.Set(Connection{Ready: true, Ask: true})
	s.data.Overall.Set(Overall{Files: 3, FilesDone: 1, Bytes: 9, BytesDone: 1, Running: true, Left: -1, Saving: "Saving 1 file…"})
	s.w.pane.facts.toggle()
	s.press(0, 0)
	s.data.Detail.Set(Detail{
		Count: 1, Row: row, Can: fileCan, From: "/home/anna/report.pdf", FileKey: "k", Creator: "me", CID: "bafy",
		Link: Link{URL: "https://h/a", Reach: ReachAnyone}, Sum: Sum{Possible: true}, Saving: Saving{Files: 1, Folder: "Downloads", Size: 5},
	})
	s.w.window.Canvas().Unfocus()
	s.asked = nil
}

// round goes with Tab through all that can have the focus, once.
func (s *stage) round() (all []fyne.Focusable) {
	s.t.Helper()
	canvas := s.w.window.Canvas()
	canvas.FocusNext()
	for first := canvas.Focused(); len(all) == 0 || canvas.Focused() != first; canvas.FocusNext() {
		if all = append(all, canvas.Focused()); len(all) > 200 {
			s.t.Fatal("Tab never comes back to where it began")
		}
	}
	return all
}

func nameOf(f fyne.Focusable) string {
	switch f := f.(type) {
	case *button:
		return f.text
	case *field:
		return "<" + f.PlaceHolder + ">"
	case *fileList:
		return "<list>"
	default:
		return "<other>"
	}
}

// TestTabGoesAsTheEyeReads: from the top to the bottom, the list before the pane.
func TestTabGoesAsTheEyeReads(t *testing.T) {
	s := newStage(t)
	s.everything()
	var names []string
	for _, f := range s.round() {
		names = append(names, nameOf(f))
	}
	const want = "|<Search files>|Add files…||People on this Wi-Fi|Anyone — connect QuickSync|Only me|" +
		"All|Uploading|Failed|Done|Retry all failed|Name ↑|Size|Progress|Added|<list>|" +
		"Copy link|QR|New link|Save to…|Delete…|Cancel||Technical details|||||Compute|Cancel saving|Pause all"
	got := strings.Join(names, "|")
	got = strings.TrimPrefix(got, nameOf(s.w.top.place)) // the storage's name
	if got != want {
		t.Errorf("Tab goes\n%s, want\n%s", got, want)
	}
}

// TestNothingIsForTheMouseAlone: what can be tapped can have the focus, but for
// the rows and their words, which the keys of the list and its menu stand for; and
// each of these shows that it has it.
func TestNothingIsForTheMouseAlone(t *testing.T) {
	s := newStage(t)
	s.everything()
	reached := map[fyne.CanvasObject]bool{}
	for _, f := range s.round() {
		reached[f.(fyne.CanvasObject)] = true
	}
	s.walk(func(object fyne.CanvasObject) {
		switch o := object.(type) {
		case *row, *word, *paragraph: // a label's own tap only selects its text
			return
		case fyne.Widget:
			if fmt.Sprintf("%T", o) == "*widget.listItem" { // Fyne's, around a row
				return
			}
		}
		switch o := object.(type) {
		case fyne.Tappable, fyne.SecondaryTappable, fyne.DoubleTappable:
			if !reached[object] {
				t.Errorf("%T %v is reached by the mouse alone", o, o)
			}
		}
		if b, ok := object.(*button); ok {
			b.FocusGained()
			if !b.focused {
				t.Errorf("%q does not show the focus", b.text)
			}
			b.FocusLost()
		}
	})
	menu := s.w.fileMenu()
	item(t, menu, "Copy link")
	s.press(1, 0)
	item(t, s.w.fileMenu(), "Try again")
}

// TestFocusFollows: what takes the place of a button gets its focus.
func TestFocusFollows(t *testing.T) {
	s := newStage(t)
	s.everything()
	canvas := s.w.window.Canvas()
	focused := func(want string) {
		t.Helper()
		if got := nameOf(canvas.Focused()); got != want {
			t.Errorf("%q has the focus, want %q", got, want)
		}
	}
	canvas.Focus(s.w.bottom.hold)
	s.key(fyne.KeySpace)
	s.data.Overall.Set(Overall{Files: 3, Paused: true})
	focused("Resume all")
	s.data.Overall.Set(Overall{})
	focused("<list>")

	canvas.Focus(s.w.filters.retry)
	s.key(fyne.KeyReturn)
	s.setList(List{Rows: RowSlice{doneRow("1", "report.pdf"), movingRow("2", "film.mov")}, Counts: Counts{2, 1, 0, 1}})
	focused("Failed")
	s.want("pause all", "retry failed")

	d := Detail{Count: 1, Row: movingRow("2", "film.mov"), Can: Can{Pause: true, Cancel: true}}
	s.data.Detail.Set(d)
	canvas.Focus(s.w.pane.pause)
	d.Row.State, d.Can = Paused, Can{Resume: true, Cancel: true}
	s.data.Detail.Set(d)
	focused("Resume")
	s.data.Detail.Set(Detail{Total: 2})
	focused("<list>")

	canvas.Focus(s.w.strip.me)
	s.data.Connection.Set(Connection{Ready: true})
	focused("<list>")
	canvas.Focus(s.w.top.settings)
	s.key(fyne.KeySpace, fyne.KeyEscape)
	focused(s.w.top.settings.text)
	s.list()
	canvas.Focus(s.w.panel.zone.add)
	s.list(doneRow("1", "a"))
	focused("<list>")
	s.list()
	if got := canvas.Focused(); got != nil {
		t.Errorf("%T has the focus, though it is not there", got)
	}
}

// TestPickingByKeys chooses rows that do not stand side by side.
func TestPickingByKeys(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"), doneRow("3", "c"), doneRow("4", "d"))
	with := func(name fyne.KeyName) {
		s.w.list.TypedShortcut(&desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault})
	}
	s.w.focusList()
	s.key(fyne.KeyDown)
	with(fyne.KeyDown)
	with(fyne.KeyDown)
	s.want("select 1")
	if !s.row(2).drawn.cursor || s.row(2).drawn.chosen {
		t.Error("the cursor is not seen where it is")
	}
	with(fyne.KeySpace)
	with(fyne.KeyEnd)
	s.key(fyne.KeySpace)
	with(fyne.KeyHome)
	with(fyne.KeyUp)
	s.key(fyne.KeySpace)
	s.want("select 1,3", "select 1,3,4", "select 3,4")
	with(fyne.KeyComma)
	if s.w.settings == nil {
		t.Error("other shortcuts do not get through the list")
	}
	s.key(fyne.KeyEscape)
	s.w.list.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	s.key(fyne.KeyF10)
	if s.w.window.Canvas().Overlays().Top() == nil {
		t.Error("Shift+F10 opens no menu")
	}
}

// TestRetryAllFailed is offered only where something has failed, beside the chips
// and in the menu of the other rows.
func TestRetryAllFailed(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.readsNot("Retry all failed")
	s.setList(List{Rows: RowSlice{doneRow("1", "a"), failedRow("2", "b"), failedRow("3", "c")}, Counts: Counts{3, 0, 2, 1}})
	s.tap("Retry all failed")
	s.press(0, 0)
	item(t, s.w.fileMenu(), "Retry all failed").Action()
	s.press(1, 0)
	item(t, s.w.fileMenu(), "Retry all failed").Action()
	s.want("retry failed", "select 1", "retry failed", "select 2", "retry failed")
	s.press(2, control)
	if got := labels(s.w.fileMenu()); strings.Contains(got, "Retry all failed") {
		t.Errorf("both failed rows are selected, and the menu has %q", got)
	}
}

// TestKeysScrollWhatHasNoRows: a sheet, and a pane that has the whole window.
func TestKeysScrollWhatHasNoRows(t *testing.T) {
	s := newStage(t)
	s.everything()
	s.w.window.Resize(fyne.NewSize(620, 460))
	s.w.showSettings()
	scroll := s.w.sheet.scroll
	s.key(fyne.KeyPageDown)
	down := scroll.Offset.Y
	s.key(fyne.KeyDown)
	if down <= 0 || scroll.Offset.Y <= down {
		t.Errorf("the settings are scrolled to %v, then to %v", down, scroll.Offset.Y)
	}
	s.key(fyne.KeyHome)
	if scroll.Offset.Y != 0 {
		t.Errorf("Home scrolls to %v", scroll.Offset.Y)
	}
	s.key(fyne.KeyEscape)
	s.w.showDetails()
	s.key(fyne.KeyEnd)
	pane := s.w.pane.scroll
	if bottom := pane.Content.MinSize().Height - pane.Size().Height; pane.Offset.Y != bottom {
		t.Errorf("End scrolls the pane to %v, its end is at %v", pane.Offset.Y, bottom)
	}
	s.key(fyne.KeyEscape)
	s.key(fyne.KeyDown)
	s.want("select 2")
}

// TestEscapeGoesOneStepBack: while a search is typed it is what Esc takes first.
func TestEscapeGoesOneStepBack(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.press(0, 0)
	s.shortcut(findShortcut)
	s.w.top.search.SetText("a")
	s.asked = nil
	s.key(fyne.KeyEscape)
	s.want("search")
	s.key(fyne.KeyEscape)
	if s.w.window.Canvas().Focused() != s.w.list {
		t.Error("the list has not got the focus")
	}
	s.key(fyne.KeyEscape)
	s.want("select")
}

// TestASearchChoosesWhatItFinds: the first file, for the next key to be about. Neither
// what is chosen among the found ones goes, nor a file that is not one of them comes.
func TestASearchChoosesWhatItFinds(t *testing.T) {
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown} {
		s := newStage(t)
		all := List{Rows: RowSlice{doneRow("1", "a"), doneRow("2", "b1"), doneRow("3", "b2")}, Counts: Counts{3}}
		s.setList(all)
		s.press(0, 0)
		s.shortcut(findShortcut)
		s.w.top.search.SetText("b")
		s.key(key)
		s.want("select 1", "search b")
		found := List{Rows: all.Rows.(RowSlice)[1:], Hidden: all.Rows.(RowSlice)[:1], Counts: Counts{2}, Search: "b"}
		s.setList(found)
		s.shortcut(findShortcut)
		s.key(key)
		s.want("select 2")
		s.key(fyne.KeyDown)
		s.want("select 3")
		s.shortcut(findShortcut)
		s.key(key)
		s.want()
		s.key(fyne.KeyDelete)
		s.reads("Delete this file?", "b2")
	}
}

// TestALatePasteGoesNowhere: by the time that a slow program tells what was copied
// the person may have gone on.
func TestALatePasteGoesNowhere(t *testing.T) {
	var tell func(string)
	s := newStage(t, func(p *Params) { p.Actions.Copied = func(done func(string)) { tell = done } })
	s.shortcut(findShortcut)
	s.shortcut(&fyne.ShortcutPaste{Clipboard: s.w.app.Clipboard()})
	tell("words")
	s.w.window.Canvas().Unfocus()
	tell("late")
	if got := s.w.top.search.Text; got != "words" {
		t.Errorf("the field holds %q", got)
	}
}

// TestTheListMovesUpAgain when the notice over it goes.
func TestTheListMovesUpAgain(t *testing.T) {
	s := newStage(t)
	rows := RowSlice{doneRow("1", "a")}
	at := func(l List) float32 {
		s.setList(l)
		return above(s.w.list)
	}
	before := at(List{Rows: rows})
	if under := at(List{Rows: rows, Problem: "The server is away."}); under <= before {
		t.Errorf("the list is at %v, and under a notice at %v", before, under)
	}
	if after := at(List{Rows: rows}); after != before {
		t.Errorf("the list is at %v, and was at %v", after, before)
	}
}
