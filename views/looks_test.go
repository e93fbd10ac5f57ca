package views

import (
	"strconv"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// TestALowPageBeginsAtItsTop: the button that has the keyboard first stands under
// what scrolls, and is seen without scrolling.
func TestALowPageBeginsAtItsTop(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(640, 480))
	s.w.showSettings()
	canvas := s.w.window.Canvas()
	canvas.Unfocus()
	canvas.Focus(s.button(s.w.words.Text("sheet.done")))
	if got := s.w.sheet.scroll.Offset.Y; got != 0 {
		t.Errorf("the settings begin at %v", got)
	}
}

// TestMenusCanBeRead: Fyne draws the entry that the keys are at in the colour of
// the focus, and the words on it in that of all text.
func TestMenusCanBeRead(t *testing.T) {
	for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		look := NewTheme(variant)
		at := func(name fyne.ThemeColorName) uint32 {
			r, g, b, _ := look.Color(name, variant).RGBA()
			return r>>8<<16 | g>>8<<8 | b>>8
		}
		ink, entry := rgb(at(theme.ColorNameForeground)), rgb(at(theme.ColorNameFocus))
		if got := contrast(ink, entry); got < 7 {
			t.Errorf("%s: an entry of a menu has a contrast of %.1f", name, got)
		}
		if at(theme.ColorNameFocus) == at(theme.ColorNameMenuBackground) {
			t.Errorf("%s: the entry that the keys are at looks like the others", name)
		}
	}
}

// TestTheFieldToDropOnGivesWay: in a low window rows have its room, if they need it.
func TestTheFieldToDropOnGivesWay(t *testing.T) {
	const field = "Drop files or folders here"
	s := newStage(t)
	s.list(manyRows(9)...)
	s.reads(field)
	high := s.w.list.Size().Height
	s.w.window.Resize(fyne.NewSize(640, 480))
	s.readsNot(field)
	if got := s.w.list.Size().Height; got < high-(720-480)+40 {
		t.Errorf("the rows have %v, and had %v", got, high)
	}
	s.list(manyRows(3)...)
	s.reads(field)
	if got := s.w.list.Size().Height; got < 3*rowSize {
		t.Errorf("three rows have %v", got)
	}
	s.list(manyRows(9)...)
	s.w.window.Resize(fyne.NewSize(640, 720))
	s.reads(field)
}

func manyRows(count int) (rows []Row) {
	for i := range count {
		rows = append(rows, doneRow(strconv.Itoa(i), "file "+strconv.Itoa(i)))
	}
	return rows
}

// TestAWideWindowNamesTheStorage: a name that is cut in a narrow window has room in
// a wide one, which can be made narrow again.
func TestAWideWindowNamesTheStorage(t *testing.T) {
	s := newStage(t)
	const name = "Archive of the summer school"
	s.data.Connection.Set(Connection{Current: "x", Places: []Place{{ID: "x", Name: name}}})
	if got := s.w.top.place.text; got != name {
		t.Errorf("a wide window says %q", got)
	}
	if least := s.w.window.Content().MinSize(); least.Width > 640 {
		t.Errorf("the window needs %v", least)
	}
	s.w.window.Resize(fyne.NewSize(640, 480))
	if got := s.w.top.place.text; got == name {
		t.Errorf("a narrow window says %q", got)
	}
}

// TestALongStateLeavesRoomForItsWord: what can be tapped in a row is never cut.
func TestALongStateLeavesRoomForItsWord(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(600, 440))
	s.speak("de")
	plain, told := doneRow("1", "a"), doneRow("2", "b")
	plain.State, told.State, told.Message = AlreadyUploaded, AlreadyUploaded, "Nur hier."
	s.list(plain, told)
	for i, stacked := range []bool{true, false} {
		r := s.row(i)
		if end := r.action.Position().X + r.action.Size().Width; end > r.Size().Width {
			t.Errorf("row %d: the word ends at %v of %v", i, end, r.Size().Width)
		}
		if below := r.action.Position().Y >= r.status.Position().Y+r.status.Size().Height-4; below != stacked {
			t.Errorf("row %d: the word is at %v, the state at %v", i, r.action.Position(), r.status.Position())
		}
		if end := r.status.Position().X + r.status.Size().Width; !stacked && end > r.action.Position().X {
			t.Errorf("row %d: the state ends at %v, the word begins at %v", i, end, r.action.Position().X)
		}
	}
}

// TestARowStandsOnOneLine: what is less tall than its neighbours is in the middle
// of its row.
func TestARowStandsOnOneLine(t *testing.T) {
	sized := func(width, height float32) fyne.CanvasObject {
		r := canvas.NewRectangle(nil)
		r.SetMinSize(fyne.NewSize(width, height))
		return r
	}
	objects := []fyne.CanvasObject{sized(60, 20), sized(30, 40), sized(50, 10)}
	l := &wrapLayout{gap: 8}
	l.Layout(objects, fyne.NewSize(100, 0))
	for i, want := range []fyne.Position{{X: 0, Y: 10}, {X: 68, Y: 0}, {X: 0, Y: 48}} {
		if got := objects[i].Position(); got != want {
			t.Errorf("object %d is at %v, want %v", i, got, want)
		}
	}
	if got := l.MinSize(objects); got != fyne.NewSize(60, 58) {
		t.Errorf("all of it takes %v", got)
	}
}
