package app

import (
	"slices"
	"time"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// transfers is what the App knows of the engine's uploads. Guarded by App.mu.
type transfers struct {
	rev   uint64
	byID  map[string]*tracked
	order []*tracked
	// group are the uploads since all was quiet last: what the line under the
	// list counts.
	group []*tracked
	meter transfer.Meter
	// warned tells that the person knows that the group will not be there in time.
	warned bool
	// left counts what has made rows go, or come back.
	left int
}

// tracked is one upload as it was told last.
type tracked struct {
	transfer.Status
	meter   transfer.Meter
	batch   *batch
	counted bool // is in the group
	over    bool // its end was noted
	// unwanted uploads have given way to another: they are not shown any more,
	// and what the storage has of them is deleted when the other is there.
	unwanted bool
	// heir is what is to be sent in its place; nil where nothing is, and once it
	// was decided what becomes of it.
	heir    *batch
	earlier bool // it is in the storage of an earlier key
	lost    bool // somebody else has deleted its file
}

func (t *transfers) init() { t.byID = map[string]*tracked{} }

// update takes what the engine tells, and returns the uploads that have just
// ended.
func (t *transfers) update(changed []transfer.Status, now time.Time) (ended []*tracked) {
	if t.quiet() && slices.ContainsFunc(changed, func(s transfer.Status) bool { return !s.State.Ended() }) {
		t.newGroup()
	}
	for _, s := range changed {
		u, known := t.byID[s.ID]
		if !known {
			u = t.add(s)
		}
		wasOver := u.over
		u.over = s.State.Ended()
		u.Status = s
		u.earlier = u.earlier && s.State.Stored()
		if s.State.Moving() {
			u.meter.Update(now, s.Sent)
		} else {
			u.meter = transfer.Meter{}
		}
		if !u.counted && (!wasOver || !u.over) {
			u.counted = true
			t.group = append(t.group, u)
		}
		if u.over && !wasOver {
			ended = append(ended, u)
		}
	}
	t.measure(now)
	return ended
}

// measure has the meter of all take in what was sent, at the same moments as those of
// the single uploads, and begin anew after a rest as they do.
func (t *transfers) measure(now time.Time) {
	if !t.moving() {
		t.meter = transfer.Meter{}
		return
	}
	sent := int64(0)
	for _, u := range t.group {
		sent += u.Sent
	}
	t.meter.Update(now, sent)
}

// speed is the meter to read for all. Where one upload is all that moves, it is that
// one's, as soon as that foretells: two figures for the same bytes would make one
// doubt both. Before, of many small files one after the other, it is that of all.
func (t *transfers) speed() *transfer.Meter {
	meter := &t.meter
	for _, u := range t.group {
		switch {
		case !u.State.Moving():
		case meter != &t.meter:
			return &t.meter // a second one
		default:
			meter = &u.meter
		}
	}
	if meter.Left(0) < 0 {
		return &t.meter
	}
	return meter
}

// remaining is what is still to be sent, in bytes: of what has failed nothing is.
func (t *transfers) remaining() (bytes int64) {
	for _, u := range t.group {
		if !u.State.Ended() {
			bytes += max(0, u.Size-u.Sent)
		}
	}
	return bytes
}

func (t *transfers) add(s transfer.Status) *tracked {
	u := &tracked{Status: s}
	t.byID[s.ID] = u
	t.order = append(t.order, u)
	return u
}

// adopt makes an upload known that was just added, with the batch that it is
// part of. It may have ended by now, and the engine tells that again: the batch would
// wait for ever for an end that was noted here.
func (t *transfers) adopt(s transfer.Status, b *batch) {
	u, known := t.byID[s.ID]
	if !known {
		u = t.add(s)
	}
	u.batch, u.over = b, false
}

// leave takes an upload out of what the line under the list counts.
func (t *transfers) leave(u *tracked) {
	u.counted = true
	t.group = slices.DeleteFunc(t.group, func(v *tracked) bool { return u == v })
}

// newGroup begins to count anew.
func (t *transfers) newGroup() {
	for _, u := range t.group {
		u.counted = false
	}
	t.group, t.meter, t.warned = nil, transfer.Meter{}, false
}

// quiet tells that nothing is under way or waits.
func (t *transfers) quiet() bool {
	for _, u := range t.group {
		if !u.State.Ended() {
			return false
		}
	}
	return true
}

// moving tells that something changes by itself.
func (t *transfers) moving() bool {
	for _, u := range t.group {
		if u.State.Moving() || u.State == transfer.Waiting {
			return true
		}
	}
	return false
}

// of returns the uploads of a storage.
func (t *transfers) of(placeID string) (ids []string) {
	for _, u := range t.order {
		if u.Target == placeID {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// forget drops uploads that have ended: all at once, for one by one it would take
// the square of their number.
func (t *transfers) forget(ids ...string) {
	gone := make(map[*tracked]bool, len(ids))
	for _, id := range ids {
		if u, ok := t.byID[id]; ok {
			gone[u] = true
			delete(t.byID, id)
		}
	}
	if len(gone) == 0 {
		return
	}
	t.left++
	of := func(u *tracked) bool { return gone[u] }
	t.order = slices.DeleteFunc(t.order, of)
	t.group = slices.DeleteFunc(t.group, of)
}

// showing returns the uploads whose file is one of these keys of a storage.
func (t *transfers) showing(placeID string, keys []string) (ids []string) {
	keys = slices.Sorted(slices.Values(keys)) // most often it is one: a map costs more
	for _, u := range t.order {
		if _, wanted := slices.BinarySearch(keys, u.FileKey); wanted && u.Target == placeID {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// state is the word of the window for an upload's state.
func state(s transfer.State) views.State {
	switch s {
	case transfer.Waiting:
		return views.Waiting
	case transfer.Preparing:
		return views.Preparing
	case transfer.Uploading:
		return views.Uploading
	case transfer.Paused:
		return views.Paused
	case transfer.Reconnecting:
		return views.Reconnecting
	case transfer.Finishing:
		return views.Finishing
	case transfer.Done:
		return views.Done
	case transfer.Already:
		return views.AlreadyUploaded
	case transfer.Cancelled:
		return views.Cancelled
	default:
		return views.Failed
	}
}

// overall is the line under the list.
func (a *App) overall(now time.Time) views.Overall {
	t := &a.transfers
	o := views.Overall{Files: len(t.group), Left: -1, State: views.Done}
	paused := 0
	for _, u := range t.group {
		o.Bytes += u.Size
		o.BytesDone += u.Sent
		if u.State.Stored() {
			o.FilesDone++
		}
		if u.State == transfer.Paused {
			paused++
		}
		o.State = max(o.State, state(u.State))
	}
	o.Running = t.moving()
	o.Paused = paused > 0 && !o.Running
	if o.Running {
		meter := t.speed()
		o.Speed, o.Left = meter.Rate(), meter.Left(t.remaining())
	}
	a.outage(&o, now)
	if now.Sub(a.note.said) < a.noteTime(o.Running) {
		o.Message = a.note.text
	}
	o.Saving, o.Adding, o.Deleting = a.savingLine(), a.adding(), a.deleting
	o.Recents = a.recents()
	return o
}

// noteTime is how long a note stays.
func (a *App) noteTime(running bool) time.Duration {
	if running || len(a.savings) > 0 {
		return noteBriefly
	}
	return noteFor
}
