package transfer_test

import (
	"cmp"
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
)

// This file explores the engine as a state machine: whatever a person, a disk,
// a line and a server do, in any order, must end as the model says. The rules
// are:
//
//   - An action is done while nothing moves but the clock. Calls take a little
//     time there and back, so actions fall between any two steps of an upload.
//   - After each action the invariants are checked; at the end all faults stop,
//     the person sets everything going that has not ended, and what is then on
//     the servers and in the journal is compared with what was wished.
//   - All choices are rapid's. Only the jitter of the backoff is the engine's
//     own: a failure that hangs on it may need more than one run of its seed.

// TestEngineKeepsItsPromises explores uploads.
func TestEngineKeepsItsPromises(t *testing.T) {
	explore(t, 80, 40, func(t *rapid.T, failed func(story string)) {
		w := newWorld(t, failed)
		w.addNew(t)
		t.Repeat(map[string]func(*rapid.T){
			"":                    w.check,
			"add":                 w.addNew,
			"add many":            w.addMany,
			"add again":           w.addAgain,
			"change a source":     w.changeSource,
			"source away or back": w.moveSource,
			"pause":               w.one(w.pause),
			"resume":              w.one(w.resume),
			"retry":               w.one(w.retry),
			"cancel":              w.one(w.cancel),
			"forget":              w.one(w.forget),
			"two at once":         w.twoAtOnce,
			"pause all":           w.pauseAll,
			"resume all":          w.resumeAll,
			"retry all":           w.all(w.retry),
			"cancel all":          w.all(w.cancel),
			"fault":               w.armFault,
			"more faults":         w.armFault,
			"twist":               w.armTwist,
			"the key ends":        w.endKey,
			"new key":             w.newKey,
			"new session":         w.newSession,
			"server forgets":      w.serverForgets,
			"person deletes":      w.personDeletes,
			"close and open":      w.closeAndOpen,
			"kill and open":       w.killAndOpen,
			"recover":             w.recover,
			"a moment":            w.pass(1, 2, 5, 10, 15, 20, 30),
			"another moment":      w.pass(3, 7, 12, 17, 25, 40, 60),
			"a while":             w.pass(100, 300, 1000, 2000),
			"long":                w.pass(10_000, 31_000, 70_000, 600_000),
		})
		w.settle()
	})
}

// explore checks a property inside a bubble, so many times and with so many
// steps on average; in a long run 20 times as often for each unit of its
// factor. Flags that were given on the command line win. A failure is told with
// its seed and its story, and no file of it is left.
func explore(t *testing.T, runs, steps int, property func(t *rapid.T, failed func(story string))) {
	t.Helper()
	if text := os.Getenv("QUICKSYNC_SOAK"); text != "" {
		factor, err := strconv.Atoi(text)
		if err != nil || factor < 1 {
			t.Fatalf("QUICKSYNC_SOAK is %q, which is no factor", text)
		}
		runs *= 20 * factor
	}
	preset(t, "rapid.checks", strconv.Itoa(runs))
	preset(t, "rapid.steps", strconv.Itoa(steps))
	preset(t, "rapid.nofailfile", "true")
	var first, last string
	t.Cleanup(func() {
		if first != "" && last == "" {
			t.Log("It did not fail again. This is how it was:\n" + first)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		last = ""
		rapid.SyncTest(t, func(t *rapid.T) {
			property(t, func(story string) { first, last = cmp.Or(first, story), story })
		})
	})
}

// preset sets a flag for the time of a test, unless somebody has set it.
func preset(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	if f.Value.String() != f.DefValue {
		return
	}
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, f.DefValue) })
}

// Limits of the two connections: many small parts, and few large ones, so that
// a file of the large lane needs few calls.
var (
	manyParts = transfer.Limits{Step: 1 << 10, MinPart: 4 << 10, MaxPart: 4 << 10, MaxParts: 100}
	fewParts  = transfer.Limits{Step: 1 << 20, MinPart: 3 << 20, MaxPart: 3 << 20, MaxParts: 100}
)

// fileSizes are the sizes of sources for each connection, in bytes: the edges
// of a part, and for the second those of the lanes.
var fileSizes = [2][]int{
	{0, 1, 4<<10 - 1, 4 << 10, 4<<10 + 1, 13<<10 + 7, 40 << 10},
	{0, 1, 3<<20 + 1, 8 << 20, 8<<20 + 1},
}
