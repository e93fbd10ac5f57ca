package table_test

import (
	"fmt"
	"testing"
	"time"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/views"
)

// many is how many files there are; moving is how many of them are uploads that
// move.
const (
	many   = 100_000
	moving = 64
)

// filled is a table with many files, and their entries.
func filled() (*table.Table, []*table.Entry) {
	all := make([]*table.Entry, many)
	for i := range all {
		all[i] = entry(views.Row{
			ID: fmt.Sprint(i), Name: fmt.Sprintf("IMG_%06d.jpg", i*7919%1_000_000), Size: int64(i * 104_729 % 50_000_000),
			State: views.Done, Added: time.Unix(int64(i*31%90_000), 0),
		})
	}
	tab := new(table.Table)
	tab.Load(append([]*table.Entry(nil), all...))
	return tab, all
}

// BenchmarkShow makes what is seen of many files: a search, and each order.
func BenchmarkShow(b *testing.B) {
	for _, c := range []struct {
		name string
		view table.View
	}{
		{"search", table.View{Search: "17"}},
		{"name", table.View{}},
		{"name down", table.View{Choice: views.Choice{Descending: true}}},
		{"size", table.View{Choice: views.Choice{Sort: views.ColumnSize}}},
		{"progress", table.View{Choice: views.Choice{Sort: views.ColumnProgress}}},
		{"added", table.View{Choice: views.Choice{Sort: views.ColumnAdded, Descending: true}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			tab, _ := filled()
			other := table.View{Choice: views.Choice{Filter: views.FilterFailed}}
			for b.Loop() {
				tab.Show(other) // what was seen before is no help
				tab.Show(c.view)
			}
		})
	}
}

// BenchmarkChange moves a few uploads on among many files.
func BenchmarkChange(b *testing.B) {
	tab, all := filled()
	view := table.View{Choice: views.Choice{Sort: views.ColumnAdded, Descending: true}}
	for b.Loop() {
		edits := make([]table.Edit, moving)
		for i := range edits {
			old := all[i*1000]
			row := old.Row()
			row.Sent++
			all[i*1000] = entry(row).Follows(old)
			edits[i] = table.Edit{Old: old, New: all[i*1000]}
		}
		tab.Change(edits)
		tab.Show(view)
	}
}

// BenchmarkLoad sorts many files that are new.
func BenchmarkLoad(b *testing.B) {
	_, all := filled()
	tab := new(table.Table)
	for b.Loop() {
		tab.Load(append([]*table.Entry(nil), all...))
	}
}
