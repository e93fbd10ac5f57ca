// Package table keeps the files of a storage filtered and sorted, however many
// they are.
//
// The rules are:
//
//   - What changes is told as edits: an upload that moves on costs what it costs
//     to find its place, not a new list.
//   - All files stay sorted by name. A search goes through them once, and another
//     order starts from there.
//   - A Shown that was handed out is never changed again: the window reads it
//     while the next one is made.
//
// A Table belongs to one goroutine.
package table

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/views"
)

// A Source makes the row of one file when the window wants to draw it.
type Source interface {
	// ID is the row's.
	ID() string
	// Row may be called by any goroutine, and gives the same every time.
	Row() views.Row
}

// An Entry is one file as it is now. It is never changed: what becomes of the
// file is another Entry.
type Entry struct {
	Source
	fold  string // the name, for comparing
	size  int64  // in bytes
	added int64  // in nanoseconds; 0 where nobody knows
	// number tells entries of one name apart: the one that was made first comes
	// first. One that takes another's place keeps it.
	number uint64
	state  views.State
}

var made atomic.Uint64

// NewEntry makes the entry of a file with this plain name.
func NewEntry(src Source, name string, size int64, state views.State, added time.Time) *Entry {
	e := &Entry{Source: src, fold: strings.ToLower(name), size: size, state: state, number: made.Add(1)}
	if !added.IsZero() {
		e.added = added.UnixNano()
	}
	return e
}

// Follows has e take the place of an earlier entry of the same file.
func (e *Entry) Follows(old *Entry) *Entry {
	if e.number = old.number; e.fold == old.fold {
		e.fold = old.fold // the same text, once
	}
	return e
}

// A View is what a person wants to see, and in which order.
type View struct {
	Search string
	views.Choice
}

// An Edit replaces an entry by another one. Without an Old one it is added,
// without a New one it is gone.
type Edit struct{ Old, New *Entry }

// Totals are those of all files of a table.
type Totals struct {
	Size   int64 // in bytes, at most math.MaxInt64
	Counts views.Counts
}

// tally keeps totals. A server may tell sizes of which two are more than 63 bits
// hold: they are added up in units of 2 GiB, and what is over in bytes.
type tally struct {
	units, over int64
	counts      views.Counts
}

const unitBits = 31

// add counts an entry n times, which may be less than none.
func (t *tally) add(e *Entry, n int) {
	size := max(e.size, 0)
	t.units += int64(n) * (size >> unitBits)
	t.over += int64(n) * (size & (1<<unitBits - 1))
	Count(&t.counts, e.state, n)
}

func (t *tally) totals() Totals {
	units := t.units + t.over>>unitBits
	if units >= 1<<(63-unitBits) {
		return Totals{Size: math.MaxInt64, Counts: t.counts}
	}
	return Totals{Size: units<<unitBits + t.over&(1<<unitBits-1), Counts: t.counts}
}

// A Table holds the files of a storage.
type Table struct {
	all   []*Entry // by name
	total tally
	view  View
	shown *Shown // nil where it must be made anew
	seen  bool   // shown was handed out
}

// Load replaces all files.
func (t *Table) Load(all []*Entry) {
	slices.SortFunc(all, ByName)
	t.all, t.shown, t.total = all, nil, tally{}
	for _, e := range all {
		t.total.add(e, 1)
	}
}

// Total tells of all files.
func (t *Table) Total() Totals { return t.total.totals() }

// ByName orders entries by name.
func ByName(a, b *Entry) int {
	if c := strings.Compare(a.fold, b.fold); c != 0 {
		return c
	}
	return cmp.Compare(a.number, b.number)
}

// Change carries edits out. Of each entry there is one edit at most.
func (t *Table) Change(edits []Edit) {
	var added []*Entry
	gone := map[*Entry]bool{}
	for _, e := range edits {
		switch {
		case e.Old != nil && e.New != nil && ByName(e.Old, e.New) == 0:
			t.replace(e)
			continue
		case e.Old != nil:
			gone[e.Old] = true
		}
		if e.New != nil {
			added = append(added, e.New)
		}
	}
	if len(added)+len(gone) > 0 {
		t.merge(added, gone)
	}
}

