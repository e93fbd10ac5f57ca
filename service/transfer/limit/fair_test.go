package limit

import (
	"io"
	"testing"
	"time"
)

// lines are how long a piece of 32 KiB takes on the line: none keeps up a limit
// by itself.
var lines = []time.Duration{0, 50 * time.Microsecond, 2 * time.Millisecond}

// A file gets its share, whatever number of streams the others have.
func TestFilesGetEqualShares(t *testing.T) {
	for _, rate := range rates {
		for _, while := range lines {
			if rate > (32<<10)*int64(time.Second/max(while, time.Nanosecond)) {
				continue // one stream could hardly take its half
			}
			onLine(t, Schedule{Rates: Rates{Up: rate}}, func(l *line) {
				few, many := l.sendOf("few", 1, 32<<10, while), l.sendOf("many", 8, 32<<10, while)
				time.Sleep(10 * time.Second)
				l.near("few", sum(few), 5*rate, 0.1)
				l.near("many", sum(many), 5*rate, 0.1)
			})
		}
	}
}

func TestStreamsOfAFileTakeTurns(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 20}}, func(l *line) {
		all := l.sendAll(2, 4, 32<<10, time.Millisecond)
		time.Sleep(10 * time.Second)
		for _, f := range all {
			l.near("one of eight", f.bytes.Load(), 10<<20/8, 0.1)
		}
	})
}

// What a slow file cannot use the others get; it gets what its line takes.
func TestASlowFileHoldsNobodyUp(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 10 << 20}}, func(l *line) {
		slow := l.sendOf("slow", 1, 32<<10, 32*time.Millisecond) // 1 MiB/s
		fast := l.sendOf("fast", 4, 32<<10, 0)
		time.Sleep(10 * time.Second)
		l.near("slow", sum(slow), 10<<20, 0.1)
		l.near("fast", sum(fast), 90<<20, 0.05)
	})
}

// A file whose line is dead keeps nothing from the others, and has not saved up
// an hour's share when its line lives again.
func TestADeadLineHoldsNobodyUp(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 20}}, func(l *line) {
		dead := &flow{Reader: l.Up(l.ctx, "dead", endless{}, 1<<60)}
		if _, err := dead.Read(make([]byte, 32<<10)); err != nil {
			t.Fatal(err)
		}
		live := l.send("live", 32<<10, 0)
		time.Sleep(time.Hour)
		before := live.bytes.Load()
		l.near("live", before, 3600<<20, 0.01)
		l.all.Go(func() { dead.run(32<<10, 0) })
		time.Sleep(10 * time.Second)
		l.near("the live one then", live.bytes.Load()-before, 5<<20, 0.1)
		l.near("the other one then", dead.bytes.Load(), 5<<20, 0.1)
	})
}

// A file that comes later has its share from then on, and no more, also where
// it comes anew with each of its parts.
func TestANewFileStartsWhereTheOthersAre(t *testing.T) {
	for _, part := range []int64{1 << 20, 1 << 60} {
		onLine(t, Schedule{Rates: Rates{Up: 1 << 20}}, func(l *line) {
			old := l.sendOf("old", 8, 32<<10, 0)
			time.Sleep(10 * time.Minute)
			before := sum(old)
			l.all.Go(func() {
				for l.ctx.Err() == nil {
					f := flow{Reader: l.Up(l.ctx, "new", io.LimitReader(endless{}, part), part)}
					f.run(32<<10, 0)
				}
			})
			time.Sleep(10 * time.Second)
			l.near("the old file", sum(old)-before, 5<<20, 0.04)
		})
	}
}

// Who waits for a file that is behind does so no longer than it is there.
func TestNobodyWaitsForOneThatHasLeft(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 20}}, func(l *line) {
		away, ahead := l.Up(l.ctx, "away", endless{}, 1<<20), l.Up(l.ctx, "ahead", endless{}, 1<<20)
		buf := make([]byte, 1000)
		for _, r := range []*Reader{away, ahead, ahead} {
			if _, err := r.Read(buf); err != nil {
				t.Fatal(err)
			}
		}
		wait := l.waitFor(ahead, 1000)
		time.Sleep(20 * time.Millisecond)
		_ = away.Close()
		if n, took, err := wait(); n != 1000 || took != 20*time.Millisecond || err != nil {
			t.Errorf("%d bytes after %v, %v", n, took, err)
		}
	})
}
