//go:build unix

package main_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/internal/strict"
	"quicksync.me/desktop/service/paths"
	"quicksync.me/desktop/service/transfer/journal"
)

// Kills of a usual run, and of a long one with the factor 1.
const (
	fewKills  = 20
	manyKills = 200
)

// TestKilledAtAnyInstant kills sends with kill -9, again and again, at instants
// that a seed chooses: around each call, in the journal's commits, and in the
// middle of parts. Every file arrives once and whole, nothing is left behind,
// and the only parts that travel twice are those whose tags were not in the
// journal when the kill came.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	kills := fewKills
	if f := soak(t); f > 0 {
		kills = manyKills * f
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for name, plan := range map[string]killPlan{"around calls": aroundCalls, "in parts": inParts(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newKiller(t, plan, rand.New(rand.NewPCG(seed, uint64(len(name))))).sends(name, kills/2)
		})
	}
}

// killPlan says what is sent and where kills come.
type killPlan struct {
	// rate is that of the server in bytes a second, 0 for as fast as it goes.
	rate int64
	// size chooses that of a file in bytes, blow where the next kill comes.
	size func(*rand.Rand) int64
	blow func(*rand.Rand) blow
}

// aroundCalls has small files, each killed at one of its calls. What comes
// after an answer, within the time of a commit or two, meets the journal.
var aroundCalls = killPlan{
	size: func(dice *rand.Rand) int64 { return int64(dice.IntN(3))*part + int64(dice.IntN(1000)) },
	blow: func(dice *rand.Rand) blow {
		ops := []string{"session", "begin", "begin", "part", "part", "part", "complete", "complete", "stat", "link", "fetch"}
		return blow{
			op: ops[dice.IntN(len(ops))], nth: dice.IntN(2), when: moment(dice.IntN(int(moments))),
			later: time.Duration(dice.Int64N(int64(3 * time.Millisecond))),
		}
	},
}

// inParts has large files on a line of some width, killed every so many bytes:
// in a long run, every few seconds.
func inParts(t *testing.T) killPlan {
	size, between, rate := int64(64*mib), int64(24*mib), int64(200*mib)
	if soak(t) > 0 {
		size, between, rate = gib, 384*mib, 96*mib
	}
	return killPlan{
		rate: rate,
		size: func(dice *rand.Rand) int64 { return size + int64(dice.IntN(1000)) },
		blow: func(dice *rand.Rand) blow { return blow{bytes: 1 + dice.Int64N(2*between)} },
	}
}

// killer is a server that kills its sender, and what it knows of the sender's
// journal.
type killer struct {
	qs
	plan   killPlan
	dice   *rand.Rand
	server *strict.Server
	armed  atomic.Pointer[hit]

	kept     map[place]bool // parts whose tags the journal held at the last kill
	seen     int            // sendings that were looked at
	inHand   int64          // bytes of parts that the journal did not have at a kill
	answered int            // parts among them whose answers were heard
}

// place is a part of an upload.
type place struct {
	upload string
	part   int
}

func newKiller(t *testing.T, plan killPlan, dice *rand.Rand) *killer {
	t.Helper()
	const token = "the-key-that-the-test-gave"
	k := &killer{plan: plan, dice: dice}
	server, err := strict.Start(strict.Config{Token: token, Session: "a session", Rate: plan.rate, Spoil: k.spoil})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	k.server, k.qs = server, onServer(t, server.URL(), token)
	return k
}

// sends sends files until so many kills were survived.
func (k *killer) sends(how string, kills int) {
	k.Helper()
	files := 0
	for killed := 0; killed < kills; files++ {
		path := k.marked(fmt.Sprint("file", files), k.plan.size(k.dice))
		for k.kept = nil; !k.sent(path, killed < kills); {
			killed++
		}
		if err := os.Remove(path); err != nil {
			k.Fatal(err)
		}
	}
	if held := k.server.Files(); len(held) != files || slices.ContainsFunc(held, func(f strict.File) bool { return !f.Completed }) {
		k.Errorf("%d files were sent, the server holds %+v", files, held)
	}
	if v := k.server.Violations(); len(v) > 0 {
		k.Errorf("the server complains of %d things: %q", len(v), v[:min(len(v), 5)])
	}
	traffic := k.server.Traffic()
	if over := traffic.Received - traffic.Beside - traffic.Needed; over > k.inHand {
		k.Errorf("%d bytes were sent twice, of which %d were in hand at a kill", over, k.inHand)
	}
	measured(k.T, "kill -9 %s: %d kills over %d files, each there once and whole; %.3f × the bytes needed were sent, all of the rest was in hand at a kill; %d answers were not in the journal yet",
		how, kills, files, traffic.Factor(), k.answered)
}

