//go:build e2e && linux

package lab

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/internal/strict"
)

// Uploads of a usual run, and of a long one with the factor 1. They go in
// batches, each over a line of its own with one qs.
const (
	fewUploads  = 50
	manyUploads = 1000
	batch       = 25
)

// maxFactor is how many times the bytes that are needed may be sent, faults and
// all.
const maxFactor = 1.1

// TestManyFaults sends many files, on the way of each of which something goes
// wrong at least once: calls that fail before the server acts, while a part is
// on its way, and after it has acted. Each arrives once and whole, none is given
// up, and no part is sent again whose answer was given.
func TestManyFaults(t *testing.T) {
	t.Parallel()
	uploads := fewUploads
	if f := soak(t); f > 0 {
		uploads = manyUploads * f
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	var mu sync.Mutex
	var sum strict.Traffic
	spoilt := 0
	began := time.Now()
	t.Run("batch", func(t *testing.T) {
		for i := range uploads / batch {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				traffic, faults := sendBatch(t, rand.New(rand.NewPCG(seed, uint64(i))))
				mu.Lock()
				defer mu.Unlock()
				sum.Needed += traffic.Needed
				sum.Received += traffic.Received
				sum.Beside += traffic.Beside
				spoilt += faults
			})
		}
	})
	measured(t, "many faults: %d uploads, each with a fault, %d faults in all: %.3f × the bytes needed were sent, %.3f × beside another sending; %d MiB in %v (seed %d)",
		uploads, spoilt, sum.Factor(), float64(sum.Beside)/float64(max(sum.Needed, 1)), sum.Needed/mib, time.Since(began).Round(time.Second), seed)
	if sum.Factor() > maxFactor {
		t.Errorf("%.3f × the bytes needed were sent, want at most %v", sum.Factor(), maxFactor)
	}
}

// sendBatch sends one batch with one qs.
func sendBatch(t *testing.T, dice *rand.Rand) (traffic strict.Traffic, faults int) {
	t.Helper()
	p := &planned{dice: dice, decks: deal(dice, batch), byName: map[string]*misfortune{}}
	b := newBench(t, strict.Config{Tags: strict.TagKind(dice.IntN(3)), Spoil: p.spoil}, weather(dice)...)
	var paths []string
	for i, size := range sizes(dice, batch) {
		paths = append(paths, b.file(fmt.Sprintf("files/%d", i), size))
	}
	told := b.start("send", "--json", "--each", "files").ends(0)
	b.arrived(told, paths...)
	b.neverAgain()
	p.wantAll(t)
	b.must(os.RemoveAll(filepath.Join(b.dir, "files")))
	b.server.Close()
	return b.server.Traffic(), p.spoilt
}

// weather is a line that is far away, jittery and narrow by chance.
func weather(dice *rand.Rand) []harness.Toxic {
	return append(both("latency", map[string]int{"latency": 1 + dice.IntN(20), "jitter": dice.IntN(5)}), narrow(20_000+dice.IntN(40_000)))
}

// sizes are those of n files, in bytes, from 64 KiB to 60 MB: a third of them
// have one part, the others several. They are spread evenly, so that a run does
// not depend on luck, and come in any order.
func sizes(dice *rand.Rand, n int) []int {
	all := make([]int, n)
	for i := range all {
		at := float64(i) + dice.Float64()
		if small := float64(n) / 3; at < small {
			all[i] = int(64 * 1024 * math.Pow(part/(64*1024), at/small))
		} else {
			all[i] = part + int((60_000_000-part)*(at-small)/(float64(n)-small))
		}
	}
	dice.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// misfortune is what goes wrong on the way of one file.
type misfortune struct {
	op    string
	fault strict.Fault
	part  int // of a part; chosen when the file's number of parts is known
	used  bool
	// later, where set, goes wrong as well when the file is looked up.
	later     string
	laterUsed bool
}

// deal makes a misfortune for each of n files, in any order. Of ten files four
// meet it with a part, three each at begin and at complete.
func deal(dice *rand.Rand, n int) []*misfortune {
	all := make([]*misfortune, n)
	for i := range all {
		op := []string{"part", "begin", "complete", "part", "begin", "complete", "part", "begin", "complete", "part"}[i%10]
		share := (float64(i) + dice.Float64()) / float64(n)
		all[i] = &misfortune{op: op, fault: faultOf(i, share), later: []string{"", "", "stat", "link", "fetch"}[dice.IntN(5)]}
	}
	dice.Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// faultOf is one of the faults: a connection that breaks once a share of the
// body has come is as frequent as all the others together.
func faultOf(i int, share float64) strict.Fault {
	soon := func() string { return time.Now().Add(time.Second).UTC().Format(http.TimeFormat) }
	switch (i / 2) % 8 {
	case 0:
		return strict.LostAnswer
	case 1:
		return strict.Status(http.StatusInternalServerError, "", share)
	case 2:
		return strict.Status(http.StatusServiceUnavailable, []string{"", "1", soon()}[i%3], share)
	case 3:
		return strict.Status(http.StatusTooManyRequests, []string{"0", "1", soon()}[i%3], share)
	case 4:
		switch i % 4 {
		case 0:
			return strict.CutAnswer
		case 1:
			return strict.Acted(http.StatusGatewayTimeout)
		}
		return strict.Status(http.StatusBadGateway, "", share)
	default:
		return strict.Reset(share)
	}
}

// planned spoils the calls of files as was dealt, in the order in which they
// are begun.
type planned struct {
	mu     sync.Mutex
	dice   *rand.Rand
	decks  []*misfortune
	byName map[string]*misfortune
	spoilt int
}

func (p *planned) spoil(c strict.Call) strict.Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.byName[c.Name]
	if m == nil && c.Op == "begin" && len(p.decks) > 0 {
		m, p.decks = p.decks[0], p.decks[1:]
		m.part = 1 + p.dice.IntN(c.Parts)
		p.byName[c.Name] = m
	}
	switch {
	case m == nil:
		return nil
	case !m.used && c.Op == m.op && (c.Op != "part" || c.Part == m.part):
		m.used = true
		p.spoilt++
		return m.fault
	case !m.laterUsed && c.Op == m.later:
		m.laterUsed = true
		p.spoilt++
		return strict.LostAnswer
	}
	return nil
}

// wantAll checks that nothing of what was dealt was left over.
func (p *planned) wantAll(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.decks) > 0 {
		t.Errorf("%d files had no fault", len(p.decks))
	}
	for name, m := range p.byName {
		if !m.used {
			t.Errorf("the fault of %.20s… at %s %d did not come", name, m.op, m.part)
		}
	}
}
