package transfer_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/limit"
)

// limitedTo is a limit of so many bytes a second each way.
func limitedTo(rate int64) limit.Schedule {
	return limit.Schedule{Rates: limit.Rates{Up: rate, Down: rate}}
}

// took checks how long something has taken, within 5 %.
func (b *bench) took(what string, start time.Time, want time.Duration) {
	b.Helper()
	if took := time.Since(start); took < want*95/100 || took > want*105/100 {
		b.Errorf("%s took %v, want %v", what, took, want)
	}
}

// All files together keep to the limit, each way.
func TestTransfersKeepToTheLimit(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		const rate = 1 << 20
		b.engine.SetLimits(limitedTo(rate))
		start := time.Now()
		paths := []string{b.file("a", 12<<20), b.file("b", 8<<20)}
		ids := b.add(paths...)
		for i, id := range ids {
			b.arrived(id, paths[i])
		}
		b.took("20 MiB up", start, 20*time.Second)
		start = time.Now()
		var all sync.WaitGroup
		for i, id := range ids {
			all.Go(func() {
				_, err := b.engine.Download(context.Background(), transfer.Download{
					Target: "here", FileKey: b.status(id).FileKey, Path: paths[i] + " again",
				})
				if err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.took("20 MiB down", start, 20*time.Second)
	})
}

// A limit holds for what is on its way, and so does its end; files share it
// evenly, whatever number of parts each has on the way.
func TestLimitsHoldAtOnce(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 9}, func(b *bench) {
		b.engine.SetLimits(limitedTo(limit.MinRate))
		small, large := b.file("small", 200<<10), b.file("large", 2<<20) // of one part and of eight
		ids := b.add(small, large)
		time.Sleep(60 * time.Second)
		sent := []int64{b.status(ids[0]).Sent, b.status(ids[1]).Sent}
		if total := sent[0] + sent[1]; total < 57<<10 || total > 63<<10 {
			t.Errorf("%d bytes in 60 s at 1 KiB/s", total)
		}
		if sent[0]*5 < sent[1]*4 || sent[1]*5 < sent[0]*4 {
			t.Errorf("of one part %d bytes are sent, of eight %d", sent[0], sent[1])
		}
		start := time.Now()
		b.engine.SetLimits(limit.Schedule{})
		b.arrived(ids[0], small)
		b.arrived(ids[1], large)
		if took := time.Since(start); took > time.Second {
			t.Errorf("without a limit the rest took %v", took)
		}
	})
}

// The number of parts at once holds at once, for what is on its way too, and is
// that of a storage that is connected later.
func TestWorkersHoldAtOnce(t *testing.T) {
	inBubble(t, transfer.Config{Workers: 1}, func(b *bench) {
		parts := newGate("part")
		b.fake.SetBefore(parts.hold)
		path := b.file("f", 4<<20)
		id := b.add(path)[0]
		synctest.Wait()
		for _, n := range []int{1, 3, 2, 6} {
			b.engine.SetWorkers(n)
			synctest.Wait()
		}
		if len(parts.reached) != 6 {
			b.Errorf("%d parts are on their way, want 6", len(parts.reached))
		}
		parts.release()
		b.arrived(id, path)
	})
}

// A part that waits for its turn ends at once when it is not wanted any more,
// and nothing of it stays in the way.
func TestAPartThatWaitsCanBeStopped(t *testing.T) {
	for name, stop := range map[string]func(b *bench, id string){
		"paused":    func(b *bench, id string) { b.engine.Pause(id) },
		"cancelled": func(b *bench, id string) { b.engine.Cancel(id) },
		"closed":    func(b *bench, _ string) { b.engine.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, transfer.Config{}, func(b *bench) {
				b.engine.SetLimits(limitedTo(limit.MinRate))
				id := b.add(b.file("f", 4<<20))[0]
				time.Sleep(time.Second)
				start := time.Now()
				stop(b, id)
				synctest.Wait()
				if s := b.status(id); s.State == transfer.Uploading || time.Since(start) > 0 {
					t.Errorf("%v after %v", s.State, time.Since(start))
				}
			})
		})
	}
}
