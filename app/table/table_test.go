package table_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/views"
)

// file is a source of its own row.
type file struct{ row views.Row }

func (f file) ID() string     { return f.row.ID }
func (f file) Row() views.Row { return f.row }

func entry(r views.Row) *table.Entry {
	return table.NewEntry(file{r}, r.Name, r.Size, r.State, r.Added)
}

// model is the list as one would make it without caring for time: all rows are
// filtered and sorted anew. Rows that are equal are in the order in which they
// came.
type model struct {
	rows []views.Row
}

func (m *model) show(v table.View) (rows []views.Row) {
	for _, r := range m.rows {
		if v.Matches(entry(r)) {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b views.Row) int {
		byName := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		c := map[views.Column]int{
			views.ColumnName: byName, views.ColumnSize: cmp.Compare(a.Size, b.Size),
			views.ColumnProgress: cmp.Compare(a.State, b.State), views.ColumnAdded: a.Added.Compare(b.Added),
		}[v.Sort]
		if v.Descending {
			c = -c
		}
		return cmp.Or(c, byName)
	})
	if v.Sort == views.ColumnName && v.Descending { // what came later comes first
		slices.SortStableFunc(rows, func(a, b views.Row) int {
			if !strings.EqualFold(a.Name, b.Name) {
				return 0
			}
			return strings.Compare(b.ID, a.ID)
		})
	}
	return rows
}

func rowsOf(s *table.Shown) (rows []views.Row) {
	for i := range s.Len() {
		rows = append(rows, s.At(i))
	}
	return rows
}

// TestTable makes random edits and looks, and compares what is shown with the
// model. What was shown earlier must stay what it was.
func TestTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m model
		tab, entries := new(table.Table), map[string]*table.Entry{}
		view := table.View{}
		var old *table.Shown
		var was []views.Row
		number := 0
		draw := func(r views.Row) views.Row {
			r.Name = rapid.SampledFrom([]string{"a", "A.txt", "b.jpg", "Ä", "zz"}).Draw(t, "name")
			return change(t, r)
		}
		add := func() (views.Row, *table.Entry) {
			number++
			r := draw(views.Row{ID: fmt.Sprintf("%04d", number)})
			entries[r.ID] = entry(r)
			m.rows = append(m.rows, r)
			return r, entries[r.ID]
		}
		t.Repeat(map[string]func(*rapid.T){
			"load": func(t *rapid.T) {
				m.rows = nil
				clear(entries)
				var all []*table.Entry
				for range rapid.IntRange(0, 30).Draw(t, "count") {
					_, e := add()
					all = append(all, e)
				}
				tab.Load(all)
			},
			"edit": func(t *rapid.T) {
				var edits []table.Edit
				next := m.rows[:0:0]
				for _, r := range m.rows {
					switch rapid.SampledFrom([]string{"stays", "stays", "changes", "goes"}).Draw(t, "what") {
					case "stays":
						next = append(next, r)
					case "goes":
						edits = append(edits, table.Edit{Old: entries[r.ID]})
						delete(entries, r.ID)
					case "changes":
						r = change(t, r)
						e := entry(r).Follows(entries[r.ID])
						edits = append(edits, table.Edit{Old: entries[r.ID], New: e})
						entries[r.ID] = e
						next = append(next, r)
					}
				}
				m.rows = next
				for range rapid.IntRange(0, 2).Draw(t, "added") {
					_, e := add()
					edits = append(edits, table.Edit{New: e})
				}
				tab.Change(edits)
			},
			"type": func(*rapid.T) {
				view.Search = map[string]string{"": "a", "A": "A.t", ".t": ".txt", "a": "a.t"}[view.Search]
			},
			"look": func(t *rapid.T) {
				view = table.View{Search: rapid.SampledFrom([]string{"", "", "A", ".t"}).Draw(t, "search"), Choice: views.Choice{
					Filter: views.Filter(rapid.IntRange(0, len(views.Counts{})-1).Draw(t, "filter")),
					Sort:   views.Column(rapid.IntRange(0, 3).Draw(t, "sort")), Descending: rapid.Bool().Draw(t, "descending"),
				}}
			},
			"": func(t *rapid.T) {
				if old != nil && !slices.Equal(rowsOf(old), was) {
					t.Fatal("what was shown has changed")
				}
				old = tab.Show(view)
				if was = rowsOf(old); !slices.Equal(was, m.show(view)) {
					t.Fatalf("%+v shows\n%v\nwant\n%v", view, was, m.show(view))
				}
				if total, want := tab.Total(), m.total(); total != want {
					t.Fatalf("%+v in all, want %+v", total, want)
				}
				checkCounts(t, &m, view, old.Counts())
			},
		})
	})
}

// change draws all of a row that may change while it is shown.
func change(t *rapid.T, r views.Row) views.Row {
	r.Size = rapid.Int64Range(-1, 3).Draw(t, "size")
	r.State = rapid.SampledFrom([]views.State{views.Done, views.Uploading, views.Finishing, views.Failed, views.Paused}).Draw(t, "state")
	r.Sent = rapid.Int64Range(0, 9).Draw(t, "sent")
	r.Added = time.Unix(rapid.Int64Range(1, 3).Draw(t, "added"), 0)
	return r
}

func (m *model) total() (total table.Totals) {
	for _, r := range m.rows {
		total.Size += max(r.Size, 0)
		for f := range total.Counts {
			if table.Keeps(views.Filter(f), r.State) {
				total.Counts[f]++
			}
		}
	}
	return total
}

func checkCounts(t *rapid.T, m *model, v table.View, got views.Counts) {
	var want views.Counts
	for f := range want {
		v.Filter = views.Filter(f)
		want[f] = len(m.show(v))
	}
	if got != want {
		t.Fatalf("counts %v, want %v", got, want)
	}
}

// TestTotalsDoNotRunOver whatever sizes a server tells, and are exact again when
// those are gone.
func TestTotalsDoNotRunOver(t *testing.T) {
	of := func(size int64) *table.Entry { return entry(views.Row{Size: size}) }
	small, huge := of(2000), []*table.Entry{of(math.MaxInt64), of(math.MaxInt64), of(math.MinInt64)}
	var all table.Table
	all.Load(append([]*table.Entry{small}, huge...))
	if got := all.Total().Size; got != math.MaxInt64 {
		t.Errorf("all are %d bytes", got)
	}
	all.Change([]table.Edit{{Old: huge[0]}})
	if got := all.Total().Size; got != math.MaxInt64 {
		t.Errorf("one and a little are %d bytes", got)
	}
	all.Change([]table.Edit{{Old: huge[1]}, {Old: small, New: of(5_000_000_000)}})
	if got := all.Total().Size; got != 5_000_000_000 {
		t.Errorf("what is left are %d bytes", got)
	}
}
