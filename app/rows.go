package app

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// rows makes the rows of the current storage: our uploads to it, and what else
// it holds. An upload and its file are one row, under the upload's ID.
func (a *App) rows(now time.Time) []views.Row {
	p := a.current
	ours := map[string]bool{}
	rows := make([]views.Row, 0, len(p.list.files)+len(a.transfers.order))
	for _, u := range a.transfers.order {
		if u.Target != p.id {
			continue
		}
		if u.FileKey != "" && (!u.unwanted || u.State != transfer.Already) {
			ours[u.FileKey] = true
		}
		if u.unwanted {
			continue
		}
		rows = append(rows, a.uploadRow(p, u, now))
	}
	for _, f := range p.list.files {
		if !ours[f.Key] {
			rows = append(rows, a.fileRow(p, f))
		}
	}
	return rows
}

// uploadRow is the row of an upload of ours.
func (a *App) uploadRow(p *place, u *tracked, now time.Time) views.Row {
	r := views.Row{
		ID: u.ID, Name: u.Name, Size: u.Size, State: state(u.State), Sent: u.Sent,
		Left: -1, Message: a.explainStatus(u.Status, now), Brief: a.brief(u.Status, now), Added: u.Added,
	}
	if why := a.gone(p, u); why != "" {
		return asGone(r, why)
	}
	if u.State.Moving() {
		r.Speed, r.Left = u.meter.Rate(), u.meter.Left(u.Size-u.Sent)
	}
	done := u.State.Stored()
	switch {
	case r.Message != "":
	case done:
		r.Message = a.reachNote(p, u.Link.URL)
	case u.Anew > 0 && !u.State.Ended():
		r.Message = a.Words.Text("row.anew")
	}
	r.HasLink = done
	r.Can = views.Can{
		Copy: done, Save: done, Delete: done || u.State == transfer.Failed || u.State == transfer.Cancelled,
		Pause:  u.State.Moving() || u.State == transfer.Waiting,
		Resume: u.State == transfer.Paused,
		Cancel: !u.State.Ended(),
		Retry:  u.State == transfer.Failed || u.State == transfer.Cancelled,
		Each:   len(u.Bundle) > 0 && u.State != transfer.Cancelled,
	}
	return r
}

// fileRow is the row of a file that this run did not upload.
func (a *App) fileRow(p *place, f listed) views.Row {
	r := views.Row{
		ID: p.id + "/" + f.Key, Name: f.name, Size: f.Size, State: views.Unfinished, Left: -1,
		Added: a.history[historyKey(p.storage, f.Key)].Added, Can: views.Can{Delete: true},
	}
	if f.Completed {
		r.State, r.Sent, r.HasLink = views.Done, max(f.Size, 0), true
		r.Can.Copy, r.Can.Save = true, true
	}
	if f.Completed && p.closed {
		return asGone(r, a.Words.Text("row.gone"))
	}
	return r
}

// kept tells whether a filter keeps a state.
func kept(f views.Filter, s views.State) bool {
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

// list is what the list shows of all rows of the storage.
func (a *App) list(rows []views.Row) views.List {
	p := a.current
	l := views.List{
		Search: a.view.search, Filter: a.view.filter, Sort: a.view.sort, Descending: a.view.descending,
		LoadedAt: p.list.at, Loading: p.list.at.IsZero() && p.problem == nil && p.list.err == nil,
		Problem: a.listProblem(p),
	}
	needle := strings.ToLower(a.view.search)
	for _, r := range rows {
		found := needle == "" || strings.Contains(strings.ToLower(r.Name), needle)
		for f := range l.Counts {
			if found && kept(views.Filter(f), r.State) {
				l.Counts[f]++
			}
		}
		switch {
		case found && kept(a.view.filter, r.State):
			l.Rows = append(l.Rows, r)
		case a.view.selected[r.ID]:
			l.Hidden = append(l.Hidden, r)
		}
	}
	slices.SortStableFunc(l.Rows, order(a.view.sort, a.view.descending))
	return l
}

// listProblem says why the list could not be loaded. A storage that could not
// be opened is tried again by itself, a list is not.
func (a *App) listProblem(p *place) string {
	if p.closed {
		return a.Words.Text("error.ended")
	}
	if p.list.err != nil {
		return a.explain(p.list.err, "")
	}
	return a.explainLasting(p.problem, "")
}

// order compares rows by a column, and those that are equal there by name.
func order(by views.Column, descending bool) func(a, b views.Row) int {
	compare := map[views.Column]func(a, b views.Row) int{
		views.ColumnName:     func(a, b views.Row) int { return 0 },
		views.ColumnSize:     func(a, b views.Row) int { return cmp.Compare(a.Size, b.Size) },
		views.ColumnProgress: func(a, b views.Row) int { return cmp.Compare(a.State, b.State) },
		views.ColumnAdded:    func(a, b views.Row) int { return a.Added.Compare(b.Added) },
	}[by]
	return func(a, b views.Row) int {
		c := compare(a, b)
		if c == 0 {
			c = cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
			if by != views.ColumnName {
				return c
			}
		}
		if descending {
			return -c
		}
		return c
	}
}

// connection is the top of the window.
func (a *App) connection() views.Connection {
	p := a.current
	noKey := a.noKey(p)
	c := views.Connection{
		Current: p.id, Ready: p.conn != nil && p.problem == nil && !a.away(p),
		Problem: a.explainLasting(cmp.Or(p.problem, noKey), ""), NeedsKey: noKey != nil,
		Retrying: p.reaching && p.problem != nil,
		Ask:      a.ask, Audience: a.audience(), Offer: a.offer(time.Now()), Used: -1, Free: -1,
	}
	for _, q := range a.places {
		item := views.Place{ID: q.id, Name: q.cfg.Name, Server: q.cfg.Server, NamesHidden: q.cfg.HideNames}
		if q.here() {
			item.Name, item.Here = a.Words.Text("place.here"), true
		}
		c.Places = append(c.Places, item)
	}
	if p.closed {
		c.Problem = a.closedText(p)
	}
	if a.usage != (node.Usage{}) {
		c.Used, c.Free = a.usage.Bytes, int64(min(a.usage.Free, 1<<62))
	}
	if p.conn != nil {
		c.Ends = p.conn.Session().Ends
	}
	return c
}

// noKey returns why a storage needs a new key before anything goes on; nil
// while it needs none.
func (a *App) noKey(p *place) error {
	if transfer.NeedsKey(p.problem) || keyGone(p.problem) {
		return p.problem
	}
	if transfer.NeedsKey(p.list.err) {
		return p.list.err
	}
	for _, u := range a.transfers.group {
		if u.Target == p.id && u.State == transfer.Paused && transfer.NeedsKey(u.Err) {
			return u.Err
		}
	}
	return nil
}
