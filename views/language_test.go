package views

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// TestLanguageChangesAtOnce: all that is read changes, what a person has done
// stays, and nothing but new sentences is asked of the program.
func TestLanguageChangesAtOnce(t *testing.T) {
	s := newStage(t)
	var rows []Row
	for i := range 60 {
		rows = append(rows, doneRow(fmt.Sprint("r", i), fmt.Sprintf("song %d.mp3", i)))
	}
	s.list(rows...)
	s.w.top.search.SetText("song")
	s.setList(List{Rows: RowSlice(rows), Counts: Counts{60}, Search: "song"})
	s.press(3, 0)
	if err := s.data.Detail.Set(Detail{Count: 1, Row: rows[3], Can: fileCan, FileKey: "k", Parts: 3, PartsDone: 3}); err != nil {
		t.Fatal(err)
	}
	s.w.pane.facts.toggle()
	s.w.list.ScrollToOffset(5 * rowSize)
	s.w.Say("Copied")
	s.reads("Progress", "Done", "Technical details", "File key")
	s.asked = nil

	s.speak("de")
	s.reads("Fortschritt", "Fertig", "Link kopieren", "Technische Einzelheiten", "Dateischlüssel", "60 Dateien")
	s.readsNot("Progress", "Done", "Technical details", "File key", "Copied")
	if got := s.w.top.search.Text; got != "song" {
		t.Errorf("the search is %q", got)
	}
	if got := s.w.list.GetScrollOffset(); got != 5*rowSize {
		t.Errorf("the list is scrolled to %v", got)
	}
	if got := idsOf(s.w.list.selected(), nil); len(got) != 1 || got[0] != "r3" {
		t.Errorf("selected is %q", got)
	}
	if s.w.window.Canvas().Focused() != s.w.list {
		t.Error("the list has lost the focus")
	}

	s.speak("de-AT")
	s.key(fyne.KeyDown)
	s.want("select r4")
}

// speak is what a person's choice of a language comes to.
func (s *stage) speak(tag string) {
	s.w.words.SetLanguage(tag)
	s.w.showPreferences(s.w.preferences)
}

// TestNewSnapshotsAreShownAfterAChange: what comes later goes into the pieces
// of now.
func TestNewSnapshotsAreShownAfterAChange(t *testing.T) {
	s := newStage(t)
	s.speak("fr")
	s.asked = nil
	row := failedRow("a", "a.txt")
	s.list(row)
	if err := s.data.Detail.Set(Detail{Count: 1, Row: row, Can: row.Can}); err != nil {
		t.Fatal(err)
	}
	s.reads("Échec", "Réessayer", "The disk is full.")
	s.tap("Réessayer")
	s.want("retry")
}

// TestEveryLanguageFitsTheSmallestWindow: nothing may widen the window over
// what a small screen has.
func TestEveryLanguageFitsTheSmallestWindow(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("a", "a.txt"))
	for _, l := range s.w.words.Languages() {
		s.speak(l.Tag)
		if got := s.w.window.Content().MinSize(); got.Width > 640 || got.Height > 480 {
			t.Errorf("%s needs %v", l.Name, got)
		}
		s.fits(l.Name)
	}
}

// fits fails on a title of a column that is wider than its column in the
// smallest window that shows it.
func (s *stage) fits(language string) {
	s.t.Helper()
	for width := range map[float32]bool{600: true, addedFrom: true, 1088: true} {
		for c, column := range columnsFor(width) {
			title := s.w.panel.header.titles[c]
			if column.w > 0 && title.MinSize().Width > column.w {
				s.t.Errorf("%s: %q needs %v of %v", language, strings.TrimSpace(title.text), title.MinSize().Width, column.w)
			}
		}
	}
}
