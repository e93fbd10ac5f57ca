package app

import (
	"time"

	"quicksync.me/desktop/service/transfer"
)

// Awake keeps the computer from going to sleep by itself. Keep returns at once; why
// is a sentence that the desktop may show.
type Awake interface{ Keep(on bool, why string) }

// keepAwake keeps the computer awake while bytes move, and lets it sleep while all
// is held, waits for a server, or is done. Callers hold a.mu.
func (a *App) keepAwake(now time.Time) {
	if a.Awake != nil {
		a.Awake.Keep(a.transfers.sending() || a.fetching(now), a.Words.Text("awake.why"))
	}
}

// letSleep has nothing keep the computer awake.
func (a *App) letSleep() {
	if a.Awake != nil {
		a.Awake.Keep(false, "")
	}
}

// sending tells that bytes are on their way, or are read for that.
func (t *transfers) sending() bool {
	for _, u := range t.group {
		switch u.State {
		case transfer.Preparing, transfer.Uploading, transfer.Finishing:
			return true
		}
	}
	return false
}

// lull is after what time without a byte a Save to… is taken to wait for its server.
const lull = 30 * time.Second

// fetched is how much of all that is being saved was there last, and when that grew.
type fetched struct {
	bytes int64
	grew  time.Time
}

// fetching tells that bytes are saved: a Save to… has no state that says whether it
// waits, so its bytes have to. Callers hold a.mu.
func (a *App) fetching(now time.Time) bool {
	got := a.savingWhere(func(string) bool { return true }).Received
	if got > a.fetched.bytes {
		a.fetched.grew = now
	}
	a.fetched.bytes = got
	return len(a.savings) > 0 && now.Sub(a.fetched.grew) < lull
}
