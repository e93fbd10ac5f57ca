package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/online"
	"quicksync.me/desktop/service/transfer"
)

// awake is how often a command that transfers looks whether the computer has
// slept.
const awake = time.Second

// follow has an engine go on at once when the network changes or the computer
// wakes, until it is told to end.
func (s *storage) follow(e *transfer.Engine) (end func()) {
	if s.network == nil {
		return func() {}
	}
	over := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(awake)
		defer tick.Stop()
		for asleep := new(online.Sleep); ; {
			select {
			case <-over:
				return
			case <-s.network.Changed():
				s.moved(e, 0)
			case <-tick.C:
				if slept := asleep.Woke(time.Now()); slept > 0 {
					s.moved(e, slept)
				}
			}
		}
	})
	return func() {
		close(over)
		group.Wait()
	}
}

// moved lets go of the old network, or of what is from before the computer slept,
// and goes on by the new one if there is one.
func (s *storage) moved(e *transfer.Engine, slept time.Duration) {
	if slept > 0 {
		s.conn.Client().Woke(slept)
	}
	s.conn.Client().NetworkChanged(s.network.Has)
	if !s.network.Gone() {
		e.Nudge()
	}
}

// waiting is what is said of what goes on by itself once somebody has seen to
// the network of this computer.
var waiting = map[error]string{
	api.ErrOffline: "This computer has no network. It goes on by itself when the network is back.",
	api.ErrPortal:  "This network wants a sign-in first: open a browser. It goes on by itself after that.",
}

// tellWaiting tells, once each time, what is waited for.
func (s *sending) tellWaiting(changed []transfer.Status) {
	var now error
	for _, st := range changed {
		var e *api.Error
		if st.State == transfer.Reconnecting && errors.As(st.Err, &e) && waiting[e.Kind] != "" {
			now = e.Kind
		}
	}
	if now != nil && now != s.waits {
		s.progress.clear()
		fmt.Fprintf(s.stderr, "qs: %s\n", waiting[now])
	}
	s.waits = now
}
