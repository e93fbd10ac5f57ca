package views

// selection remembers which rows are chosen by their IDs, so that it outlives
// sorting, filtering and every change of a row.
type selection struct {
	ids map[string]struct{}
	// anchor is where a range begins, cursor the row that the keys move.
	anchor, cursor string
}

func (s *selection) has(id string) bool {
	_, ok := s.ids[id]
	return ok
}

// only chooses one row and nothing else.
func (s *selection) only(id string) {
	s.ids = map[string]struct{}{id: {}}
	s.anchor, s.cursor = id, id
}

// toggle chooses a row or lets it go, and leaves the others.
func (s *selection) toggle(id string) {
	if s.ids == nil {
		s.ids = map[string]struct{}{}
	}
	if s.has(id) {
		delete(s.ids, id)
	} else {
		s.ids[id] = struct{}{}
	}
	s.anchor, s.cursor = id, id
}

// reach chooses all rows from the anchor to the one at index.
func (s *selection) reach(rows Rows, index int) {
	from := max(indexOf(rows, s.anchor), 0)
	first, last := min(from, index), max(from, index)
	s.ids = make(map[string]struct{}, last-first+1)
	for i := first; i <= last; i++ {
		s.ids[rows.ID(i)] = struct{}{}
	}
	s.anchor, s.cursor = rows.ID(from), rows.ID(index)
}

// all chooses every row.
func (s *selection) all(rows Rows) {
	if rows.Len() == 0 {
		return
	}
	s.anchor = rows.ID(0)
	s.reach(rows, rows.Len()-1)
}

// clear lets every row go; the cursor stays.
func (s *selection) clear() { s.ids = nil }

// keep lets go of what is not still there, and tells whether there was any.
func (s *selection) keep(shown, hidden Rows) bool {
	still := make([]string, 0, len(s.ids))
	for _, rows := range []Rows{shown, hidden} {
		s.each(rows, len(s.ids)-len(still), func(i int) { still = append(still, rows.ID(i)) })
	}
	if len(still) == len(s.ids) {
		return false
	}
	s.ids = make(map[string]struct{}, len(still))
	for _, id := range still {
		s.ids[id] = struct{}{}
	}
	return true
}

// chosen returns the chosen rows in the order of the list.
func (s *selection) chosen(rows Rows) (out []Row) {
	s.each(rows, len(s.ids), func(i int) { out = append(out, rows.At(i)) })
	return out
}

// chosenIDs returns the IDs of the chosen rows in the order of the list.
func (s *selection) chosenIDs(rows Rows) (ids []string) {
	s.each(rows, len(s.ids), func(i int) { ids = append(ids, rows.ID(i)) })
	return ids
}

// each calls do for the chosen rows, until it has found so many.
func (s *selection) each(rows Rows, many int, do func(i int)) {
	for i := 0; i < rows.Len() && many > 0; i++ {
		if s.has(rows.ID(i)) {
			do(i)
			many--
		}
	}
}

func indexOf(rows Rows, id string) int {
	for i := range rows.Len() {
		if rows.ID(i) == id {
			return i
		}
	}
	return -1
}

func idsOf(rows []Row, which func(Can) bool) []string {
	var ids []string
	for i := range rows {
		if which == nil || which(rows[i].Can) {
			ids = append(ids, rows[i].ID)
		}
	}
	return ids
}
