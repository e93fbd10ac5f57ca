package limit

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// waitFor starts a read of some bytes and returns, once it waits, what it comes
// to and how long it has taken.
func (l *line) waitFor(r *Reader, bytes int) func() (int, time.Duration, error) {
	type result struct {
		n    int
		took time.Duration
		err  error
	}
	done := make(chan result, 1)
	start := time.Now()
	l.all.Go(func() {
		n, err := r.Read(make([]byte, bytes))
		done <- result{n, time.Since(start), err}
	})
	synctest.Wait()
	return func() (int, time.Duration, error) {
		got := <-done
		return got.n, got.took, got.err
	}
}

// What is set holds for a read that waits already.
func TestAChangeHoldsAtOnce(t *testing.T) {
	const low = 1 << 10 // a turn of 51 bytes in 50 ms
	for name, c := range map[string]struct {
		set   Rates
		bytes int
		took  time.Duration
	}{
		"left alone": {Rates{Up: low}, 51, 50 * time.Millisecond},
		"lifted":     {Rates{}, 4096, 10 * time.Millisecond},
		"raised":     {Rates{Up: 1 << 20}, 4096, 14 * time.Millisecond},
		"lowered":    {Rates{Up: low / 2}, 51, 50 * time.Millisecond}, // below MinRate
	} {
		onLine(t, Schedule{Rates: Rates{Up: low}}, func(l *line) {
			wait := l.waitFor(l.Up(l.ctx, "a", endless{}, 1<<20), 4096)
			time.Sleep(10 * time.Millisecond)
			l.Set(Schedule{Rates: c.set})
			n, took, err := wait()
			if n != c.bytes || took.Round(time.Millisecond) != c.took || err != nil {
				t.Errorf("%s: %d bytes after %v (%v), want %d after %v", name, n, took, err, c.bytes, c.took)
			}
		})
	}
}

// A limit that falls from high to low leaves no credit and no debt behind.
func TestALowerLimitHoldsAtOnce(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 30}}, func(l *line) {
		all := l.sendAll(1, 64, 256<<10, 0)
		time.Sleep(time.Second)
		l.Set(Schedule{Rates: Rates{Up: 16 << 10}})
		synctest.Wait()
		before := sum(all)
		time.Sleep(10 * time.Second)
		l.near("in 10 s", sum(all)-before, 160<<10, 0.05)
		l.Set(Schedule{Rates: Rates{Up: 1 << 20}})
		synctest.Wait()
		before = sum(all)
		time.Sleep(10 * time.Second)
		l.near("in the next 10 s", sum(all)-before, 10<<20, 0.05)
	})
}

// A limit that comes while streams are on their way holds for them.
func TestALimitComesLater(t *testing.T) {
	onLine(t, Schedule{}, func(l *line) {
		all := l.sendAll(2, 2, 32<<10, time.Millisecond)
		time.Sleep(time.Second)
		l.Set(Schedule{Rates: Rates{Up: 1 << 20}})
		before := sum(all)
		time.Sleep(10 * time.Second)
		l.near("in 10 s", sum(all)-before, 10<<20, 0.05)
	})
}

func TestDirectionsAreApart(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 10, Down: 1 << 20}}, func(l *line) {
		up := l.send("a", 32<<10, 0)
		down := &flow{Reader: l.Down(l.ctx, "a", endless{}, 1<<60)}
		l.all.Go(func() { down.run(32<<10, 0) })
		time.Sleep(10 * time.Second)
		l.near("up", up.bytes.Load(), 10<<10, 0.05)
		l.near("down", down.bytes.Load(), 10<<20, 0.05)
	})
}

// Without a limit a read takes no lock.
func TestNoLimitCostsNothing(t *testing.T) {
	b := New()
	b.up.mu.Lock()
	defer b.up.mu.Unlock()
	r := b.Up(t.Context(), "a", strings.NewReader("all of it"), 9)
	if all, err := io.ReadAll(r); string(all) != "all of it" || err != nil {
		t.Errorf("read %q, %v", all, err)
	}
}