// sent runs a send, with a kill in store for it or without, and tells whether it
// came to its end.
func (k *killer) sent(path string, kill bool) bool {
	k.Helper()
	h := &hit{victim: make(chan *os.Process, 1)}
	if kill {
		h.blow = k.plan.blow(k.dice)
	}
	k.armed.Store(h)
	s := k.start("send", "--json", path)
	h.victim <- s.cmd.Process
	r := s.wait()
	if err := k.server.Idle(k.Context()); err != nil {
		k.Fatal(err)
	}
	k.account(r.code == -1)
	switch r.code {
	case -1:
		return false
	case 0:
		k.arrived(path, *one[sentFile](r).FileKey)
		return true
	default:
		k.Fatalf("exit code %d: %s", r.code, r.stderr)
		return true
	}
}

// arrived compares a file with what it was made of.
func (k *killer) arrived(path, key string) {
	k.Helper()
	f, err := os.Open(path)
	if err != nil {
		k.Fatal(err)
	}
	defer f.Close()
	if err := k.server.Same(key, f); err != nil {
		k.Errorf("%s: %v", filepath.Base(path), err)
	}
}

// account looks at the sendings of a run: none is of a part whose tag was in the
// journal, and none follows an answer to the same part.
func (k *killer) account(killed bool) {
	k.Helper()
	attempts := k.server.Attempts()[k.seen:]
	k.seen += len(attempts)
	answered := map[place]bool{}
	for _, a := range attempts {
		at := place{a.UploadID, a.Part}
		if k.kept[at] {
			k.Errorf("part %d was sent again, although its tag was in the journal", a.Part)
		}
		if answered[at] && !a.Beside {
			k.Errorf("part %d was sent again in the same run, after its answer", a.Part)
		}
		answered[at] = answered[at] || a.Answered
	}
	if !killed {
		return
	}
	var unfinished bool
	k.kept, unfinished = k.journalled()
	for _, a := range attempts {
		if !unfinished || k.kept[place{a.UploadID, a.Part}] {
			continue
		}
		k.inHand += a.Received
		if a.Delivered {
			k.answered++
		}
	}
}

// journalled reads the tags in a copy of the journals that a run has left, and
// whether there is an upload to go on with at all. The originals stay for the
// next start to adopt.
func (q qs) journalled() (kept map[place]bool, unfinished bool) {
	q.Helper()
	copied := filepath.Join(q.TempDir(), "journals")
	home := strings.TrimPrefix(q.env[0], paths.Home+"=")
	left := paths.Paths{Data: filepath.Join(home, "data")}.Journals()
	if _, err := os.Stat(left); errors.Is(err, fs.ErrNotExist) {
		return nil, false // it was killed before it had any
	}
	if err := os.CopyFS(copied, os.DirFS(left)); err != nil {
		q.Fatal(err)
	}
	j, entries, setAside, err := journal.Open(copied)
	if err != nil || len(setAside) > 0 {
		q.Fatal(err, setAside)
	}
	defer func() { _ = j.Close() }()
	kept = map[place]bool{}
	for _, e := range entries {
		for number := range e.Tags {
			kept[place{e.UploadID, number}] = true
		}
	}
	return kept, len(entries) > 0
}

// marked makes a file of a size that takes little room: a hole in which every
// MiB is another.
func (q qs) marked(name string, size int64) string {
	q.Helper()
	path := q.onDisk(name, nil)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		q.Fatal(err)
	}
	defer f.Close()
	for at := int64(0); at < size; at += mib {
		mark := fmt.Appendf(nil, "%s at %d", name, at)
		if _, err := f.WriteAt(mark[:min(int64(len(mark)), size-at)], at); err != nil {
			q.Fatal(err)
		}
	}
	if err := f.Truncate(size); err != nil {
		q.Fatal(err)
	}
	return path
}
