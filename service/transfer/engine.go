// Package transfer is the engine: it takes sources, sends each as a multipart
// upload, and says Done only when the file can be fetched by its link.
//
// The rules are:
//
//   - Files wait in two lanes of each target, small and large, so that small ones
//     do not wait behind a film, and none behind a server that is away. Parts of
//     all files share the places of their server, whose number follows the goodput.
//   - A call that may work later is repeated, at the pace of its server, which
//     all calls share. A call whose answer was lost is looked up first.
//   - Counters are pulled: Changes tells what changed since the last look, and
//     Wake that there is something to look at.
//   - Cleaning up has its own life: it goes on after the upload's context has
//     ended, until the server has confirmed it, and only after the workers have
//     come home. What the end of the engine leaves of it, the journal has the next
//     run do.
package transfer

import (
	"container/list"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/limit"
)

// Config sets an engine up. Zero fields mean the defaults.
type Config struct {
	// Workers is how many parts are on their way to a server at once, of all
	// files together. 0 lets the number follow the goodput.
	Workers int
	// Patience is how long a server may stay away before its transfers fail. It
	// stands still while this computer has no network. Default: for ever, which
	// is what a window wants.
	Patience time.Duration
	// Unattended tells that nobody is there to give a new key: where one is
	// needed, uploads fail instead of waiting for it.
	Unattended bool
	// Journal keeps what is needed to go on after a kill; nil keeps nothing.
	Journal Journal
	// Left is what earlier runs have left, from the journal, oldest first.
	Left []journal.Entry
	// Reopen makes the bundles that earlier runs have left.
	Reopen func(name string, paths []string) Source
	// History is what earlier runs have finished: a file among it that has not
	// changed is not sent again.
	History []journal.Finished
	// Log takes what a person would not read. It holds no names, keys or links.
	Log *slog.Logger
}

// How many files of each lane are on their way at once. Small ones need three
// calls for few bytes, so as many of them are kept in flight as there may be
// connections.
const (
	smallLane = flow.Widest
	largeLane = 4
	smallFile = 8 << 20
)

// An Engine sends files to any number of targets. Its methods may be called by
// many goroutines.
type Engine struct {
	cfg   Config
	ctx   context.Context
	stop  context.CancelCauseFunc
	group sync.WaitGroup
	wake  chan struct{}
	// bandwidth is shared by all that is sent and received.
	bandwidth *limit.Bandwidth

	mu       sync.Mutex
	workers  int // Config.Workers, or what was set since
	routes   map[string]*route
	queued   map[queueKey]*upload  // the newest of each source
	left     map[string]*leftovers // of earlier runs, by storage
	fetches  []journal.Entry       // downloads that were left
	history  map[string]journal.Finished
	known    []known           // the keys of history, oldest first
	sums     map[string]string // the CRC32C of what was finished, by sumKey
	uploads  map[string]*upload
	order    []*upload
	recent   list.List            // of *upload, the one that changed last at the back
	running  map[*upload]struct{} // those that move
	added    uint64               // how many uploads there have been
	swept    int                  // how many of order are gone
	lanes    map[string]*[2]lane  // by target: one that is away keeps no other waiting
	held     bool
	proving  int // finished files whose proof is waited for
	clearing int // cancelled uploads that are deleted from their servers
	closed   bool
	rev      uint64
	unkept   bool // the journal has failed
}

// lane is a queue and the number of its files that are on their way.
type lane struct {
	queue         []*upload
	active, width int
}

// errClosed ends every transfer when the engine closes.
var errClosed = errors.New("the program is closing")

// New returns an engine that waits for files. Close it.
func New(cfg Config) *Engine {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Journal == nil {
		cfg.Journal = noJournal{}
	}
	e := &Engine{
		cfg:       cfg,
		workers:   cfg.Workers,
		wake:      make(chan struct{}, 1),
		bandwidth: limit.New(),
		routes:    map[string]*route{},
		uploads:   map[string]*upload{},
		running:   map[*upload]struct{}{},
		queued:    map[queueKey]*upload{},
		lanes:     map[string]*[2]lane{},
	}
	e.left, e.fetches = leftUploads(cfg), leftDownloads(cfg.Left)
	e.history, e.sums = make(map[string]journal.Finished, len(cfg.History)), map[string]string{}
	for _, f := range cfg.History {
		e.remember(f)
	}
	e.cfg.Left, e.cfg.History = nil, nil
	e.ctx, e.stop = context.WithCancelCause(context.Background())
	return e
}

// Close stops everything that moves and waits for it. What the servers hold of
// unfinished uploads stays there: Cancel first what shall not.
func (e *Engine) Close() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop(errClosed)
	e.group.Wait()
	e.bandwidth.Close()
}

