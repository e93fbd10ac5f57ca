package transfer_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
)

// program is one run of the program: an engine with its journal. When it is
// killed, nothing more of it reaches a server or the journal.
type program struct {
	*transfer.Engine
	w       *world
	journal *ledger
	left    []journal.Entry
	dead    atomic.Bool
	haunts  atomic.Bool                   // what it had sent when it was killed may still arrive
	parts   map[*connection]*atomic.Int64 // on their way
	rev     uint64                        // of the last look at Changes
}

// open starts a run of the program with what the journal holds.
func (w *world) open() {
	kept, left, setAside, err := journal.Open(filepath.Join(w.dir, "journals"))
	if err != nil || len(setAside) > 0 {
		w.t.Fatal(err, setAside)
	}
	history, err := kept.History()
	if err != nil {
		w.t.Fatal(err)
	}
	p := &program{w: w, journal: newLedger(w, kept, left), left: left, parts: map[*connection]*atomic.Int64{}}
	p.Engine = transfer.New(transfer.Config{
		Workers: w.workers, Patience: w.patience, Unattended: w.unattended,
		Journal: p.journal, Left: left, History: history,
		Reopen: func(name string, paths []string) transfer.Source { return &bundled{name: name, path: paths[0]} },
	})
	w.program = p
	for _, c := range w.conns {
		p.parts[c] = new(atomic.Int64)
		w.connect(c)
	}
}

// connect has the engine know a connection as it is now.
func (w *world) connect(c *connection) {
	st := c.at
	st.setKey(true)
	w.program.Connect(transfer.Target{
		ID: c.id, Session: st.name, Storage: st.name, Limits: c.limits, UniqueName: func(string) bool { return true },
		Bucket: &line{Fake: st.Fake, st: st, run: w.program, conn: c},
		Seal:   func(name string) (string, error) { return name + "|" + st.name + "|" + rand.Text(), nil },
	})
}

// shut ends the run: by closing it, or by a kill, after which only what was
// committed is in the journal.
func (p *program) shut(kill bool) {
	if kill {
		p.journal.kill()
		p.dead.Store(true)
	}
	p.Close()
	p.journal.commit(time.Now())
	if err := p.journal.Journal.(*journal.Journal).Close(); err != nil {
		p.w.fail("the journal does not close: %v", err)
	}
}

// partBegins checks that a part may be sent now.
func (p *program) partBegins(c *connection, sent api.Part) {
	if n := p.parts[c].Add(1); n > int64(p.w.workers) {
		p.w.fail("%d parts are on their way, with %d workers", n, p.w.workers)
	}
	if !p.dead.Load() && p.journal.keeps(part{sent.Upload.ID, sent.Number}) {
		p.w.fail("a part is sent again whose tag is in the journal")
	}
}

func (p *program) partEnds(c *connection) { p.parts[c].Add(-1) }

// syncing is how long the journal takes until a record that nobody waits for is
// on the disk, at most.
const syncing = 50 * time.Millisecond

// ledger is a journal that can be killed: then the youngest records that nobody
// has waited for were never on the disk.
type ledger struct {
	transfer.Journal
	w *world

	mu      sync.Mutex
	pending []record
	dead    bool
	upload  map[string]string // the upload ID of each transfer
	tags    map[part]bool
}

// record is a change of the journal.
type record struct {
	at    time.Time
	write func() error
}

func newLedger(w *world, real *journal.Journal, left []journal.Entry) *ledger {
	l := &ledger{Journal: real, w: w, upload: map[string]string{}, tags: map[part]bool{}}
	for _, e := range left {
		l.upload[e.ID] = e.UploadID
		for number := range e.Tags {
			l.tags[part{e.UploadID, number}] = true
		}
	}
	return l
}

func (l *ledger) keeps(p part) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tags[p]
}

// do has a change wait for its commit, after note has taken it in.
func (l *ledger) do(note func(), write func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return nil
	}
	note()
	l.pending = append(l.pending, record{time.Now(), write})
	l.commitLocked(time.Now().Add(-syncing))
	return nil
}

// commit writes the records that are not younger than an instant.
func (l *ledger) commit(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.commitLocked(until)
}

func (l *ledger) commitLocked(until time.Time) {
	for len(l.pending) > 0 && !l.pending[0].at.After(until) {
		if err := l.pending[0].write(); err != nil {
			l.w.fail("the journal: %v", err)
		}
		l.pending = l.pending[1:]
	}
}

// kill loses what is not committed, and all that comes.
func (l *ledger) kill() {
	l.commit(time.Now().Add(-syncing))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead, l.pending = true, nil
}

func (l *ledger) Save(e journal.Entry, wait bool) error {
	err := l.do(func() { l.upload[e.ID] = e.UploadID }, func() error {
		l.w.named(e)
		return l.Journal.Save(e, false)
	})
	if wait {
		l.commit(time.Now())
	}
	return err
}

func (l *ledger) Tag(id string, number int, tag string) error {
	return l.do(func() { l.tags[part{l.upload[id], number}] = true }, func() error { return l.Journal.Tag(id, number, tag) })
}

func (l *ledger) Renew(e journal.Entry) error {
	return l.do(func() {
		for p := range l.tags {
			if p.uploadID == l.upload[e.ID] {
				delete(l.tags, p)
			}
		}
		l.upload[e.ID] = e.UploadID
	}, func() error {
		l.w.named(e)
		return l.Journal.Renew(e)
	})
}

func (l *ledger) Forget(id string) error {
	return l.do(func() {}, func() error {
		l.w.named(journal.Entry{ID: id})
		return l.Journal.Forget(id)
	})
}

func (l *ledger) Finish(id string, f journal.Finished) error {
	return l.do(func() {}, func() error {
		l.w.finished(id, f)
		return l.Journal.Finish(id, f)
	})
}

// connection is one of the person's connections: where it leads to changes.
type connection struct {
	id      string
	limits  transfer.Limits
	opaque  bool
	at      *storage
	session int
}

// lead has the connection lead to a new storage.
func (c *connection) lead(w *world) {
	if c.at != nil {
		c.at.end()
	}
	c.session++
	c.at = newStorage(w, fmt.Sprint(c.id, c.session), c.opaque)
	w.storages = append(w.storages, c.at)
}
