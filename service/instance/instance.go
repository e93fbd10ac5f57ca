// Package instance sees to it that one program at a time uses a data directory,
// and lets any other program that starts on it reach the first: to hand over
// files, or to use its node.
//
// Who has the directory holds the lock on DIR/lock; the system drops that lock
// when the program dies, in whatever way. DIR/run.json (0600) tells where it
// listens on loopback, and a secret of this run that proves that whoever calls
// can read the directory. The lock decides, run.json only informs: one that a
// dead program left behind means nothing.
package instance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

const (
	lockName = "lock"
	runName  = "run.json"

	// retryEvery is how often a lock that is held by a program that does not
	// answer is tried again: that program is starting or ending.
	retryEvery = 50 * time.Millisecond
)

var (
	// ErrBusy is what a Handler returns, or wraps, when the program cannot do now
	// what it was asked for. The asking program gets an error that wraps ErrBusy
	// and tells which program it was.
	ErrBusy = errors.New("busy")
	// ErrGone means that the other program ends or has ended. Acquire says what
	// is true now.
	ErrGone = errors.New("instance: the other program is gone")
	// ErrTooLarge means that the paths to be handed over take more than 64 MiB.
	ErrTooLarge = errors.New("instance: too many paths for one hand-over")
	// ErrInUse means that another program holds the directory and does not
	// answer.
	ErrInUse = errors.New("instance: another program is using the directory")
)

// Handler answers what other programs ask of the one that holds the directory.
// Both methods are called from many goroutines and must return soon: Close waits
// for them, as long as its context allows.
type Handler interface {
	// HandOver takes files and folders, as absolute paths in the system's own
	// bytes. No paths at all means that a second start had none: show yourself.
	HandOver(paths []string) error
	// Node tells how to reach the node of this program. It must work until
	// Instance.Close has returned.
	Node() (NodeInfo, error)
}

// Config is what Acquire needs; all fields do.
type Config struct {
	// Dir is the data directory. It is made if it is missing.
	Dir string
	// Kind is what other programs are told this one is: "desktop", "qs" or "node".
	Kind string
	// Handler answers other programs.
	Handler Handler
}

// Instance is the right to the data directory, held until Close.
type Instance struct {
	lock   *flock.Flock
	holder *holder
}

// Acquire takes the data directory for this program. When another one has it and
// answers, the error is a *Running, through which it can be reached. When that one
// does not answer, because it is starting or ending, Acquire tries again until ctx
// ends; the error then wraps ErrInUse and that of ctx, and names the directory.
func Acquire(ctx context.Context, config Config) (*Instance, error) {
	if config.Handler == nil {
		panic("instance: Config.Handler is nil")
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(config.Dir, lockName))
	for {
		locked, err := lock.TryLock()
		switch {
		case err != nil:
			return nil, fmt.Errorf("instance: locking %s: %w", config.Dir, err)
		case locked:
			return hold(lock, config)
		}
		if running, err := find(ctx, config.Dir); err == nil {
			return nil, running
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %s: %w", ErrInUse, config.Dir, ctx.Err())
		case <-time.After(retryEvery):
		}
	}
}

// hold makes of a lock an Instance, or gives it back.
func hold(lock *flock.Flock, config Config) (*Instance, error) {
	holder, err := newHolder(config)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &Instance{lock: lock, holder: holder}, nil
}

// Rest waits until no other program leases the node, or until ctx ends, whose error
// it then returns. Until then others are answered as ever, and may lease the node
// too, which makes the wait longer: there is no other node that they could have
// while this program holds the directory, and one that is ending would be in their
// way for as long as the longest lease. Once no lease is left, nothing new is
// accepted: Close is what is left to do.
func (i *Instance) Rest(ctx context.Context) error { return i.holder.rest(ctx) }

// Close gives the directory back. First nothing new is accepted; then Close waits
// until what other programs have handed over is taken and their leases have ended,
// or until ctx ends, whose error it then returns; leases that are left break. The
// directory is free in any case. Close may be called again.
func (i *Instance) Close(ctx context.Context) error {
	return errors.Join(i.holder.close(ctx), i.lock.Unlock())
}
