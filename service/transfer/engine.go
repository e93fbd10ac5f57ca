// Package transfer is the engine: it takes sources, sends each as a multipart
// upload, and says Done only when the file can be fetched by its link.
//
// The rules are:
//
//   - Files wait in two lanes, small and large, so that small ones do not wait
//     behind a film. Parts of all files share one number of workers.
//   - A call that may work later is repeated, at the pace of its server, which
//     all calls share. A call whose answer was lost is looked up first.
//   - Counters are pulled: Changes tells what changed since the last look, and
//     Wake that there is something to look at.
//   - Cleaning up has its own life: it goes on after the upload's context has
//     ended, within a bound, and only after the workers have come home.
package transfer

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// Bucket is the storage that an engine sends to and fetches from, one call
// each. Errors worth another try are *api.Error and Transient.
type Bucket interface {
	List(ctx context.Context) ([]api.File, error)
	Begin(ctx context.Context, r api.BeginRequest) (api.Upload, error)
	PutPart(ctx context.Context, p api.Part) (tag string, err error)
	Complete(ctx context.Context, u api.Upload, tags []string) error
	Stat(ctx context.Context, fileKey string) (api.File, error)
	Delete(ctx context.Context, fileKey string) error
	DownloadURL(ctx context.Context, fileKey string, opt api.LinkOptions) (api.Link, error)
	LinkSize(ctx context.Context, link string) (int64, error)
	Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error)
}

var _ Bucket = (*api.Client)(nil)

// A Target is a storage as the engine needs to know it.
type Target struct {
	// ID is the connection's, Session that of the storage behind it.
	ID, Session string
	// Storage names the same storage and session in every run and program: what
	// an earlier run left unfinished is looked for by it.
	Storage string
	Bucket  Bucket
	Limits  Limits
	// Seal makes the name that is sent of a plain one.
	Seal func(name string) (string, error)
	// UniqueNames tells that no two calls of Seal give the same: then an upload
	// whose begin was not answered can be found again by its name.
	UniqueNames bool
	// LinkLifetime is what presigned links are asked for; 0 means the server's.
	LinkLifetime func() time.Duration
}

// linkOptions are the wishes for the link to a file of this plain name.
func (t Target) linkOptions(name string) api.LinkOptions {
	opt := api.LinkOptions{Filename: path.Base(name)}
	if t.LinkLifetime != nil {
		opt.Lifetime = t.LinkLifetime()
	}
	return opt
}

