package limit

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// endless is a source without an end, whose content does not matter.
type endless struct{}

func (endless) Read(buf []byte) (int, error) { return len(buf), nil }

// line is a program that sends, and the receiver at the other end of the line.
type line struct {
	*testing.T
	*Bandwidth
	ctx  context.Context
	stop context.CancelFunc
	all  sync.WaitGroup
}

// onLine runs a test under a clock that leaps over waits.
func onLine(t *testing.T, s Schedule, run func(l *line)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &line{T: t, Bandwidth: New()}
		l.ctx, l.stop = context.WithCancel(t.Context())
		l.Set(s)
		run(l)
		l.stop()
		l.all.Wait()
		l.Close()
	})
}

// flow is a stream and what has arrived of it.
type flow struct {
	*Reader
	bytes   atomic.Int64
	longest time.Duration // without a byte
}

// send has one more stream of a file sent. Each piece takes a while on the line.
func (l *line) send(file any, buffer int, while time.Duration) *flow {
	f := &flow{Reader: l.Up(l.ctx, file, endless{}, 1<<60)}
	l.all.Go(func() { f.run(buffer, while) })
	return f
}

func (f *flow) run(buffer int, while time.Duration) {
	defer f.Close()
	buf := make([]byte, buffer)
	for last := time.Now(); ; {
		n, err := f.Read(buf)
		f.longest = max(f.longest, time.Since(last))
		if err != nil || f.ctx.Err() != nil {
			return
		}
		last = time.Now()
		time.Sleep(while)
		f.bytes.Add(int64(n))
	}
}

func (l *line) sendAll(files, streams, buffer int, while time.Duration) (all []*flow) {
	for file := range files {
		all = append(all, l.sendOf(file, streams, buffer, while)...)
	}
	return all
}

func (l *line) sendOf(file any, streams, buffer int, while time.Duration) (all []*flow) {
	for range streams {
		all = append(all, l.send(file, buffer, while))
	}
	return all
}

func sum(all []*flow) (total int64) {
	for _, f := range all {
		total += f.bytes.Load()
	}
	return total
}

// near checks a number of bytes against what was promised, within a share.
func (l *line) near(what string, got, want int64, within float64) {
	l.Helper()
	if off := float64(got)/float64(want) - 1; off < -within || off > within {
		l.Errorf("%s: %d bytes, want %d: %+.1f %%", what, got, want, 100*off)
	}
}

// rates of the promise, from 16 KiB/s to 1 GiB/s.
var rates = []int64{16 << 10, 100_000, 1 << 20, 12_500_000, 125_000_000, 1 << 30}

// The rate holds within 5 % over 10 s, however many streams share it.
func TestTheRateHolds(t *testing.T) {
	for _, rate := range rates {
		for _, c := range []struct{ files, streams int }{{1, 1}, {1, 64}, {64, 1}, {8, 8}} {
			t.Run(fmt.Sprintf("%d-%dx%d", rate, c.files, c.streams), func(t *testing.T) {
				onLine(t, Schedule{Rates: Rates{Up: rate}}, func(l *line) {
					all := l.sendAll(c.files, c.streams, 256<<10, 0)
					time.Sleep(10 * time.Second)
					first := sum(all)
					l.near("in the first 10 s", first, 10*rate, 0.05)
					time.Sleep(10 * time.Second)
					l.near("in the next", sum(all)-first, 10*rate, 0.05)
				})
			})
		}
	}
}

// No more than a tenth of a second's worth goes at once, also after a rest.
func TestNothingComesInABurst(t *testing.T) {
	for _, rate := range rates {
		onLine(t, Schedule{Rates: Rates{Up: rate}}, func(l *line) {
			for range 2 {
				time.Sleep(time.Hour)
				f := l.send("a", 256<<10, 0)
				for passed := time.Duration(0); passed < time.Second; passed += 10 * time.Millisecond {
					if most := int64((passed + burst).Seconds() * float64(rate)); f.bytes.Load() > most {
						l.Errorf("%d bytes/s: %d bytes after %v, at most %d", rate, f.bytes.Load(), passed, most)
					}
					time.Sleep(10 * time.Millisecond)
				}
				_ = f.Close()
			}
		})
	}
}

// The flow is even: in each tenth of a second comes a tenth.
func TestTheFlowIsEven(t *testing.T) {
	for _, rate := range rates {
		onLine(t, Schedule{Rates: Rates{Up: rate}}, func(l *line) {
			all := l.sendAll(1, 4, 32<<10, 0)
			time.Sleep(time.Second)
			for range 50 {
				before := sum(all)
				time.Sleep(100 * time.Millisecond)
				if got := sum(all) - before; got < rate/20 || got > rate*3/20 {
					l.Errorf("%d bytes/s: %d bytes in 100 ms", rate, got)
				}
			}
		})
	}
}

// No stream looks stalled: each of 64 moves within 10 s, at the lowest rate of
// all too, whichever way they belong to files.
func TestNoStreamStarves(t *testing.T) {
	for _, rate := range []int64{MinRate, 16 << 10} {
		for _, singles := range []int{0, 1, 16, 31, 63} {
			onLine(t, Schedule{Rates: Rates{Up: rate}}, func(l *line) {
				all := append(l.sendAll(singles, 1, 32<<10, 0), l.sendOf("a film", 64-singles, 32<<10, 0)...)
				time.Sleep(time.Minute)
				l.stop()
				l.all.Wait()
				for _, f := range all {
					if f.longest > 10*time.Second || f.bytes.Load() == 0 {
						l.Errorf("%d bytes/s, %d files of one stream: one waited %v", rate, singles, f.longest)
					}
				}
			})
		}
	}
}
