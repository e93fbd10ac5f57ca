package app

import (
	"errors"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// This file is about the end of a storage. The server has the last word on it: a
// clock that is wrong closes nothing.

// isClosed tells that a storage has ended: its server says so, or refuses the
// key after the time that was told for it. Callers hold a.mu.
func (a *App) isClosed(p *place, now time.Time) bool {
	err := a.noKey(p)
	return errors.Is(err, api.ErrEnded) || transfer.NeedsKey(err) && p.over(now)
}

// over tells that the time has come at which the storage was said to close.
func (p *place) over(now time.Time) bool {
	if p.conn == nil {
		return false
	}
	ends := p.conn.Session().Ends
	return !ends.IsZero() && !now.Before(ends)
}

// askAtEnd tells, once for each key, that the time of a storage has come and its
// server should be asked. Callers hold a.mu.
func (p *place) askAtEnd(now time.Time) bool {
	if p.endAsked || !p.over(now) {
		return false
	}
	p.endAsked = true
	return true
}

// leaveBehind marks what lies in the storage that a connection led to before its
// key led to another one. Callers hold a.mu.
func (t *transfers) leaveBehind(placeID string) {
	for _, u := range t.order {
		if u.Target == placeID && u.State.Stored() {
			u.earlier = true
			t.left++
		}
	}
}

// gone says why a finished upload cannot be had any more; empty where it can.
// Callers hold a.mu.
func (a *App) gone(p *place, u *tracked) string {
	switch {
	case !u.State.Stored():
		return ""
	case u.earlier:
		return a.Words.Text("row.earlier")
	case p != nil && p.closed:
		return a.Words.Text("row.gone")
	default:
		return ""
	}
}

// closedText says what becomes of the files of a storage that has closed.
// Callers hold a.mu.
func (a *App) closedText(p *place) string {
	queued, links := 0, 0
	ours := map[string]bool{}
	for _, u := range a.transfers.order {
		if u.Target != p.id || u.earlier {
			continue
		}
		ours[u.FileKey] = true
		switch {
		case u.State.Stored():
			links++
		case !u.State.Ended():
			queued++
		}
	}
	for _, f := range p.list.files {
		if f.Completed && !ours[f.Key] {
			links++
		}
	}
	var what []string
	if queued > 0 {
		what = append(what, a.Words.Count("error.endedQueue", queued))
	}
	if links > 0 {
		what = append(what, a.Words.Count("error.endedLinks", links))
	}
	if len(what) == 0 {
		return a.Words.Text("error.ended")
	}
	return a.Words.Text("error.endedKey", words.Args{"What": a.Words.Listed(what...)})
}

// asGone is a row of a file that cannot be had any more.
func asGone(r views.Row, why string) views.Row {
	r.State, r.Message, r.HasLink = views.Gone, why, false
	r.Can = views.Can{}
	return r
}
