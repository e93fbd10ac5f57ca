package app

import (
	"time"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/service/online"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// often is how often the window is told while something moves. A person reads at
// most four changes a second, and each is a frame of the whole window, which
// takes a hundredth of a second or two where there is no graphics card.
const often = 500 * time.Millisecond

// snapshots is all that the window shows.
type snapshots struct {
	list       views.List
	detail     views.Detail
	overall    views.Overall
	connection views.Connection

	preferences views.Preferences

	number uint64 // of the view that it is of
}

// pump tells the window. Idle is silent: it waits for the engine or an action,
// and once a minute lets the times of the rows go on. What is under way when the
// computer goes to sleep goes on at once when it wakes.
func (a *App) pump() {
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	defer a.letSleep()
	var asleep online.Sleep
	a.now()
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-a.Engine.Wake():
		case <-a.kick:
		case <-minute.C:
			if a.hidden.Load() {
				continue
			}
		}
		for now := time.Now(); a.tick(now); now = time.Now() {
			if slept := asleep.Woke(now); slept > 0 {
				a.moved(slept)
			}
			select {
			case <-a.ctx.Done():
				return
			case <-a.kick:
			case <-time.After(often):
			}
		}
		asleep.Rest()
	}
}

// tick takes in what changed and tells the window. It reports whether
// something moves.
func (a *App) tick(now time.Time) (moving bool) {
	a.mu.Lock()
	// Under the lock, so that no row that is dropped meanwhile comes back.
	changed, rev := a.Engine.Changes(a.transfers.rev)
	a.transfers.rev = rev
	ended := a.transfers.update(changed, now)
	uploading := a.transfers.moving()
	moving = uploading || len(a.savings) > 0 || a.summing()
	settled := a.noteEnded(ended)
	a.clearEnded(ended)
	a.warnOfEnd(now)
	reload := len(ended) > 0 && !uploading || a.current.askAtEnd(now)
	p := a.current
	p.closed = a.isClosed(p, now)
	news, seen := a.deliver(idsOf(changed), now), a.view
	a.keepAwake(now)
	a.mu.Unlock()
	a.shelf.take(news)
	a.snapshot(p, seen, a.shelf.table.Show(seen.View), now)
	for _, b := range settled {
		a.finish(b)
	}
	if reload {
		a.reload(p)
	}
	a.post()
	return moving
}

func idsOf(changed []transfer.Status) []string {
	ids := make([]string, len(changed))
	for i, s := range changed {
		ids[i] = s.ID
	}
	return ids
}

// snapshot makes all that the window shows of a storage now. What a person has
// chosen meanwhile comes with the next one.
func (a *App) snapshot(p *place, seen view, shown *table.Shown, now time.Time) {
	next, ok := a.compose(p, seen, shown, now)
	if !ok {
		return
	}
	next.detail.Link = a.public(p, next.detail.Link)
	next.number = seen.number
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next, a.fresh = next, true
	close(a.taken)
	a.taken = make(chan struct{})
}

func (a *App) compose(p *place, seen view, shown *table.Shown, now time.Time) (next snapshots, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p != a.current {
		return next, false
	}
	picked, hidden := a.shelf.pick(a.view.selected, seen.View)
	return snapshots{
		list: a.list(shown, hidden, seen.View), detail: a.detail(picked, a.shelf.table.Total()), overall: a.overall(now),
		connection: a.connection(), preferences: a.preferences(a.prefs.Load()),
	}, true
}

// post has the window take the newest snapshot. One call at most is on its way
// to the UI goroutine; a newer snapshot meets it there.
func (a *App) post() {
	a.mu.Lock()
	posted := a.posted
	a.posted = true
	a.mu.Unlock()
	if posted || a.ctx.Err() != nil {
		return
	}
	a.Do(func() {
		a.mu.Lock()
		a.posted = false
		a.mu.Unlock()
		a.Tell()
	})
}

// Tell tells the window what it has not been told yet, if there is anything, on the
// UI goroutine: what the person has chosen as it is now, although the rows may be
// those of a moment ago. Nobody needs to call it, but before there is a window it has
// the first picture show what is known by then.
func (a *App) Tell() {
	a.mu.Lock()
	made := a.next.list.Rows != nil // there is nothing to tell before the first one
	fresh := a.fresh || made && a.next.list.Chosen != a.view.Choice
	a.next.list.Chosen = a.view.Choice
	s := a.next
	a.fresh = false
	a.mu.Unlock()
	if fresh {
		a.show(s)
	}
}

// show sets the bindings. A binding that holds the same already stays silent.
func (a *App) show(s snapshots) {
	for _, err := range []error{
		a.Data.Preferences.Set(s.preferences),
		a.Data.Connection.Set(s.connection), a.Data.List.Set(s.list),
		a.Data.Detail.Set(s.detail), a.Data.Overall.Set(s.overall),
	} {
		if err != nil {
			a.Log.Error("the window could not be told", "error", err)
		}
	}
}
