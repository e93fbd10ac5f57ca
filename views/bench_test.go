package views

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2/test"
)

// BenchmarkList shows another list of many files, of which one moves on.
func BenchmarkList(b *testing.B) {
	for name, chosen := range map[string]bool{"none chosen": false, "all chosen": true} {
		b.Run(name, func(b *testing.B) {
			data := NewData()
			w := New(Params{
				App: Dress(test.NewTempApp(b)), Words: catalogue(b), Data: data, Do: func(f func()) { f() },
				Actions: Actions{Select: func([]string) {}},
			})
			defer w.Close()
			rows := make([]Row, 100_000)
			for i := range rows {
				rows[i] = doneRow(fmt.Sprint(i), fmt.Sprintf("file %d.txt", i))
			}
			w.showList(List{Rows: RowSlice(rows)})
			if chosen {
				w.list.selectAll()
			}
			for b.Loop() {
				next := RowSlice(append([]Row(nil), rows[:50]...))
				next[3].Sent++
				w.showList(List{Rows: joinedRows{next, rows[50:]}})
			}
		})
	}
}

// joinedRows are rows of which the first few are new.
type joinedRows struct{ first, rest RowSlice }

func (j joinedRows) of(i int) (RowSlice, int) {
	if i < len(j.first) {
		return j.first, i
	}
	return j.rest, i - len(j.first)
}

// Len implements Rows.
func (j joinedRows) Len() int { return len(j.first) + len(j.rest) }

// ID implements Rows.
func (j joinedRows) ID(i int) string { rows, at := j.of(i); return rows.ID(at) }

// At implements Rows.
func (j joinedRows) At(i int) Row { rows, at := j.of(i); return rows.At(at) }
