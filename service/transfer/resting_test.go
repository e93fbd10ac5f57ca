package transfer

import (
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/api"
)

// TestAServerIsLeftAlone while it has asked for that, although it answers other calls,
// and although the system says that there is no network.
func TestAServerIsLeftAlone(t *testing.T) {
	for name, offline := range map[string]bool{"it answers": false, "no network": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &run{route: &route{line: newLine(0)}}
				r.route.pace.follow(func() bool { return offline })
				r.route.pace.failed(&api.Error{Kind: api.ErrBusy, Status: 429, RetryAfter: time.Minute})
				r.route.pace.answered(false)
				time.Sleep(59 * time.Second)
				if !r.troubled() || !r.route.pace.resting() {
					t.Error("it is not")
				}
				time.Sleep(2 * time.Second)
				if r.route.pace.resting() {
					t.Error("it is left alone for longer")
				}
			})
		})
	}
}