// Whatever pieces the source comes in, all arrives, and the end is no turn.
func TestTheContentArrives(t *testing.T) {
	text := strings.Repeat("content ", 100)
	for name, source := range map[string]func(io.Reader) io.Reader{
		"whole":            func(r io.Reader) io.Reader { return r },
		"byte by byte":     iotest.OneByteReader,
		"half of each":     iotest.HalfReader,
		"end with content": iotest.DataErrReader,
	} {
		onLine(t, Schedule{Rates: Rates{Up: 1 << 10}}, func(l *line) {
			start := time.Now()
			r := l.Up(l.ctx, "a", source(strings.NewReader(text)), int64(len(text)))
			all := make([]byte, len(text))
			if _, err := io.ReadFull(r, all); string(all) != text || err != nil {
				t.Errorf("%s: read %q, %v", name, all, err)
			}
			if took := time.Since(start); took < 750*time.Millisecond || took > 850*time.Millisecond {
				t.Errorf("%s: 800 bytes at 1 KiB/s took %v", name, took)
			}
			if len(l.up.files) > 0 {
				t.Errorf("%s: it is still in the round", name)
			}
			if n, took, err := l.waitFor(r, 1000)(); n != 0 || took != 0 || err != io.EOF {
				t.Errorf("%s: at the end %d bytes after %v, %v", name, n, took, err)
			}
		})
	}
}

// What a turn brought and the source did not have goes to all in equal shares.
func TestShortReadsCostWhatTheyBring(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 20}}, func(l *line) {
		short := &flow{Reader: l.Up(l.ctx, "short", iotest.HalfReader(endless{}), 1<<60)}
		l.all.Go(func() { short.run(32<<10, 0) })
		rest := l.send("rest", 32<<10, 0)
		time.Sleep(10 * time.Second)
		l.near("short", short.bytes.Load(), 5<<20, 0.05)
		l.near("the rest", rest.bytes.Load(), 5<<20, 0.05)
	})
}

var errBroken = errors.New("broken")

func TestASourceThatBreaksLeaves(t *testing.T) {
	onLine(t, Schedule{Rates: Rates{Up: 1 << 10}}, func(l *line) {
		r := l.Up(l.ctx, "a", iotest.ErrReader(errBroken), 1<<20)
		if _, err := io.ReadAll(r); !errors.Is(err, errBroken) {
			t.Errorf("the error is %v", err)
		}
		if len(l.up.files) > 0 {
			t.Error("it is still in the round")
		}
	})
}

// A read that waits ends at once, with the reason, and leaves the round.
func TestAWaitEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(r *Reader, cancel context.CancelCauseFunc)
		want error
	}{
		"by its context": {func(_ *Reader, cancel context.CancelCauseFunc) { cancel(errBroken) }, errBroken},
		"by Close":       {func(r *Reader, _ context.CancelCauseFunc) { _ = r.Close() }, errClosed},
	} {
		onLine(t, Schedule{Rates: Rates{Up: MinRate}}, func(l *line) {
			ctx, cancel := context.WithCancelCause(l.ctx)
			defer cancel(nil)
			r := l.Up(ctx, "a", endless{}, 1<<20)
			if _, err := r.Read(make([]byte, 1000)); err != nil {
				t.Fatal(err)
			}
			wait := l.waitFor(r, 1000)
			c.end(r, cancel)
			if n, took, err := wait(); n != 0 || took != 0 || !errors.Is(err, c.want) {
				t.Errorf("%s: %d bytes after %v, %v", name, n, took, err)
			}
			if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, c.want) {
				t.Errorf("%s: the next read: %d bytes, %v", name, n, err)
			}
			if len(l.up.files) > 0 {
				t.Errorf("%s: it is still in the round", name)
			}
		})
	}
}

func TestRatesAreBounded(t *testing.T) {
	for wish, want := range map[int64]int64{
		-1: 0, 0: 0, 1: MinRate, MinRate: MinRate, 5000: 5000, MaxRate: MaxRate, 1 << 62: MaxRate,
	} {
		if got := Bounded(wish); got != want {
			t.Errorf("%d is taken as %d, want %d", wish, got, want)
		}
	}
	onLine(t, Schedule{Rates: Rates{Up: 1 << 62}}, func(l *line) {
		f := l.send("a", 1<<30, 0)
		time.Sleep(10 * time.Second)
		l.near("at the highest rate", f.bytes.Load(), 10*MaxRate, 0.05)
	})
}
