package app

import (
	"context"
	"errors"

	"quicksync.me/desktop/views"
)

// trouble is what is wrong with the selected file as whoever helps wants to read
// it: to the letter, with the call, the status and the system's own words. It
// names the person's own file and no address of a link. Callers hold a.mu.
func (a *App) trouble(r views.Row) string {
	err := error(nil)
	if u, ours := a.transfers.byID[r.ID]; ours {
		err = u.Err
	}
	if s := a.links[r.ID]; err == nil && s != nil {
		err = s.err
	}
	if err == nil || errors.Is(err, context.Canceled) {
		return ""
	}
	return err.Error()
}