// replace puts an entry where its forerunner was. What is shown follows, if that
// does not change the order.
func (t *Table) replace(e Edit) {
	at, found := slices.BinarySearchFunc(t.all, e.Old, ByName)
	if !found {
		return
	}
	t.all[at] = e.New
	t.total.add(e.Old, -1)
	t.total.add(e.New, 1)
	if t.shown == nil {
		return
	}
	if t.seen {
		t.shown, t.seen = t.shown.clone(), false
	}
	if !t.shown.replace(e, t.view) {
		t.shown = nil
	}
}

// merge adds and removes.
func (t *Table) merge(added []*Entry, gone map[*Entry]bool) {
	slices.SortFunc(added, ByName)
	all := make([]*Entry, 0, len(t.all)+len(added))
	for _, e := range t.all {
		if gone[e] {
			t.total.add(e, -1)
			continue
		}
		for len(added) > 0 && ByName(added[0], e) < 0 {
			all, added = t.take(all, added)
		}
		all = append(all, e)
	}
	for len(added) > 0 {
		all, added = t.take(all, added)
	}
	t.all, t.shown = all, nil
}

func (t *Table) take(all, added []*Entry) (longer, rest []*Entry) {
	t.total.add(added[0], 1)
	return append(all, added[0]), added[1:]
}

// Show returns what is to be seen.
func (t *Table) Show(v View) *Shown {
	switch {
	case t.shown == nil || v != t.view && !t.narrows(v):
		t.view, t.shown = v, t.make(v)
	case v != t.view:
		t.view, t.shown = v, t.shown.narrowed(v)
	}
	t.seen = true
	return t.shown
}

// narrows tells whether what a view shows is among what is shown: of a search that
// is typed further.
func (t *Table) narrows(v View) bool {
	was := t.view
	longer := strings.Contains(strings.ToLower(v.Search), strings.ToLower(was.Search))
	was.Search = v.Search
	return longer && v == was && v.Filter == views.FilterAll
}

// narrowed keeps what a longer search finds.
func (s *Shown) narrowed(v View) *Shown {
	n := &Shown{}
	needle := strings.ToLower(v.Search)
	for _, e := range s.entries {
		if strings.Contains(e.fold, needle) {
			n.entries = append(n.entries, e)
			Count(&n.counts, e.state, 1)
		}
	}
	return n
}

// make filters and sorts.
func (t *Table) make(v View) *Shown {
	s := &Shown{entries: make([]*Entry, 0, len(t.all))}
	needle := strings.ToLower(v.Search)
	for _, e := range t.all {
		if !strings.Contains(e.fold, needle) {
			continue
		}
		Count(&s.counts, e.state, 1)
		if Keeps(v.Filter, e.state) {
			s.entries = append(s.entries, e)
		}
	}
	switch {
	case v.Sort != views.ColumnName:
		slices.SortStableFunc(s.entries, byColumn(v))
	case v.Descending:
		slices.Reverse(s.entries)
	}
	return s
}

// byColumn orders entries by a column alone.
func byColumn(v View) func(a, b *Entry) int {
	sign := 1
	if v.Descending {
		sign = -1
	}
	switch v.Sort {
	case views.ColumnSize:
		return func(a, b *Entry) int { return sign * cmp.Compare(a.size, b.size) }
	case views.ColumnProgress:
		return func(a, b *Entry) int { return sign * cmp.Compare(a.state, b.state) }
	case views.ColumnAdded:
		return func(a, b *Entry) int { return sign * cmp.Compare(a.added, b.added) }
	default:
		return func(a, b *Entry) int { return sign * ByName(a, b) }
	}
}

// order is that of a view in full: what is equal in its column is in the order of
// names.
func order(v View) func(a, b *Entry) int {
	column := byColumn(v)
	return func(a, b *Entry) int {
		if c := column(a, b); c != 0 {
			return c
		}
		return ByName(a, b)
	}
}

// Count counts a state n times in the filters that keep it.
func Count(counts *views.Counts, s views.State, n int) {
	for f := range counts {
		if Keeps(views.Filter(f), s) {
			counts[f] += n
		}
	}
}

// Keeps tells whether a filter keeps a state.
func Keeps(f views.Filter, s views.State) bool {
	switch f {
	case views.FilterUploading:
		return s.Moving() || s == views.Paused
	case views.FilterFailed:
		return s == views.Failed
	case views.FilterDone:
		return s == views.Done || s == views.AlreadyUploaded
	default:
		return true
	}
}

// Matches tells whether a view has an entry among what it shows.
func (v View) Matches(e *Entry) bool {
	return Keeps(v.Filter, e.state) && strings.Contains(e.fold, strings.ToLower(v.Search))
}
