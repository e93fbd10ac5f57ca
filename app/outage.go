package app

import (
	"errors"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// soon is what is not worth counting down to.
const soon = 2 * time.Second

// outage tells the line under the list that nothing moves, and when it is tried
// next. As long as one file moves nothing of it is said there: its row says it.
// Callers hold a.mu.
func (a *App) outage(o *views.Overall, now time.Time) {
	waits, offline, next := false, true, time.Duration(0)
	for _, u := range a.transfers.group {
		switch {
		case u.State == transfer.Reconnecting:
			waits = true
			offline = offline && errors.Is(u.Err, api.ErrOffline)
			if left := u.NextTry.Sub(now); left > soon && (next == 0 || left < next) {
				next = left
			}
		case u.State.Moving():
			return
		}
	}
	if !waits {
		return
	}
	o.Reconnecting, o.Offline, o.NextTry = true, offline, next
	o.Speed, o.Left = 0, -1
}

// away tells that uploads to a storage wait for its server. Callers hold a.mu.
func (a *App) away(p *place) bool {
	for _, u := range a.transfers.group {
		if u.Target == p.id && u.State == transfer.Reconnecting {
			return true
		}
	}
	return false
}

// brief says in a few words what a row waits for, or what it has failed of.
func (a *App) brief(st transfer.Status, now time.Time) string {
	var remote *api.Error
	switch {
	case st.State == transfer.Failed:
		return a.briefFile(st)
	case st.State != transfer.Reconnecting || !errors.As(st.Err, &remote):
		return ""
	}
	t := a.Words.Text
	text := ""
	switch remote.Kind {
	case api.ErrOffline:
		return t("brief.offline")
	case api.ErrPortal:
		return t("brief.portal")
	case api.ErrStalled:
		text = t("brief.stalled")
	case api.ErrBusy, api.ErrServer:
		text = t("brief.server")
	default:
		text = t("brief.network")
	}
	if wait := st.NextTry.Sub(now); wait > soon {
		text += " · " + t("all.nextTry", words.Args{"Time": a.Words.Lasting(wait)})
	}
	return text
}

// briefFile is about the row's own file: one of a folder has to be named.
func (a *App) briefFile(st transfer.Status) string {
	var file *transfer.FileError
	if !errors.As(st.Err, &file) || culprit(st) != st.Name {
		return ""
	}
	t := a.Words.Text
	switch file.Kind {
	case transfer.ErrVanished:
		return t("brief.vanished")
	case transfer.ErrChanged:
		return t("brief.changed")
	case transfer.ErrTooBig:
		return t("brief.tooBig", words.Args{"Size": a.Words.Bytes(file.Limit)})
	case transfer.ErrUnreadable:
		return t("brief.unreadable")
	default:
		return ""
	}
}
