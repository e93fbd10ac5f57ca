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
func (s *selection) reach(rows []Row, index int) {
	from := max(indexOf(rows, s.anchor), 0)
	first, last := min(from, index), max(from, index)
	s.ids = make(map[string]struct{}, last-first+1)
	for _, row := range rows[first : last+1] {
		s.ids[row.ID] = struct{}{}
	}
	s.anchor, s.cursor = rows[from].ID, rows[index].ID
}

// all chooses every row.
func (s *selection) all(rows []Row) {
	if len(rows) == 0 {
		return
	}
	s.anchor = rows[0].ID
	s.reach(rows, len(rows)-1)
}

// clear lets every row go; the cursor stays.
func (s *selection) clear() { s.ids = nil }

// keep lets go of what is not still there, and tells whether there was any.
func (s *selection) keep(still []Row) bool {
	if len(still) == len(s.ids) {
		return false
	}
	s.ids = make(map[string]struct{}, len(still))
	for _, row := range still {
		s.ids[row.ID] = struct{}{}
	}
	return true
}

// chosen returns the chosen rows in the order of the list.
func (s *selection) chosen(rows []Row) []Row {
	var out []Row
	for i := range rows {
		if len(out) == len(s.ids) {
			break
		}
		if s.has(rows[i].ID) {
			out = append(out, rows[i])
		}
	}
	return out
}

func indexOf(rows []Row, id string) int {
	for i := range rows {
		if rows[i].ID == id {
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
