// Package node is the QuickSync Upload API on this computer, over a store whose
// files have the CIDs that IPFS gives them. It is what the desktop program uses
// when no server is chosen, and what `qs node` serves to a team.
//
// The rules it lives by:
//
//   - The API answers on one listener, loopback unless asked otherwise. On
//     loopback it checks Host, everywhere Origin: a web page must not reach it.
//   - A download link carries its own right: key, name and end under an HMAC.
//   - The local network gets a listener of its own, closed until it is opened,
//     that serves signed downloads and nothing else.
//   - Port, token, session ID and signing key live in the directory, so that a
//     link outlives a restart.
//
// The wire is described in docs/api.md, the place of this package among the
// others in docs/architecture.md.
package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/node/store"
)

// ErrInUse reports that another program runs a node in the same directory.
var ErrInUse = store.ErrInUse

// Config says where a node keeps its files and how it is reached.
type Config struct {
	// Dir holds everything the node keeps.
	Dir string
	// Listen is the host and port of the API, "127.0.0.1:0" where empty. With
	// port 0 the port of the last run is taken again if it is free.
	Listen string
	// Token and SessionID are what the node accepts and reports. An empty one is
	// made on the first run and kept in Dir; a given one is not kept.
	Token, SessionID string
	// Rules bound uploads.
	Rules Rules
	// LAN is the host and port of the listener for the local network, ":0" where
	// empty, with port 0 as in Listen.
	LAN string
	// Log never gets a token, a link, or a file name; nil discards.
	Log *slog.Logger
}

// Rules bound the uploads of a session. Zero values bound nothing.
type Rules struct {
	// MaxFiles counts finished files and uploads under way.
	MaxFiles int
	// MaxMegaBytes bounds the sum of their declared sizes, in units of 1,000,000
	// bytes.
	MaxMegaBytes int
	// Expiry is when the session ends: from then on nothing is taken any more.
	Expiry time.Time
}

// Usage is what the node's files take up on the disk.
type Usage struct {
	// Files counts finished files and uploads under way.
	Files int
	// Bytes is the content kept.
	Bytes int64
	// Free is the room left on the disk in bytes.
	Free uint64
}

// backend is what the node asks of whoever keeps the content. *store.Store is
// one; its documentation states what each call promises.
type backend interface {
	Begin(context.Context, store.Owner, store.Draft, store.Limits) (store.File, error)
	PutPart(ctx context.Context, ref store.Ref, number int, body io.Reader, l store.Limits) (store.Part, error)
	Complete(ctx context.Context, ref store.Ref, tags []string) (store.File, error)
	List(context.Context, store.Owner) iter.Seq2[store.File, error]
	Stat(ctx context.Context, owner store.Owner, key string) (store.File, error)
	Delete(ctx context.Context, owner store.Owner, key string) error
	Open(ctx context.Context, key string) (store.File, io.ReadSeekCloser, error)
}

var _ backend = (*store.Store)(nil)

// Node is a running node. Its methods may be called from many goroutines.
type Node struct {
	log      *slog.Logger
	store    *store.Store
	identity identity
	main     *listener
	shared   *shared
	watcher  watcher

	closing  sync.Once
	closeErr error
}

// tuning is what tests change: the clock that links and sessions end by, and
// how long a connection may stand still.
type tuning struct {
	now                         func() time.Time
	readPatience, writePatience time.Duration
}

// endingPatience is how long Open waits for another node to end: longer than a
// program that ends gives any one of its parts, of which the node is the last.
const endingPatience = 15 * time.Second

// Open starts a node: when it returns, the API answers. It waits a while for a
// node that is ending in the same directory, then fails with ErrInUse. The
// context bounds the start alone.
func Open(ctx context.Context, cfg Config) (*Node, error) {
	return open(ctx, cfg, tuning{now: time.Now, readPatience: time.Minute, writePatience: 2 * time.Minute})
}

func open(ctx context.Context, cfg Config, tune tuning) (*Node, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	n := &Node{log: cfg.Log, store: st}
	if err := n.start(ctx, cfg, tune); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return n, nil
}

