package app

import (
	"runtime/debug"
	"slices"
	"time"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
)

// A shelf holds the rows of the storage that is shown. It belongs to the pump:
// what changed is read under App.mu as a delivery, and put in place without it, so
// that no click waits for a hundred thousand files.
type shelf struct {
	table   table.Table
	basis   basis
	stock   *stock
	uploads map[string]shelved // by ID
	// files are the entries of stock.files, nil where an upload stands for one.
	files []*table.Entry
}

// basis is what all rows are made for: for another one all are made anew.
type basis struct {
	place    *place
	loaded   time.Time
	closed   bool
	audience views.Audience
	language string
	left     int // transfers.left
}

// shelved is an upload's row, and the key of the file that it stands for.
type shelved struct {
	row   views.Row
	key   string
	entry *table.Entry
}

// delivery is what changed since the last one.
type delivery struct {
	basis basis
	// stock are the files of the storage where all rows are made anew, else nil.
	stock *stock
	// uploads are those that may look different, or all; covered are the keys of
	// files that are not shown either way.
	uploads []shelved
	covered []string
}

// stock is what rows of files are made of that this run did not upload. It is
// never changed.
type stock struct {
	storage string
	files   []listed
	byKey   map[string]int
	history map[string]journal.Finished
	gone    string // why its files cannot be had any more; empty while they can
}

// deliver reads what changed. Callers hold a.mu.
func (a *App) deliver(ids []string, now time.Time) delivery {
	p := a.current
	d := delivery{basis: basis{
		place: p, loaded: p.list.at, closed: p.closed, audience: a.audience(), language: a.Words.Language(), left: a.transfers.left,
	}}
	if d.basis == a.shelf.basis {
		a.deliverSome(&d, ids, now)
		return d
	}
	d.stock = &stock{storage: p.storage, files: p.list.files, byKey: p.list.byKey, history: a.history}
	if p.closed {
		d.stock.gone = a.Words.Text("row.gone")
	}
	for _, u := range a.transfers.order {
		a.deliverOne(&d, u, now)
	}
	return d
}

// deliverSome reads the uploads of these IDs, and those that move: their rows tell
// how fast, and when it is tried again. Callers hold a.mu.
func (a *App) deliverSome(d *delivery, ids []string, now time.Time) {
	for _, u := range a.transfers.group {
		if u.State.Moving() {
			a.deliverOne(d, u, now)
		}
	}
	for _, id := range ids {
		if u, known := a.transfers.byID[id]; known && (!u.State.Moving() || !u.counted) {
			a.deliverOne(d, u, now)
		}
	}
}

func (a *App) deliverOne(d *delivery, u *tracked, now time.Time) {
	switch {
	case u.Target != d.basis.place.id:
	case u.covers() && u.unwanted:
		d.covered = append(d.covered, u.FileKey)
	case !u.unwanted:
		d.uploads = append(d.uploads, shelved{row: a.uploadRow(d.basis.place, u, now), key: u.FileKey})
	}
}

// covers tells whether the file of an upload is not shown beside it.
func (u *tracked) covers() bool {
	return u.FileKey != "" && !(u.unwanted && u.State == transfer.Already)
}

// take puts a delivery in place.
func (s *shelf) take(d delivery) {
	s.basis = d.basis
	if d.stock != nil {
		s.restock(d)
		return
	}
	var edits []table.Edit
	for _, u := range d.uploads {
		old, known := s.uploads[u.row.ID]
		if known && old.row == u.row && old.key == u.key {
			continue
		}
		u.entry = rowEntry(u.row)
		if known {
			u.entry.Follows(old.entry)
		}
		s.uploads[u.row.ID] = u
		edits = append(edits, table.Edit{Old: old.entry, New: u.entry})
		edits = s.cover(edits, u.key)
	}
	for _, key := range d.covered {
		edits = s.cover(edits, key)
	}
	s.table.Change(edits)
}

