package app

import (
	"testing"

	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer/limit"
	"quicksync.me/desktop/views"
)

// Limits hold from the start on, and a change at once, for what is on its way.
func TestLimitsAreThoseOfTheSettings(t *testing.T) {
	s := newStage(t)
	s.app.save(func(p *settings.Settings) { p.Limits.Up = limit.MinRate })
	s.start()
	path := s.file("film", 1<<20)
	s.act(func(a views.Actions) { a.Add([]string{path}) })
	var sent int64
	s.until("some bytes", func() bool {
		all, _ := s.app.Engine.Changes(0)
		for _, st := range all {
			sent = st.Sent
		}
		return sent > 0
	})
	// Without a limit a read brings 32 KiB, with this one 51 bytes.
	if sent >= 32<<10 {
		t.Errorf("%d bytes were sent at once", sent)
	}
	s.app.save(func(p *settings.Settings) { p.Limits.Up = 0 })
	s.row("film", views.Done)
}
