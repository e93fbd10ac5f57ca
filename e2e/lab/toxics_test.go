//go:build e2e && linux

package lab

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/internal/strict"
)

func toxic(kind, stream string, attributes map[string]int) harness.Toxic {
	return harness.Toxic{Type: kind, Stream: stream, Attributes: attributes}
}

// both gives a toxic to both directions.
func both(kind string, attributes map[string]int) []harness.Toxic {
	return []harness.Toxic{toxic(kind, "upstream", attributes), toxic(kind, "downstream", attributes)}
}

// narrow is a line of so many KB/s for each connection: a part takes its time.
func narrow(rate int) harness.Toxic {
	return toxic("bandwidth", "upstream", map[string]int{"rate": rate})
}

// ill is what is wrong with a line.
type ill struct {
	// always is there from the beginning, fit comes over all connections for a
	// second when some parts have arrived.
	always, fit []harness.Toxic
	parts       int
}

// ills are what a line may have. Times are in milliseconds, sizes in bytes.
var ills = map[string]ill{
	"far away":   {both("latency", map[string]int{"latency": 40, "jitter": 30}), nil, 3},
	"narrow":     {both("bandwidth", map[string]int{"rate": 8000}), nil, 3},
	"in crumbs":  {both("slicer", map[string]int{"average_size": 1500, "size_variation": 700, "delay": 20}), nil, 2},
	"cuts":       {both("limit_data", map[string]int{"bytes": 11 * mib}), nil, 9},
	"resets":     {[]harness.Toxic{narrow(20_000)}, []harness.Toxic{toxic("reset_peer", "upstream", map[string]int{"timeout": 200})}, 9},
	"no answers": {[]harness.Toxic{narrow(20_000)}, []harness.Toxic{toxic("reset_peer", "downstream", map[string]int{"timeout": 20})}, 9},
	"black hole": {[]harness.Toxic{narrow(20_000)}, []harness.Toxic{toxic("timeout", "upstream", map[string]int{"timeout": 700})}, 9},
	"all of it": {
		slices.Concat(
			both("latency", map[string]int{"latency": 10, "jitter": 5}), both("slicer", map[string]int{"average_size": 4000, "size_variation": 1500, "delay": 5}),
			[]harness.Toxic{narrow(20_000), toxic("limit_data", "upstream", map[string]int{"bytes": 20 * mib})},
		),
		[]harness.Toxic{
			toxic("timeout", "downstream", map[string]int{"timeout": 700}), toxic("reset_peer", "upstream", map[string]int{"timeout": 300}),
		}, 6,
	},
}

// TestIlls sends over lines of which each has one illness, and over one that
// has all of them. Where the line has it all the time, the file is got back over
// it too.
func TestIlls(t *testing.T) {
	for name, c := range ills {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, gate := newGated(t, strict.Config{Keep: true, Tags: strict.TagKind(c.parts % 3)}, c.when(), c.always...)
			large, small := b.file("large", c.parts*part-part/3), b.file("small", 300_000)
			r := b.start("send", "--json", large, small)
			b.hasFit(c, gate)
			told := r.ends(0)
			b.arrived(told, large, small)
			if len(c.fit) > 0 && b.server.Calls("part") == b.parts() {
				t.Error("nothing happened on the line")
			}
			if len(c.fit) == 0 && !t.Failed() {
				b.fetched(*told[large].FileKey, large)
				b.clean(2)
			}
			measured(t, "a line, %s: %.3f × the bytes needed were sent", name, b.server.Traffic().Factor())
		})
	}
}

// parts counts those that have come, however often each of them was sent.
func (b *bench) parts() int {
	came := map[strict.Call]bool{}
	for _, a := range b.server.Attempts() {
		came[a.Call] = true
	}
	return len(came)
}

// when is the part with which the fit comes.
func (c ill) when() int { return c.parts * 2 / 3 }

// hasFit spoils the line for a second while parts are on their way.
func (b *bench) hasFit(c ill, gate *strict.Gate) {
	b.Helper()
	defer gate.Open()
	if len(c.fit) == 0 {
		return
	}
	b.sending(c.when())
	b.must(b.line.Spoil(within(b.T), c.fit...))
	gate.Open()
	b.passes(time.Second)
	b.must(b.line.Heal(within(b.T), c.fit...))
}

// sending waits until so many parts have begun to arrive.
func (b *bench) sending(parts int) {
	b.Helper()
	b.until("a part on its way", func() bool { return b.server.Calls("part") >= parts })
}

// TestLineGoesAndComes takes the line away for some seconds. Nothing has to be
// done to go on.
func TestLineGoesAndComes(t *testing.T) {
	t.Parallel()
	b, gate := newGated(t, strict.Config{}, 5, narrow(10_000))
	large, small := b.file("large", 9*part+1), b.file("small", 10_000)
	r := b.start("send", "--json", large, small)
	b.sending(5)
	b.must(b.line.Down(within(t)))
	gate.Open()
	b.passes(3 * time.Second)
	b.must(b.line.Up(within(t)))
	b.arrived(r.ends(0), large, small)
	b.neverAgain()
}

// passes lets time pass, where its passing is what a scene is about.
func (b *bench) passes(d time.Duration) {
	b.Helper()
	select {
	case <-time.After(d):
	case <-within(b.T).Done():
		b.Fatal("there was no time left")
	}
}

// TestDeadLine has connections on which nothing moves any more and that nobody
// closes, in the middle of a part and where its answer should come: the watchdog
// ends them, after half a minute and after two.
func TestDeadLine(t *testing.T) {
	t.Parallel()
	if soak(t) == 0 {
		t.Skip("the watchdog waits for minutes: a long run has that time")
	}
	over := make(chan struct{})
	dead := map[int]strict.Fault{2: stops(0.5, over), 5: stops(1, over)}
	var mu sync.Mutex
	b := newBench(t, strict.Config{Spoil: func(c strict.Call) strict.Fault {
		mu.Lock()
		defer mu.Unlock()
		fault := dead[c.Part]
		delete(dead, c.Part)
		return fault
	}}, narrow(20_000))
	t.Cleanup(func() { close(over) }) // before the server closes
	large := b.file("large", 9*part)
	began := time.Now()
	b.send(large)
	if len(dead) > 0 {
		t.Errorf("%d connections did not go dead", len(dead))
	}
	measured(t, "two connections that went dead: the file is there after %v", time.Since(began).Round(time.Second))
}

// stops takes a share of a body, and does nothing any more until all is over.
func stops(share float64, over <-chan struct{}) strict.Fault {
	return func(_ http.Handler, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, int64(share*float64(r.ContentLength)))
		<-over
		panic(http.ErrAbortHandler)
	}
}

// TestDownloadOverCuts gets a file back over a line that is cut every 3 MiB.
func TestDownloadOverCuts(t *testing.T) {
	t.Parallel()
	b := newBench(t, strict.Config{Keep: true})
	large := b.file("large", 20*mib)
	b.send(large)
	b.must(b.line.Spoil(within(t), toxic("limit_data", "downstream", map[string]int{"bytes": 3 * mib})))
	b.fetched(b.server.Files()[0].Key, large)
	b.clean(1)
}
