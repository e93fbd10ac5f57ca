package app

import (
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// audience is who should open what is on this computer.
func (a *App) audience() views.Audience { return views.Audience(a.who.Load()) }

// audiences are the answers as the settings keep them.
var audiences = map[string]views.Audience{
	settings.AudienceUnasked: views.AudienceUnknown,
	settings.AudienceMe:      views.AudienceMe,
	settings.AudienceWiFi:    views.AudienceNetwork,
	settings.AudienceServer:  views.AudienceAnyone,
}

// setAudience takes the person's answer, and copies the links that it was
// asked for.
func (a *App) setAudience(to views.Audience) {
	a.who.Store(int32(to))
	a.save(func(s *settings.Settings) {
		for kept, audience := range audiences {
			if audience == to {
				s.Audience = kept
			}
		}
	})
	a.mu.Lock()
	a.ask = false
	b := a.asked
	a.asked = nil
	a.mu.Unlock()
	a.group.Go(func() {
		if !a.share(to == views.AudienceNetwork) || b == nil {
			return
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if p := a.place(hereID); p != nil {
			a.copyBatch(p, b)
		}
	})
	a.now()
}

// share opens or closes the node to the local network.
func (a *App) share(on bool) bool {
	err := a.Node.ShareOnLAN(a.ctx, on)
	if err != nil && a.ctx.Err() == nil {
		a.Log.Warn("the listener for the local network failed", "error", err)
		a.say(a.Words.Text("note.noNetwork"))
	}
	a.now()
	return err == nil
}
