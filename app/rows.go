package app

import (
	"cmp"
	"time"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

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

// list is what the list shows: rows that were made for a view.
func (a *App) list(shown *table.Shown, hidden []views.Row, made table.View) views.List {
	p := a.current
	return views.List{
		Rows: shown, Counts: shown.Counts(), Hidden: hidden, Search: made.Search, Filter: made.Filter,
		LoadedAt: p.list.at, Loading: p.list.at.IsZero() && p.problem == nil && p.list.err == nil,
		Problem: a.listProblem(p),
	}
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
		item.LinksNamed = q.conn != nil && q.conn.NamesLinks()
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
		c.Ends, c.Room = p.conn.Session().Ends, p.room
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
