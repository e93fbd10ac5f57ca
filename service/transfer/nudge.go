package transfer

import (
	"math/rand/v2"
	"time"
)

// This file is about the network under this computer, which comes and goes.
// While the system says that there surely is none, calls are not made and
// nothing is counted against the server, but for a probe now and then: the
// system may be wrong. When the network is another one, waits are cut short.

// away is what a pace knows of the network. Guarded by pace.mu.
type away struct {
	offline func() bool // nil where nobody tells
	probe   time.Time   // when the next call is made all the same
	doubted bool        // one was answered: the system is wrong
}

// is tells that there is no network.
func (a *away) is() bool { return a.offline != nil && !a.doubted && a.offline() }

// next tells how long it is to the next probe. Who is told that it is due makes
// it, and the next one comes after the longest wait of the backoff.
func (a *away) next(now time.Time) time.Duration {
	if d := a.probe.Sub(now); d > 0 {
		return d
	}
	a.probe = now.Add(longestWait)
	return 0
}

// follow has the pace know when there is no network.
func (p *pace) follow(offline func() bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away.offline = offline
	p.wake()
}

// wake has whoever waits look again. Callers hold p.mu.
func (p *pace) wake() {
	if p.nudged != nil {
		close(p.nudged)
		p.nudged = nil
	}
}

// nudge makes the next call due, but for a little jitter and for what the
// server itself has asked. Patience begins anew, and the backoff with it.
func (p *pace) nudge() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.away.probe, p.away.doubted = time.Time{}, false
	p.since, p.failures = now, min(p.failures, 2) // two still are trouble
	due := now.Add(rand.N(firstWait))
	if p.asked.After(due) {
		due = p.asked
	}
	if due.Before(p.until) {
		p.until = due
	}
	p.wake()
}

// Nudge has everything that waits for a server tried again now: the network is
// another one, or the computer has woken. What a server has asked with
// Retry-After is kept. Targets that need no network are not disturbed.
func (e *Engine) Nudge() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.routes {
		if r.target.Offline != nil {
			r.pace.nudge()
		}
	}
}
