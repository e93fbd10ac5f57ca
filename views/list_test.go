package views

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
)

func TestOnlyChangedRowsAreDrawn(t *testing.T) {
	s := newStage(t)
	rows := []Row{movingRow("1", "a"), movingRow("2", "b"), doneRow("3", "c"), doneRow("4", "d")}
	s.list(rows...)
	drawn := func(change func([]Row)) int {
		next := append([]Row(nil), rows...)
		change(next)
		before := s.w.list.draws
		s.list(next...)
		rows = next
		return s.w.list.draws - before
	}
	for _, test := range []struct {
		name   string
		change func([]Row)
		want   int
	}{
		{"nothing", func([]Row) {}, 0},
		{"bytes of one", func(r []Row) { r[0].Sent += 2_000_000 }, 1},
		{"bytes that cannot be seen", func(r []Row) { r[0].Sent++ }, 0},
		{"two of them", func(r []Row) { r[0].Sent += 2_000_000; r[1].State = Paused }, 2},
		{"what no row shows", func(r []Row) { r[2].HasLink = false }, 0},
		{"done", func(r []Row) { r[0] = doneRow("1", "a") }, 1},
	} {
		if got := drawn(test.change); got != test.want {
			t.Errorf("%s: %d rows were drawn, want %d", test.name, got, test.want)
		}
	}
	before := s.w.list.draws
	s.press(2, 0)
	s.press(3, 0)
	if got := s.w.list.draws - before; got != 3 {
		t.Errorf("selecting one row and then another drew %d rows, want 3", got)
	}
}

func TestAHundredThousandRows(t *testing.T) {
	s := newStage(t)
	rows := make([]Row, 100_000)
	for i := range rows {
		rows[i] = doneRow(fmt.Sprint(i), fmt.Sprintf("file %d.txt", i))
	}
	s.list(rows...)
	s.reads("file 0.txt")
	if n := s.w.list.draws; n > 60 {
		t.Errorf("%d rows were drawn", n)
	}
	s.w.list.ScrollTo(99_999)
	s.reads("file 99999.txt")
	s.press(99_999, 0)
	s.list(append([]Row{movingRow("new", "first")}, rows[:99_999]...)...)
	if n := len(s.w.list.bound); n > 60 {
		t.Errorf("%d rows are held", n)
	}
	s.shortcut(&fyne.ShortcutSelectAll{})
	if n := len(s.w.list.selected()); n != 100_000 {
		t.Errorf("%d rows are selected", n)
	}
}

func TestScrolledRowsShowTheirOwn(t *testing.T) {
	s := newStage(t)
	var rows []Row
	for i := range 200 {
		rows = append(rows, doneRow(fmt.Sprint(i), fmt.Sprintf("file %d.txt", i)))
	}
	s.list(rows...)
	for _, top := range []float32{0, 2000, 30, 9000, 0} {
		s.w.list.ScrollToOffset(top)
		s.w.list.redraw()
		first, last := s.w.list.onScreen()
		for index := first; index < last; index++ {
			if got, want := s.row(index).drawn.name, rows[index].Name; got != want {
				t.Errorf("at %v row %d shows %q, want %q", top, index, got, want)
			}
		}
	}
}

func TestCells(t *testing.T) {
	now := time.Date(2026, time.November, 22, 14, 5, 0, 0, time.Local)
	w := catalogue(t)
	row := func(s State, sent int64) Row { return Row{Name: "a.txt", Size: 1000, Sent: sent, State: s, Left: -1} }
	for _, test := range []struct {
		row           Row
		bar           bool
		percent, text string
	}{
		{row(Done, 1000), false, "", "Done"},
		{row(AlreadyUploaded, 1000), false, "", "Already uploaded"},
		{row(Cancelled, 5), false, "", "Cancelled"},
		{row(Unfinished, 5), false, "", "Unfinished"},
		{row(Waiting, 0), false, "", "Waiting"},
		{row(Waiting, 100), true, "10 %", "Waiting · 100 B of 1.0 kB"},
		{row(Preparing, 0), true, "0 %", "Preparing…"},
		{row(Uploading, 1000), true, "99 %", "1.0 of 1.0 kB"},
		{row(Finishing, 1000), true, "99 %", "Finishing…"},
		{row(Paused, 500), true, "50 %", "Paused · 500 B of 1.0 kB"},
		{row(Reconnecting, 500), true, "50 %", "Reconnecting…"},
		{row(Gone, 500), false, "", "Gone"},
		{row(Failed, 500), false, "", "Failed"},
		{Row{Name: "a", Size: -1, State: Uploading, Sent: 5, Left: -1}, true, "0 %", "5 B"},
	} {
		c := cellsOf(w, test.row, now)
		text := c.status
		if c.bar {
			text = c.note
		}
		if c.bar != test.bar || c.percent != test.percent || text != test.text {
			t.Errorf("state %d: bar %v, %q, %q", test.row.State, c.bar, c.percent, text)
		}
	}
	r := doneRow("1", "a")
	r.Added = now.Add(-2 * time.Minute)
	if got := cellsOf(w, r, now).added; got != "2 min ago" {
		t.Errorf("added %q", got)
	}
	if got := cellsOf(w, doneRow("1", "a"), now).added; got != "" {
		t.Errorf("added %q for a row without a time", got)
	}
}

func TestColumns(t *testing.T) {
	for width := float32(300); width < 4000; width += 7 {
		at := float32(0)
		for c, span := range columnsFor(width) {
			if span.w == 0 {
				continue
			}
			if span.x < at || span.end() > width || span.w < 0 {
				t.Fatalf("width %v: column %d is %v", width, c, span)
			}
			at = span.end()
		}
	}
	if columnsFor(600)[ColumnAdded].w != 0 || columnsFor(800)[ColumnAdded].w == 0 {
		t.Error("the time does not give way in a narrow list")
	}
}

// TestWhatIsHiddenStaysSelected: a search that hides a selected row takes
// nothing from what can be done with it.
func TestWhatIsHiddenStaysSelected(t *testing.T) {
	s := newStage(t)
	a, b := doneRow("1", "a"), doneRow("2", "b")
	s.list(a, b)
	s.press(0, 0)
	s.want("select 1")
	s.setList(List{Rows: RowSlice{b}, Hidden: []Row{a}})
	s.data.Detail.Set(Detail{Count: 1, Row: a, Can: fileCan})
	s.want()
	s.tap("Save to…")
	s.want("save 1 to /down")
	s.list(b)
	s.want("select")
}

func TestSavingIsSeen(t *testing.T) {
	s := newStage(t)
	s.data.Overall.Set(Overall{Saving: "Saving 2 files… 40 %"})
	s.reads("Saving 2 files… 40 %")
	s.data.Overall.Set(Overall{Saving: "Saving 2 files… 41 %", Running: true, Files: 3, Left: -1})
	s.reads("0 of 3 files", "Saving 2 files… 41 %")
}