// Add puts a source in the queue of a target that was made known by Connect,
// and returns the transfer's ID. If an upload of the same source there has failed,
// or an earlier run has left one, that goes on where it was; if one is in the
// queue already, added is false and that one is returned. Where nobody attends, a
// failure is the last that is said of an upload.
func (e *Engine) Add(targetID string, src Source) (id string, added bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	u, known := e.queued[keyOf(targetID, src)]
	switch {
	case !known || u.dropped:
	case u.state == Failed && !e.cfg.Unattended:
		u.src, u.again = src, true
		e.renew(u)
		e.requeue(u)
		e.dispatch()
		return u.id, true
	case !u.state.Ended():
		return u.id, false
	}
	if u = e.takeLeft(targetID, src); u == nil {
		u = &upload{id: newID(), src: src, name: src.Name(), size: src.Size(), added: time.Now(), way: unmoved}
	}
	return e.admit(targetID, u), true
}

// newID is random, and orders transfers by when they were added: the journal,
// whose keys they are, then grows at its end and not everywhere.
func newID() string { return fmt.Sprintf("%013X", time.Now().UnixMicro()) + rand.Text()[:16] }

// queueKey is equal for sources in the queue that are the same. Several files of
// one folder may make bundles that share its path and a name: members, their
// paths, tell those apart.
type queueKey struct{ target, path, name, members string }

func keyOf(targetID string, src Source) queueKey {
	key := queueKey{target: targetID, path: src.Path(), name: src.Name()}
	if b, ok := src.(Bundle); ok {
		key.members = strings.Join(b.Paths(), "\x00")
	}
	return key
}

// admit puts an upload in the queue. Callers hold e.mu.
func (e *Engine) admit(targetID string, u *upload) string {
	r, ok := e.routes[targetID]
	if !ok {
		panic("transfer: an upload was added for a target that nobody connected")
	}
	u.targetID, u.storage = targetID, r.target.Storage
	e.added++
	u.number, u.recent = e.added, e.recent.PushBack(u)
	e.uploads[u.id] = u
	e.queued[keyOf(targetID, u.src)] = u
	e.order = append(e.order, u)
	e.keep(u)
	if e.held {
		e.change(u, Paused, nil)
		return u.id
	}
	e.enqueue(u)
	e.dispatch()
	return u.id
}

// change sets a state and tells whoever watches. Callers hold e.mu.
func (e *Engine) change(u *upload, s State, err error) {
	u.state, u.err = s, err
	e.touch(u)
}

// touch marks an upload as changed. Callers hold e.mu.
func (e *Engine) touch(u *upload) {
	e.rev++
	u.rev = e.rev
	if u.recent != nil {
		e.recent.MoveToBack(u.recent)
	}
	if u.state.Moving() {
		e.running[u] = struct{}{}
	} else {
		delete(e.running, u)
	}
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// enqueue lets an upload wait for its turn. Callers hold e.mu and dispatch
// afterwards.
func (e *Engine) enqueue(u *upload) {
	e.change(u, Waiting, nil)
	if u.queued {
		return
	}
	u.queued = true
	e.routes[u.targetID].lookups.count(1)
	l := e.laneOf(u)
	l.queue = append(l.queue, u)
}

// laneOf is the lane of an upload. What was not measured yet, such as a folder, may
// be of any size. Callers hold e.mu.
func (e *Engine) laneOf(u *upload) *lane {
	lanes, known := e.lanes[u.targetID]
	if !known {
		lanes = &[2]lane{{width: smallLane}, {width: largeLane}}
		e.lanes[u.targetID] = lanes
	}
	_, bundled := u.src.(Bundle)
	if u.size <= smallFile && (u.size > 0 || !bundled) {
		return &lanes[0]
	}
	return &lanes[1]
}

// dispatch starts what may start. Callers hold e.mu.
func (e *Engine) dispatch() {
	if e.closed {
		return
	}
	for _, lanes := range e.lanes {
		for i := range lanes {
			e.fill(&lanes[i])
		}
	}
}

// fill starts as many of a lane as there is room for. Callers hold e.mu.
func (e *Engine) fill(l *lane) {
	for l.active < l.width && len(l.queue) > 0 {
		u := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		u.queued = false
		// One that was paused or cancelled meanwhile has lost its turn.
		if u.state == Waiting {
			e.start(u, l)
		} else {
			e.routes[u.targetID].lookups.count(-1)
		}
	}
}

// start gives an upload its goroutine. Callers hold e.mu.
func (e *Engine) start(u *upload, l *lane) {
	r := e.routes[u.targetID]
	ctx, cancel := context.WithCancelCause(e.ctx)
	u.cancel, u.resume, u.lane = cancel, false, l
	u.given, u.pausing = false, false
	if u.way == unmoved {
		u.way = new(way)
	}
	l.active++
	e.change(u, Preparing, nil)
	e.group.Go(func() {
		err := (&run{engine: e, route: r, upload: u}).all(ctx)
		e.settle(ctx, r, u, err)
		cancel(nil)
	})
}

// leaveLane gives the place of an upload's turn back. Callers hold e.mu and
// dispatch afterwards.
func (e *Engine) leaveLane(u *upload) {
	if u.lane == nil {
		return
	}
	u.lane.active--
	u.lane = nil
	e.routes[u.targetID].lookups.count(-1)
}
