package app

import "quicksync.me/desktop/service/transfer"

// Awake keeps the computer from going to sleep by itself. Keep returns at once; why
// is a sentence that the desktop may show.
type Awake interface{ Keep(on bool, why string) }

// keepAwake keeps the computer awake while bytes move, and lets it sleep while all
// is held, waits for a server, or is done. Callers hold a.mu.
func (a *App) keepAwake() {
	if a.Awake != nil {
		a.Awake.Keep(a.transfers.sending() || len(a.savings) > 0, a.Words.Text("awake.why"))
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