// openStore waits for a program that is ending: it gives the data folder back
// first and its node last, when its journal can be taken over too.
func openStore(ctx context.Context, cfg Config) (*store.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, endingPatience)
	defer cancel()
	for {
		st, err := store.Open(store.Config{Dir: cfg.Dir, Log: cfg.Log})
		if !errors.Is(err, ErrInUse) {
			return st, err
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w: %w", err, ctx.Err())
		}
	}
}

func (n *Node) start(ctx context.Context, cfg Config, tune tuning) error {
	var err error
	if n.identity, err = loadIdentity(n.store, cfg); err != nil {
		return fmt.Errorf("node: %w", err)
	}
	links := &downloads{
		store: n.store, links: signer(n.identity.signingKey), now: tune.now, log: n.log,
	}
	n.shared = &shared{
		ports:   ports{n.store, settingLANPort, cfg.LAN, n.log},
		handler: lanHandler(links, tune, n.log),
		log:     n.log,
	}
	ln, err := ports{n.store, settingPort, cfg.Listen, n.log}.listen(ctx)
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	a := &api{
		store: n.store, downloads: links, watcher: &n.watcher, rules: cfg.Rules, now: tune.now, log: n.log,
		owner: ownerOf(n.identity.token), creator: n.identity.creator(), session: n.identity.session,
	}
	n.main = serve(ln, mainHandler(a, ln.Addr().(*net.TCPAddr).AddrPort(), tune, n.log), n.log)
	return nil
}

// Watch has changed told of every file that is made complete or deleted over the API
// from now on, whoever does so: its key, and whether it is there. It is called by many
// goroutines, and the call that it is about waits for it. Nil ends that.
func (n *Node) Watch(changed func(key string, there bool)) { n.watcher.Store(&changed) }

// watcher is who watches a node, if anybody does.
type watcher struct {
	atomic.Pointer[func(key string, there bool)]
}

func (w *watcher) tell(key string, there bool) {
	if changed := w.Load(); changed != nil && *changed != nil {
		(*changed)(key, there)
	}
}

// Close stops both listeners and closes the store. Requests under way may end
// by themselves until the context is done; then their connections are closed.
// It returns when everything the node started has ended.
func (n *Node) Close(ctx context.Context) error {
	n.closing.Do(func() {
		n.shared.close()
		n.main.close(ctx)
		n.closeErr = n.store.Close()
	})
	return n.closeErr
}

// URL returns the base of the API, "http://127.0.0.1:PORT/v1".
func (n *Node) URL() string { return "http://" + n.main.reachable() + "/v1" }

// Token returns the token that the API accepts.
func (n *Node) Token() string { return n.identity.token }

// MadeToken tells that this run has made the token: nobody knows it yet.
func (n *Node) MadeToken() bool { return n.identity.madeToken }

// SessionID returns the session ID, with which names are sealed.
func (n *Node) SessionID() string { return n.identity.session }

// Usage returns what all files of the node take up.
func (n *Node) Usage(context.Context) (Usage, error) {
	u, err := n.store.Usage()
	if err != nil {
		return Usage{}, fmt.Errorf("node: %w", err)
	}
	return Usage(u), nil
}

// ShareOnLAN opens or closes the listener for the local network. Closing it
// ends the downloads under way there at once.
func (n *Node) ShareOnLAN(ctx context.Context, on bool) error { return n.shared.set(ctx, on) }

// withDefaults fills in what is empty and refuses what cannot work.
func (c Config) withDefaults() (Config, error) {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.LAN == "" {
		c.LAN = ":0"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case c.Dir == "":
		return c, errors.New("node: no directory")
	case c.Rules.MaxFiles < 0 || c.Rules.MaxMegaBytes < 0:
		return c, errors.New("node: a rule is negative")
	case !visible(c.Token):
		return c, errors.New("node: the token has characters that a header cannot carry")
	}
	return c, nil
}

// visible tells whether a text is of printable ASCII without space, as a bearer
// token has to be.
func visible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

func (r Rules) limits() store.Limits {
	return store.Limits{Files: r.MaxFiles, Bytes: int64(r.MaxMegaBytes) * 1_000_000}
}

func (r Rules) ended(now time.Time) bool { return !r.Expiry.IsZero() && !now.Before(r.Expiry) }

// patient wraps a handler so that a connection on which nothing moves ends.
func (t tuning) patient(h http.Handler) http.Handler {
	return patience{read: t.readPatience, write: t.writePatience, next: h}
}
