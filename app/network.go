package app

import (
	"net/netip"
	"time"

	"quicksync.me/desktop/service/session"
)

// Network is what is known of the network under this computer.
type Network interface {
	// Gone tells that there surely is none.
	Gone() bool
	// Has tells whether an address is one of this computer's now.
	Has(a netip.Addr) bool
	// Changed receives when it is another one, or none, or back.
	Changed() <-chan struct{}
}

// anyNetwork is the network where nobody tells anything of it.
type anyNetwork struct{}

func (anyNetwork) Gone() bool               { return false }
func (anyNetwork) Has(netip.Addr) bool      { return true }
func (anyNetwork) Changed() <-chan struct{} { return nil }

// followNetwork goes on by each new network at once.
func (a *App) followNetwork() {
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-a.Network.Changed():
			a.moved(0)
		}
	}
}

// moved lets go of what hangs on an old network, or from before the computer
// slept, and has everything that waits tried by the new one. Where there is none
// the rows say so.
func (a *App) moved(slept time.Duration) {
	defer a.now()
	gone := a.Network.Gone()
	a.mu.Lock()
	var reached []*session.Connection
	var unlisted []*place
	for _, p := range a.places {
		if p.conn != nil {
			reached = append(reached, p.conn)
		}
		if p.list.err != nil && !gone {
			unlisted = append(unlisted, p)
		}
		if p.reaching && !gone {
			p.hurryUp()
		}
	}
	a.mu.Unlock()
	for _, conn := range reached {
		if slept > 0 {
			conn.Client().Woke(slept)
		}
		conn.Client().NetworkChanged(a.Network.Has)
	}
	if !gone {
		a.Engine.Nudge()
	}
	for _, p := range unlisted {
		a.reload(p)
	}
}
