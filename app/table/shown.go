package table

import (
	"slices"

	"quicksync.me/desktop/views"
)

// Shown is what a window shows: it implements views.Rows.
type Shown struct {
	entries []*Entry
	counts  views.Counts
}

// Len implements views.Rows.
func (s *Shown) Len() int { return len(s.entries) }

// ID implements views.Rows.
func (s *Shown) ID(i int) string { return s.entries[i].ID() }

// At implements views.Rows.
func (s *Shown) At(i int) views.Row { return s.entries[i].Row() }

// Counts is how many files the search has found, by filter.
func (s *Shown) Counts() views.Counts { return s.counts }

func (s *Shown) clone() *Shown { return &Shown{entries: slices.Clone(s.entries), counts: s.counts} }

// replace puts the new entry of an edit where the old one is shown, and tells
// whether that is all there is to do: neither its place nor what the filters count
// may be another.
func (s *Shown) replace(e Edit, v View) (done bool) {
	if column := byColumn(v); column(e.Old, e.New) != 0 || !sameFilters(e.Old.state, e.New.state) {
		return false
	}
	if !v.Matches(e.Old) {
		return true
	}
	at, found := slices.BinarySearchFunc(s.entries, e.Old, order(v))
	if found {
		s.entries[at] = e.New
	}
	return found
}

// sameFilters tells whether the same filters keep both states.
func sameFilters(a, b views.State) bool {
	for f := range (views.Counts{}) {
		if Keeps(views.Filter(f), a) != Keeps(views.Filter(f), b) {
			return false
		}
	}
	return true
}
