package app

import (
	"cmp"
	"math"
	"strings"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// detail is the pane beside the list: what is selected stays so while a search or
// a filter hides it.
func (a *App) detail(picked []views.Row, all table.Totals) views.Detail {
	p := a.current
	d := views.Detail{Total: all.Counts[views.FilterAll], NamesHidden: !p.here() && p.cfg.HideNames, Count: len(picked)}
	switch d.Count {
	case 0:
		d.Size, d.Counts = all.Size, all.Counts
	case 1:
		d.Row = picked[0]
		a.describe(&d)
		fallthrough
	default:
		d.Can = total(&d, picked)
	}
	d.Saving = a.savingOf(a.view.selected)
	a.wantPicture(&d)
	return d
}

// total sums rows up, and returns what can be asked for all of them.
func total(d *views.Detail, rows []views.Row) views.Can {
	can := rows[0].Can
	for _, r := range rows {
		d.Size += min(max(r.Size, 0), math.MaxInt64-d.Size) // a server may tell any
		d.Sent += min(max(r.Sent, 0), math.MaxInt64-d.Sent)
		can = both(can, r.Can)
		table.Count(&d.Counts, r.State, 1)
	}
	return can
}

func both(a, b views.Can) views.Can {
	return views.Can{
		Copy: a.Copy && b.Copy, Save: a.Save && b.Save, Delete: a.Delete && b.Delete, Pause: a.Pause && b.Pause,
		Resume: a.Resume && b.Resume, Cancel: a.Cancel && b.Cancel, Retry: a.Retry && b.Retry, Each: a.Each && b.Each,
	}
}

// describe adds the facts of the one selected row.
func (a *App) describe(d *views.Detail) {
	p := a.current
	key := ""
	if u, ours := a.transfers.byID[d.Row.ID]; ours {
		key = u.FileKey
		d.From, d.Parts, d.PartsDone = a.fromOf(u.Path), u.Parts, u.PartsDone
		d.CID, d.Creator = u.File.CID, u.File.Creator
		d.Cells = a.cells(u.ID)
	} else {
		key = p.keyOf(d.Row.ID)
		d.From = a.fromOf(a.history[historyKey(p.storage, key)].Path)
	}
	d.FileKey = key
	if i, ok := p.list.byKey[key]; ok {
		f := p.list.files[i]
		d.CID, d.Creator, d.Parts = f.CID, f.Creator, f.Parts
		d.NamesHidden = !p.here() && f.hidden
		if f.Completed {
			d.PartsDone = f.Parts
		}
	}
	d.Link = a.linkView(p, d.Row)
	d.Sum = a.sumView(p, d.Row, key)
	d.Trouble = a.trouble(d.Row)
}

// cells is the map of the parts of an upload.
func (a *App) cells(id string) []views.Part {
	states := a.Engine.PartStates(id, views.MostParts)
	cells := make([]views.Part, len(states))
	for i, s := range states {
		cells[i] = parts[s]
	}
	return cells
}

// parts are the states of parts as the window draws them.
var parts = map[transfer.PartState]views.Part{
	transfer.PartMissing: views.PartMissing, transfer.PartMoving: views.PartMoving, transfer.PartDone: views.PartDone,
}

// linkView is the block of the link, with the address that the storage gave. One
// that has ended is as if there were none: it is made anew when it is wanted. Whom it
// will serve is known before, from where the storage is.
func (a *App) linkView(p *place, r views.Row) views.Link {
	if !r.HasLink {
		return views.Link{}
	}
	s := a.linkOf(r.ID)
	if s == nil || ended(s.link) {
		s = &linkState{}
	}
	l := views.Link{
		URL: s.link.URL, Making: s.making, Problem: a.explain(s.err, r.Name),
		Reach: a.reach(p, cmp.Or(s.link.URL, p.cfg.Server)),
	}
	if l.URL != "" {
		l.WorksUntil = a.until(p, s.link)
	}
	return l
}

// public gives the block of a link the address that others open. It asks the
// system for this computer's own: not for callers that hold a.mu.
func (a *App) public(p *place, l views.Link) views.Link {
	if l.URL != "" {
		l.URL, _ = a.publicLink(p, l.URL)
	}
	return l
}

// find returns the storage's file of a row: its key, plain name and size;
// false while there is none.
func (a *App) find(id string) (p *place, f api.File, name string, ok bool) {
	if u, ours := a.transfers.byID[id]; ours {
		p = a.place(u.Target)
		f = u.File
		return p, f, u.Name, p != nil && f.Key != ""
	}
	placeID, key, _ := strings.Cut(id, "/")
	p = a.place(placeID)
	if p == nil {
		return nil, api.File{}, "", false
	}
	i, ok := p.list.byKey[key]
	if !ok {
		return nil, api.File{}, "", false
	}
	return p, p.list.files[i].File, p.list.files[i].name, true
}
