// Package online tells when the network under this computer has changed, when
// there surely is none, and when the computer has slept.
//
// The rules are:
//
//   - The system alone is asked. No host on the network is ever called, neither
//     to find out whether there is one nor to look for a captive portal: what a
//     computer asks the world when it wakes is the person's own affair.
//   - What the system cannot say for sure is not said: there is a network then,
//     and every address is there.
//   - Quiet costs nothing: the system wakes us, and no timer does.
//
// Linux tells by rtnetlink, macOS by a routing socket, Windows by the callbacks
// of its IP Helper. Elsewhere nothing is told.
package online

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// settle is how long changes are gathered: an interface that comes up gets its
// link, its addresses and its routes one after another.
const settle = time.Second

// Config sets a Watcher up.
type Config struct {
	// Log takes why the system tells nothing; nil for nowhere. It holds no
	// address.
	Log *slog.Logger
}

// A Watcher follows the network of this computer. Its methods may be called by
// many goroutines. One is enough for a program: on Windows each leaves a few
// bytes behind (see golang.org/x/sys/windows.NewCallback).
type Watcher struct {
	sys     system
	log     *slog.Logger
	events  chan struct{}
	changed chan struct{}
	now     atomic.Pointer[network] // nil where nothing is known for sure
	leave   func()
	group   sync.WaitGroup
}

// system is what a Watcher asks.
type system struct {
	// subscribe has tell called, which never waits, at everything that may be a
	// change, and with an error when no more is told. stop ends that, and waits.
	subscribe func(tell func(error)) (stop func(), err error)
	look      func() (*network, error)
}

// New returns a Watcher, which knows at once how the network stands. It never
// fails: where the system tells nothing, neither does it. Close it.
func New(cfg Config) *Watcher { return watch(cfg, system{subscribe: subscribe, look: look}) }

func watch(cfg Config, sys system) *Watcher {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &Watcher{
		sys: sys, log: cfg.Log, leave: cancel,
		events: make(chan struct{}, 1), changed: make(chan struct{}, 1),
	}
	stop, err := sys.subscribe(func(err error) { w.tell(err, cancel) })
	if err != nil {
		w.log.Info("the system does not tell of changes of the network", "error", err)
		return w
	}
	w.leave = func() {
		cancel()
		stop()
	}
	w.look() // after the subscription, so that nothing falls between
	w.group.Go(func() { w.follow(ctx) })
	return w
}

// tell takes an event of the system's; after an error there are no more.
func (w *Watcher) tell(err error, end func()) {
	if err != nil {
		w.log.Warn("the system tells no more of changes of the network", "error", err)
		end()
		return
	}
	signal(w.events)
}

// Close ends the watching and waits for it.
func (w *Watcher) Close() {
	w.leave()
	w.group.Wait()
}

// Changed receives, at most once a second, when the network is another than
// before, or none, or back. Changes that nobody has taken yet are one. One
// goroutine may wait on it.
func (w *Watcher) Changed() <-chan struct{} { return w.changed }

// Gone tells that this computer surely has no network: no device that is up has
// an address that reaches further than its own cable. False where the system
// does not tell.
func (w *Watcher) Gone() bool {
	n := w.now.Load()
	return n != nil && !n.reaches
}

// Has tells whether an address is one of this computer's, on a device that is
// up. A connection from one that is not is dead. True where the system does not
// tell.
func (w *Watcher) Has(a netip.Addr) bool {
	n := w.now.Load()
	return n == nil || n.addresses[plain(a)]
}

// follow looks at each event at once, so that Gone is never late, and once more
// when it has settled. A network that went and came back meanwhile has changed:
// it may be another of the same address.
func (w *Watcher) follow(ctx context.Context) {
	defer w.now.Store(nil)
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.events:
		}
		changed := w.look()
		select {
		case <-ctx.Done():
			return
		case <-time.After(settle):
		}
		select {
		case <-w.events: // the look below sees what it was about
		default:
		}
		if w.look() || changed {
			signal(w.changed)
		}
	}
}

// look takes in how the network stands, and tells whether it is another.
func (w *Watcher) look() (changed bool) {
	n, err := w.sys.look()
	if err != nil {
		n = nil
	}
	before := w.now.Swap(n)
	if before == nil || n == nil {
		return before != n
	}
	return before.mark != n.mark
}

// signal leaves a note for who waits on a channel of one place.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