// Config sets an engine up. Zero fields mean the defaults.
type Config struct {
	// Workers is how many parts are on their way at once, of all files
	// together. Default 4.
	Workers int
	// Patience is how long a server may stay away before its transfers fail.
	// Default: for ever, which is what a window wants.
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
// calls for few bytes, so more of them are kept in flight.
const (
	smallLane = 16
	largeLane = 4
	smallFile = 8 << 20
)

// An Engine sends files to any number of targets. Its methods may be called by
// many goroutines.
type Engine struct {
	cfg   Config
	slots *semaphore.Weighted
	ctx   context.Context
	stop  context.CancelCauseFunc
	group sync.WaitGroup
	wake  chan struct{}

	mu       sync.Mutex
	routes   map[string]*route
	queued   map[string]*upload    // the newest of each source, by queueKey
	left     map[string]*leftovers // of earlier runs, by storage
	fetches  []journal.Entry       // downloads of earlier runs
	history  map[string]journal.Finished
	uploads  map[string]*upload
	order    []*upload
	lanes    [2]lane
	held     bool
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

// route is a target with the pace of its server.
type route struct {
	pace   *pace // outlives a new key for the same server
	target Target
}

// errClosed ends every transfer when the engine closes.
var errClosed = errors.New("the program is closing")

// New returns an engine that waits for files. Close it.
func New(cfg Config) *Engine {
	if cfg.Workers <= 0 {
		cfg.Workers = 4
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Journal == nil {
		cfg.Journal = noJournal{}
	}
	e := &Engine{
		cfg:     cfg,
		slots:   semaphore.NewWeighted(int64(cfg.Workers)),
		wake:    make(chan struct{}, 1),
		routes:  map[string]*route{},
		uploads: map[string]*upload{},
		queued:  map[string]*upload{},
		lanes:   [2]lane{{width: smallLane}, {width: largeLane}},
	}
	e.left, e.fetches = leftUploads(cfg), leftDownloads(cfg.Left)
	e.history = make(map[string]journal.Finished, len(cfg.History))
	for _, f := range cfg.History {
		e.history[historyKey(f)] = f
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
}

// Connect makes a target known, or replaces the one of the same ID: a new key
// for it sets the uploads going again that waited for one. Where its session
// is another than before, they begin anew.
func (e *Engine) Connect(t Target) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old, known := e.routes[t.ID]
	if !known {
		old = &route{pace: new(pace), target: t}
	}
	e.routes[t.ID] = &route{pace: old.pace, target: t}
	e.finishCancelled(t)
	for _, u := range e.order {
		if u.targetID == t.ID && !u.state.Stored() {
			e.reconnect(u, old.target.Storage != t.Storage)
		}
	}
	e.dispatch()
}

// reconnect has an upload go by the new target of its connection: in another
// storage it begins anew, with a new key it goes on. Callers hold e.mu.
func (e *Engine) reconnect(u *upload, moved bool) {
	switch {
	case moved && u.cancel != nil:
		u.moved, u.resume = true, true
		u.cancel(&pausedError{})
	case moved:
		e.move(u)
	}
	if u.state == Paused && NeedsKey(u.err) {
		e.enqueue(u)
	}
}

// move has an upload that does not run begin anew in the storage that its
// connection leads to now. Callers hold e.mu.
func (e *Engine) move(u *upload) {
	u.moved = false
	u.forget()
	u.storage = e.routes[u.targetID].target.Storage
	if !u.state.Ended() {
		e.renew(u)
	}
}

// Add puts a source in the queue of a target that was made known by Connect,
// and returns the transfer's ID. If an earlier run has left an upload of the
// same source there, that goes on where it was; if one is in the queue already,
// added is false and that one is returned.
func (e *Engine) Add(targetID string, src Source) (id string, added bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if u, ok := e.queued[queueKey(targetID, src)]; ok && !u.dropped && !u.state.Ended() {
		return u.id, false
	}
	u := e.takeLeft(targetID, src)
	if u == nil {
		u = &upload{id: rand.Text(), src: src, name: src.Name(), size: src.Size(), added: time.Now()}
	}
	return e.admit(targetID, u), true
}

// queueKey tells whether two sources in the queue are the same.
func queueKey(targetID string, src Source) string {
	return targetID + "\x00" + src.Path() + "\x00" + src.Name()
}

// admit puts an upload in the queue. Callers hold e.mu.
func (e *Engine) admit(targetID string, u *upload) string {
	u.targetID = targetID
	if r, ok := e.routes[targetID]; ok {
		u.storage = r.target.Storage
	}
	e.uploads[u.id] = u
	e.queued[queueKey(targetID, u.src)] = u
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
	l := e.laneOf(u)
	l.queue = append(l.queue, u)
}

func (e *Engine) laneOf(u *upload) *lane {
	if u.size <= smallFile {
		return &e.lanes[0]
	}
	return &e.lanes[1]
}

// dispatch starts what may start. Callers hold e.mu.
func (e *Engine) dispatch() {
	if e.held || e.closed {
		return
	}
	for i := range e.lanes {
		l := &e.lanes[i]
		for l.active < l.width && len(l.queue) > 0 {
			u := l.queue[0]
			l.queue[0] = nil
			l.queue = l.queue[1:]
			u.queued = false
			// One that was paused or cancelled meanwhile has lost its turn.
			if u.state == Waiting {
				e.start(u, l)
			}
		}
	}
}

// start gives an upload its goroutine. Callers hold e.mu.
func (e *Engine) start(u *upload, l *lane) {
	r, ok := e.routes[u.targetID]
	if !ok {
		panic("transfer: an upload was added for a target that nobody connected")
	}
	ctx, cancel := context.WithCancelCause(e.ctx)
	u.cancel, u.resume = cancel, false
	l.active++
	e.change(u, Preparing, nil)
	e.group.Go(func() {
		err := (&run{engine: e, route: r, upload: u}).all(ctx)
		e.settle(ctx, r, u, err)
		cancel(nil)
		e.mu.Lock()
		defer e.mu.Unlock()
		l.active--
		if u.dropped {
			e.sweep()
		}
		e.dispatch()
	})
}

// settle decides what becomes of an upload whose run has ended.
func (e *Engine) settle(ctx context.Context, r *route, u *upload, err error) {
	cause := context.Cause(ctx)
	var paused *pausedError
	e.mu.Lock()
	defer e.mu.Unlock()
	u.cancel = nil
	u.ended = time.Now()
	switch {
	case errors.Is(err, errAlready):
		e.drop(u)
		e.change(u, Already, nil)
	case err == nil:
		e.finished(u)
		e.change(u, Done, nil)
	case errors.Is(cause, errCancelled):
		e.change(u, Cancelled, nil)
		e.clear(u)
	case errors.As(cause, &paused) && u.resume:
		if u.moved {
			e.move(u)
		}
		e.enqueue(u)
	case errors.As(cause, &paused) && paused.why != nil:
		e.change(u, e.withoutKey(), paused.why)
	case errors.As(cause, &paused):
		e.change(u, Paused, nil)
	case errors.Is(cause, errClosed):
		e.change(u, Waiting, nil)
	case NeedsKey(err) && e.routes[u.targetID] != r:
		e.enqueue(u) // a new key came meanwhile
	case NeedsKey(err):
		e.change(u, e.withoutKey(), err)
		e.hold(u.targetID, err)
	default:
		if !u.begun {
			e.drop(u) // there is nothing to go on with
		}
		e.cfg.Log.Warn("an upload failed", "transfer", u.id, "error", kindOf(err))
		e.change(u, Failed, err)
	}
}

// withoutKey is the state of uploads that need a new key.
func (e *Engine) withoutKey() State {
	if e.cfg.Unattended {
		return Failed
	}
	return Paused
}

// hold stops all of a target whose key does not work: asking again would only
// be refused again. The queue stays. Callers hold e.mu.
func (e *Engine) hold(targetID string, err error) {
	for _, u := range e.order {
		if u.targetID != targetID {
			continue
		}
		if u.state == Waiting {
			e.change(u, e.withoutKey(), err)
		} else if u.cancel != nil {
			u.cancel(&pausedError{err})
		}
	}
}

// NeedsKey tells that nothing goes on before the person gives a new key.
func NeedsKey(err error) bool {
	return errors.Is(err, api.ErrUnauthorized) || errors.Is(err, api.ErrEnded)
}

// kindOf names an error without the file that it is about.
func kindOf(err error) string {
	var onDisk *FileError
	if errors.As(err, &onDisk) {
		return onDisk.Kind.Error()
	}
	var remote *api.Error
	if errors.As(err, &remote) {
		return remote.Op + ": " + remote.Kind.Error()
	}
	return err.Error()
}
