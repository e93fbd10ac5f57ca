// Package awake keeps the computer from going to sleep by itself while bytes
// move. It stays silent otherwise: a computer that never sleeps again is as bad as
// one that sleeps in the middle of an upload. What a person orders, such as closing
// the lid, is done as ever, and so may the screen go dark.
package awake

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// linger is how long the computer is kept awake after the last byte: from one file
// to the next nothing is asked of the system.
const linger = 10 * time.Second

// Config is what a Keeper is made of.
type Config struct {
	// Log takes what the system refuses; nil for none.
	Log *slog.Logger
}

// A Keeper keeps the computer awake while it is wished. Its methods may be called
// by any goroutine.
type Keeper struct {
	log   *slog.Logger
	hold  holder
	news  chan struct{}
	leave context.CancelFunc
	group sync.WaitGroup

	mu  sync.Mutex
	on  bool
	why string
}

// holder asks the system to stay awake, for a reason that it may show, until
// release is called.
type holder func(ctx context.Context, why string) (release func(), err error)

// New returns a Keeper that nothing is wished of yet.
func New(cfg Config) *Keeper { return keep(cfg, hold) }

func keep(cfg Config, hold holder) *Keeper {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	k := &Keeper{log: cfg.Log, hold: hold, news: make(chan struct{}, 1), leave: cancel}
	k.group.Go(func() { k.run(ctx) })
	return k
}

// Keep wishes the computer to stay awake, or no more. It returns at once. why is a
// sentence in the person's language that the desktop may show.
func (k *Keeper) Keep(on bool, why string) {
	k.mu.Lock()
	same := k.on == on
	k.on, k.why = on, why
	k.mu.Unlock()
	if same {
		return
	}
	select {
	case k.news <- struct{}{}:
	default:
	}
}

// Close lets the computer sleep again, and waits for that.
func (k *Keeper) Close() {
	k.leave()
	k.group.Wait()
}

func (k *Keeper) wish() (on bool, why string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.on, k.why
}

// run does what is wished. What the system has refused is asked for again only by
// a new wish.
func (k *Keeper) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.news:
		}
		on, why := k.wish()
		if !on {
			continue
		}
		release, err := k.hold(ctx, why)
		if err != nil {
			k.log.Info("the system does not let itself be kept awake", "error", err)
			continue
		}
		k.stay(ctx)
		release()
	}
}

// stay returns when nothing has been wished for a while, or ctx ends.
func (k *Keeper) stay(ctx context.Context) {
	for {
		var over <-chan time.Time
		if on, _ := k.wish(); !on {
			over = time.After(linger)
		}
		select {
		case <-ctx.Done():
			return
		case <-k.news:
		case <-over:
			return
		}
	}
}