// cover takes a file off the list that an upload stands for.
func (s *shelf) cover(edits []table.Edit, key string) []table.Edit {
	i, ok := s.stock.byKey[key]
	if !ok || s.files[i] == nil {
		return edits
	}
	edits = append(edits, table.Edit{Old: s.files[i]})
	s.files[i] = nil
	return edits
}

// restock makes all rows anew.
func (s *shelf) restock(d delivery) {
	s.stock, s.uploads = d.stock, make(map[string]shelved, len(d.uploads))
	s.files = make([]*table.Entry, len(d.stock.files))
	covered := make(map[string]bool, len(d.uploads))
	for _, key := range d.covered {
		covered[key] = true
	}
	all := make([]*table.Entry, 0, len(d.uploads)+len(s.files))
	for _, u := range d.uploads {
		u.entry = rowEntry(u.row)
		s.uploads[u.row.ID] = u
		covered[u.key] = true
		all = append(all, u.entry)
	}
	for i := range s.files {
		if f := &d.stock.files[i]; !covered[f.Key] {
			s.files[i] = d.stock.entry(f)
			all = append(all, s.files[i])
		}
	}
	s.table.Load(all)
}

// find returns the entry of a row; nil while there is none.
func (s *shelf) find(id string) *table.Entry {
	if u, ours := s.uploads[id]; ours {
		return u.entry
	}
	if s.stock == nil || s.basis.place == nil {
		return nil
	}
	if i, ok := s.stock.byKey[s.basis.place.keyOf(id)]; ok {
		return s.files[i]
	}
	return nil
}

// pick returns the rows of these IDs, and those among them that a view does not
// show, by name.
func (s *shelf) pick(ids map[string]bool, v table.View) (picked, hidden []views.Row) {
	var away []*table.Entry
	for id := range ids {
		e := s.find(id)
		if e == nil {
			continue
		}
		picked = append(picked, e.Row())
		if !v.Matches(e) {
			away = append(away, e)
		}
	}
	slices.SortFunc(away, table.ByName)
	for _, e := range away {
		hidden = append(hidden, e.Row())
	}
	return picked, hidden
}

// madeRow is a row that was made beforehand.
type madeRow struct{ row views.Row }

func (m *madeRow) ID() string     { return m.row.ID }
func (m *madeRow) Row() views.Row { return m.row }

func rowEntry(r views.Row) *table.Entry {
	return table.NewEntry(&madeRow{r}, r.Name, r.Size, r.State, r.Added)
}

// stockedFile is a file of which a row is made when it is drawn.
type stockedFile struct {
	*stock
	file *listed
}

func (f *stockedFile) ID() string { return f.file.id }

// Row is the row of a file that this run did not upload.
func (f *stockedFile) Row() views.Row {
	r := views.Row{
		ID: f.file.id, Name: f.file.name, Size: f.file.Size, State: views.Unfinished, Left: -1,
		Added: f.added(f.file), Can: views.Can{Delete: true},
	}
	if !f.file.Completed {
		return r
	}
	r.State, r.Sent, r.HasLink = views.Done, max(r.Size, 0), true
	r.Can.Copy, r.Can.Save = true, true
	if f.gone != "" {
		return asGone(r, f.gone)
	}
	return r
}

// added is when a file was added on this computer; zero where nobody knows.
func (s *stock) added(f *listed) time.Time {
	if len(s.history) == 0 {
		return time.Time{}
	}
	return s.history[historyKey(s.storage, f.Key)].Added
}

func (s *stock) entry(f *listed) *table.Entry {
	state := views.Unfinished
	switch {
	case f.Completed && s.gone != "":
		state = views.Gone
	case f.Completed:
		state = views.Done
	}
	return table.NewEntry(&stockedFile{s, f}, f.name, f.Size, state, s.added(f))
}

// longList is how many files make a list long: reading and opening it takes twice
// the memory that it holds.
const longList = 10_000

// giveBack gives that memory back to the system, once the list is drawn.
func (a *App) giveBack() {
	select {
	case <-a.ctx.Done():
	case <-time.After(2 * time.Second):
		debug.FreeOSMemory()
	}
}
