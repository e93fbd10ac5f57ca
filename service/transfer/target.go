package transfer

import (
	"context"
	"errors"
	"path"
	"time"

	"golang.org/x/sync/semaphore"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/flow"
)

// Bucket is the storage that an engine sends to and fetches from, one call
// each. Errors worth another try are *api.Error and Transient. The files of a List are
// the caller's, who may change them.
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
	// Server is its server's address: what was learnt of the way to one says nothing of
	// another.
	Server string
	// Storage names the same storage and session in every run and program: what
	// an earlier run left unfinished is looked for by it.
	Storage string
	Bucket  Bucket
	Limits  Limits
	// Seal makes the name that is sent of a plain one.
	Seal func(name string) (string, error)
	// UniqueName tells of a name that Seal has made, now or by an earlier choice of
	// how names are sent, that it was never made twice: then an upload whose begin
	// was not answered can be found again by it. Nil where no name is.
	UniqueName func(sealed string) bool
	// Trip is about a round trip to its server; 0 where it was not measured.
	Trip time.Duration
	// Here tells that the server is on this computer, however long it takes to answer.
	Here bool
	// Paced tells that few connections fill the line, although it loses packets.
	Paced bool
	// Delay is how much longer packets take now than at best, where that is known;
	// nil where it never is.
	Delay func() (d time.Duration, known bool)
	// Fresh lets go of the connections that wait for a call, so that the next one
	// goes over a new connection; nil where that cannot be had.
	Fresh func()
	// LinkLifetime is what presigned links are asked for; 0 means the server's.
	LinkLifetime func() time.Duration
	// Offline tells that there surely is no network to reach the storage by; nil
	// where none is needed, or nobody can tell.
	Offline func() bool
}

// linkOptions are the wishes for the link to a file of this plain name.
func (t Target) linkOptions(name string) api.LinkOptions {
	opt := api.LinkOptions{Filename: path.Base(name)}
	if t.LinkLifetime != nil {
		opt.Lifetime = t.LinkLifetime()
	}
	return opt
}

// line is what has been learnt of the way to a server. It outlives a new key.
type line struct {
	pace     *pace
	up, down *flow.Flow
	tags     tagKinds
	late     stragglers
	lookups  *lookups
	removals *semaphore.Weighted // of what is left of cancelled uploads
	replaced chan struct{}       // closed when the way leads to another server
}

// removing is how many cancelled uploads are removed from one server at once: a
// thousand would be as many connections, and as many lists where a begin was lost.
const removing = 8

func newLine(workers int) *line {
	return &line{
		pace: new(pace), up: flow.New(workers), down: flow.New(workers), lookups: newLookups(),
		removals: semaphore.NewWeighted(removing), replaced: make(chan struct{}),
	}
}

// route is a target and the line to its server.
type route struct {
	*line
	target   Target
	patience time.Duration
}

// known is what is known of the line to the server, before anything was sent too. Where
// both are on one computer, what a call takes is the disk's time, or another program's,
// and no way.
func (r *route) known() flow.Line {
	l := r.up.Line()
	if r.target.Here {
		l.Trip = 0
	} else if l.Trip == 0 {
		l.Trip = r.target.Trip
	}
	return l
}

// Rate is how many bytes a second the line to a target has taken of late; 0
// while that is not known.
func (e *Engine) Rate(targetID string) float64 {
	e.mu.Lock()
	r, ok := e.routes[targetID]
	e.mu.Unlock()
	if !ok {
		return 0
	}
	return r.up.Line().Rate
}

// try makes a call to the server at its pace. Fewer parts are sent at once
// while calls fail.
func (r *route) try(ctx context.Context, call func() error) error {
	return r.pace.try(ctx, r.patience, func() error {
		err := call()
		var e *api.Error
		if errors.As(err, &e) && e.Transient() && ctx.Err() == nil {
			r.up.Failed(e.Kind == api.ErrBusy)
			r.down.Failed(e.Kind == api.ErrBusy)
		}
		return err
	})
}

// timed makes a call that moves next to nothing: it takes a round trip.
func (r *route) timed(call func() error) error {
	began := time.Now()
	err := call()
	if err == nil {
		r.up.Answered(time.Since(began))
		r.down.Answered(time.Since(began))
	}
	return err
}

// stat looks a file up.
func (r *route) stat(ctx context.Context, fileKey string) (file api.File, err error) {
	err = r.try(ctx, func() error {
		return r.timed(func() (err error) {
			file, err = r.target.Bucket.Stat(ctx, fileKey)
			return err
		})
	})
	return file, err
}

// link asks for a link to a file of this plain name.
func (r *route) link(ctx context.Context, fileKey, name string) (link api.Link, err error) {
	err = r.try(ctx, func() (err error) {
		link, err = r.target.Bucket.DownloadURL(ctx, fileKey, r.target.linkOptions(name))
		return err
	})
	return link, err
}

// TryLink fetches the first byte of a link, and returns the size in bytes that it
// shows. Another size than want is ErrWrongSize, unless want is negative: not
// known. A page is the file where it has just the size that is wanted. Other
// errors are those of Bucket.LinkSize.
func TryLink(ctx context.Context, b Bucket, link string, want int64) (size int64, err error) {
	size, err = b.LinkSize(ctx, link)
	switch {
	case want < 0:
		return size, err
	case api.IsPage(err) && size == want:
		return size, nil
	case err == nil && size != want:
		return size, ErrWrongSize
	}
	return size, err
}

// Connect makes a target known, or replaces the one of the same ID: a new key
// for it sets the uploads going again that waited for one. Where its session
// is another than before, they begin anew.
func (e *Engine) Connect(t Target) {
	e.mu.Lock()
	defer e.mu.Unlock()
	old, known := e.routes[t.ID]
	if !known {
		old = &route{line: newLine(e.workers), target: t}
	}
	way := old.line
	if old.target.Server != t.Server {
		close(old.replaced)
		way = newLine(e.workers)
		way.lookups = old.lookups // who is counted there is so until he ends
	}
	way.pace.follow(t.Offline)
	way.up.Sense(t.Delay)
	if t.Paced {
		way.up.Narrow()
	}
	e.routes[t.ID] = &route{line: way, target: t, patience: e.cfg.Patience}
	for _, u := range e.order {
		if u.targetID == t.ID && !u.state.Stored() {
			e.reconnect(u, old.target.Storage != t.Storage)
		}
	}
	e.finishCancelled(t)
	e.dispatch()
}

// reconnect has an upload go by the new target of its connection: in another
// storage it begins anew, with a new key it goes on. Callers hold e.mu.
func (e *Engine) reconnect(u *upload, moved bool) {
	switch {
	case moved && u.clearing(): // from where it was
		u.moved = true
	case moved && u.cancel != nil:
		u.moved, u.resume = true, !u.pausing
		u.cancel(&pausedError{})
	case moved:
		e.move(u)
	case u.owes():
		e.clear(e.routes[u.targetID], u)
	}
	if u.state == Paused && NeedsKey(u.err) {
		e.requeue(u)
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
