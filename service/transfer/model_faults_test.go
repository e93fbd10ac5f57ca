package transfer_test

import (
	"net/http"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/api"
)

// faults are what a call may meet at the server. blind carries the call out and
// drops the answer.
var faults = map[string]func(l *line, c call, blind func()) error{
	"the line breaks on the way there": answers(false, api.Error{Kind: api.ErrNetwork}),
	"the line breaks on the way back":  answers(true, api.Error{Kind: api.ErrNetwork}),
	"500":                              answers(false, api.Error{Kind: api.ErrServer, Status: http.StatusInternalServerError}),
	"500, yet it acted":                answers(true, api.Error{Kind: api.ErrServer, Status: http.StatusInternalServerError}),
	"503":                              answers(false, api.Error{Kind: api.ErrBusy, Status: http.StatusServiceUnavailable}),
	"503, yet it acted":                answers(true, api.Error{Kind: api.ErrBusy, Status: http.StatusServiceUnavailable}),
	"429":                              answers(false, api.Error{Kind: api.ErrBusy, Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second}),
	"garbled answer":                   answers(true, api.Error{Kind: api.ErrBadReply}),
	"login page":                       answers(false, api.Error{Kind: api.ErrNotQuickSync}),
	"quota":                            answers(false, api.Error{Kind: api.ErrQuota}),
	"disk full":                        answers(false, api.Error{Kind: api.ErrDiskFull}),
	"403":                              answers(false, api.Error{Kind: api.ErrForbidden, Status: http.StatusForbidden}),
	"stall":                            stalls(false),
	"stall, yet it acted":              stalls(true),
	"acts late":                        actsLate,
}

// answers gives an error, with or without having acted.
func answers(acts bool, e api.Error) func(*line, call, func()) error {
	return func(l *line, c call, blind func()) error {
		if acts {
			blind()
		}
		e := e
		e.Op = c.op
		return &e
	}
}

// stalls says nothing until the watchdog ends the call.
func stalls(acts bool) func(*line, call, func()) error {
	return func(l *line, c call, blind func()) error {
		if acts {
			blind()
		}
		wait(c.ctx, 30*time.Second)
		return &api.Error{Op: c.op, Kind: api.ErrStalled}
	}
}

// actsLate breaks the line, and has the server act some time after.
func actsLate(l *line, c call, blind func()) error {
	l.st.w.later(l.delay(c)*50, blind)
	return &api.Error{Op: c.op, Kind: api.ErrNetwork}
}

// usual are the faults that any call may meet.
var usual = []string{
	"the line breaks on the way there", "the line breaks on the way back", "500", "500, yet it acted",
	"503", "503, yet it acted", "429", "garbled answer", "login page", "stall", "stall, yet it acted",
}

// special are those that some calls meet besides.
var special = map[string][]string{
	"begin": {"acts late", "acts late", "quota"},
	"part":  {"acts late", "disk full"},
	"fetch": {"403"},
	"link":  {"403"},
}

// twists are what a server or a line does that is no plain refusal.
var twists = []string{
	"stale list", "forgotten at part", "forgotten at complete", "late loser", "spoilt part",
	"refused for nothing", "lost part, named", "lost part, not named", "wrong size",
	"changes while it is read",
}

// armFault has one of the next calls of one operation fail, or a few.
func (w *world) armFault(t *rapid.T) {
	st := w.conn(t).at
	op := rapid.SampledFrom([]string{"begin", "part", "complete", "stat", "link", "fetch", "list", "delete"}).Draw(t, "op")
	kind := rapid.SampledFrom(append(special[op], usual...)).Draw(t, "fault")
	st.arm(&armed{
		on: op, kind: kind,
		skip: rapid.IntRange(0, 3).Draw(t, "skip"), times: rapid.SampledFrom([]int{1, 1, 1, 2, 4, 15}).Draw(t, "times"),
	})
}

// armTwist has one of the next calls meet a twist.
func (w *world) armTwist(t *rapid.T) {
	kind := rapid.SampledFrom(twists).Draw(t, "twist")
	w.conn(t).at.arm(&armed{
		on: kind, kind: kind,
		skip: rapid.IntRange(0, 3).Draw(t, "skip"), times: rapid.SampledFrom([]int{1, 1, 2, 5}).Draw(t, "times"),
	})
}
