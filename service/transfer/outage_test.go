package transfer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// TestAStorageThatIsAwayKeepsNoOtherWaiting, whether its files are large or small.
func TestAStorageThatIsAwayKeepsNoOtherWaiting(t *testing.T) {
	for name, size := range map[string]int{"large": 9 << 20, "small": 10} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				there := b.another()
				there.ID, there.Bucket = "there", transfertest.NewFake()
				b.engine.Connect(there)
				b.fake.SetBefore(func(string) error { return broken })
				away := make([]string, 70)
				file := b.file("away", size)
				for i := range away {
					away[i] = fmt.Sprint(file, i)
					b.must(os.Link(file, away[i]))
				}
				b.add(away...)
				time.Sleep(time.Minute)
				var id string
				b.must(transfer.Walk(t.Context(), []string{b.file("near", size)}, func(s transfer.Source) { id, _ = b.engine.Add("there", s) }))
				b.until(id, transfer.Done)
			})
		})
	}
}

// TestAnOutageBehindAGatewayIsWaitedOut: all that it says is that it does not reach the
// server.
func TestAnOutageBehindAGatewayIsWaitedOut(t *testing.T) {
	for _, status := range []int{502, 504, 521} {
		inBubble(t, transfer.Config{}, func(b *bench) {
			var back atomic.Bool
			b.fake.SetBefore(func(op string) error {
				if back.Load() {
					return nil
				}
				return &api.Error{Op: op, Kind: api.ErrServer, Status: status}
			})
			path := b.file("f", 1<<20)
			id := b.add(path)[0]
			time.Sleep(24 * time.Hour)
			if s := b.status(id); s.State != transfer.Reconnecting {
				b.Errorf("status %d, after a day: %+v", status, s)
			}
			back.Store(true)
			b.arrived(id, path)
			b.holds(1)
		})
	}
}

// TestACallThatNeverGetsThroughIsGivenUp, where others do.
func TestACallThatNeverGetsThroughIsGivenUp(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		b.fake.SetBefore(func(op string) error {
			if op == "complete" {
				return &api.Error{Op: op, Kind: api.ErrServer, Status: 504}
			}
			return nil // the look-ups before each complete are answered
		})
		id := b.add(b.file("f", 10))[0]
		if s := b.until(id, transfer.Failed); !errors.Is(s.Err, api.ErrServer) {
			b.Errorf("%+v", s)
		}
	})
}

// refuses has every begin be refused, and counts the lists.
func (b *bench) refuses() (lists *atomic.Int32) {
	lists = new(atomic.Int32)
	b.fake.SetBefore(func(op string) error {
		switch op {
		case "begin":
			return &api.Error{Op: op, Kind: api.ErrQuota, Status: 403}
		case "list":
			lists.Add(1)
		}
		return nil
	})
	return lists
}

// TestWhatWasNeverBegunIsNotLookedFor: of many files for a full storage each would ask for
// the whole list.
func TestWhatWasNeverBegunIsNotLookedFor(t *testing.T) {
	resuming(t, func(b *bench) {
		lists := b.refuses()
		kept, dropped := b.file("kept", 10), b.file("dropped", 10)
		ids := b.add(kept, dropped)
		for _, id := range ids {
			b.until(id, transfer.Failed)
		}
		b.engine.Retry(ids...)
		time.Sleep(time.Minute)
		b.engine.Cancel(ids[1])
		b.until(ids[1], transfer.Cancelled)
		b.restart()
		again := b.engine.Recover("here")
		if len(again) != 1 {
			b.Fatalf("the next run goes on with %d, want the one that was not cancelled", len(again))
		}
		b.until(again[0], transfer.Failed)
		if n := lists.Load(); n > 0 {
			b.Errorf("%d lists", n)
		}
		b.fake.SetBefore(nil)
		b.engine.Retry(again[0])
		b.arrived(again[0], kept)
		b.holds(1)
	})
}

// TestABeginThatWasLostBeforeARefusalIsLookedFor.
func TestABeginThatWasLostBeforeARefusalIsLookedFor(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		var begins atomic.Int32
		b.fake.SetAfter(func(op string) error {
			if op == "begin" && begins.Add(1) == 1 {
				return broken
			}
			return nil
		})
		b.fake.SetBefore(func(op string) error {
			if op == "list" && begins.Load() == 1 {
				return &api.Error{Op: op, Kind: api.ErrForbidden, Status: 403}
			}
			return nil
		})
		path := b.file("f", 10)
		id := b.add(path)[0]
		b.until(id, transfer.Failed)
		begins.Store(2)
		b.holds(1)
		b.engine.Retry(id)
		b.arrived(id, path)
		b.holds(1)
	})
}

// TestManyCancelledAreDeletedFewAtATime: a server takes a thousand connections for an
// attack.
func TestManyCancelledAreDeletedFewAtATime(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		paths := make([]string, 60)
		for i := range paths {
			paths[i] = b.file(fmt.Sprint("f", i), 10)
		}
		hold := make(chan struct{})
		var now, most, all atomic.Int32
		b.fake.SetBefore(func(op string) error {
			switch op {
			case "part":
				<-hold
			case "delete":
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(time.Second)
				now.Add(-1)
				all.Add(1)
			}
			return nil
		})
		ids := b.add(paths...)
		time.Sleep(time.Second)
		b.engine.Cancel(ids...)
		close(hold)
		time.Sleep(time.Minute)
		if all.Load() != 60 || most.Load() > 8 {
			b.Errorf("%d deleted, %d at once", all.Load(), most.Load())
		}
		b.holds(0)
	})
}

// TestADiskThatComesBackHasOtherIdentities: what was sent of a file on it stays sent.
func TestADiskThatComesBackHasOtherIdentities(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		path := b.file("f", 1<<20)
		var parts atomic.Int32
		third := make(chan struct{})
		b.fake.SetBefore(func(op string) error {
			if op == "part" && parts.Add(1) == 3 {
				close(third)
				time.Sleep(time.Second)
				return broken
			}
			return nil
		})
		id := b.add(path)[0]
		<-third
		b.engine.Pause(id)
		b.until(id, transfer.Paused)
		b.fake.SetBefore(nil)
		info, err := os.Stat(path)
		b.must(err)
		content, err := os.ReadFile(path)
		b.must(err)
		other := filepath.Join(b.dir, "other")
		b.must(os.WriteFile(other, content, 0o600))
		b.must(os.Chtimes(other, info.ModTime(), info.ModTime()))
		b.must(os.Rename(other, path))
		b.engine.Resume(id)
		b.arrived(id, path)
		if n := b.fake.Calls("part"); n > 5 {
			b.Errorf("%d parts sent for 4", n)
		}
	})
}
