package secrets

import (
	"context"
	"errors"
	"fmt"

	"github.com/zalando/go-keyring"
)

// A call to the keyring has no context and may hang for minutes. The rules are:
//
//   - one call is under way at a time, in a goroutine of its own;
//   - whoever waits, for a turn or for an answer, gives up at the deadline;
//   - once someone has given up, the call is known to hang, and nobody waits for
//     it any more: until it returns, all others fail at once;
//   - a change that could not wait for an older change of the same secret is made
//     after it, whoever has given up: else the older one, which may go through once
//     the keyring is unlocked, would be the last.
//
// So there is never more than one goroutine held up by the keyring.

// order is what the keyring is to be asked.
type order struct {
	number  uint64 // orders are made in this order
	name    string
	changes bool // the secret of that name
	call    func() (string, error)
}

// overrides tells that an order leaves nothing of an older one.
func (o order) overrides(older order) bool {
	return o.changes && older.changes && o.name == older.name && o.number > older.number
}

// flight is one call to the keyring. Its answer may be read once done is closed.
type flight struct {
	order
	done   chan struct{}
	hangs  bool   // guarded by Store.mu
	again  *order // the last one that overrides it, nil for none; guarded by Store.mu
	secret string
	err    error
}

// ask runs one call to the keyring and returns its answer, with the keyring's
// errors made ours. It notes the outcome for Reason.
func (s *Store) ask(ctx context.Context, o order) (string, error) {
	o.number = s.orders.Add(1)
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline, ErrNoAnswer)
	defer cancel()
	f, err := s.takeOff(ctx, o)
	if err == nil {
		err = s.await(ctx, f)
	} else if !errors.Is(err, ErrClosed) {
		s.postpone(o)
	}
	if err != nil {
		return "", s.note(err)
	}
	return f.secret, s.note(ours(f.err))
}

// takeOff starts the call when its turn has come.
func (s *Store) takeOff(ctx context.Context, o order) (*flight, error) {
	for {
		f, mine, err := s.turn(o)
		if err != nil {
			return nil, err
		}
		if mine {
			go s.fly(f)
			return f, nil
		}
		if err := s.await(ctx, f); err != nil {
			return nil, err
		}
	}
}

// turn returns a flight of the caller's own, or the one to wait for.
func (s *Store) turn(o order) (f *flight, mine bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, false, ErrClosed
	case s.flight == nil:
		s.flight = &flight{order: o, done: make(chan struct{})}
		return s.flight, true, nil
	case s.flight.hangs:
		return nil, false, ErrNoAnswer
	}
	return s.flight, false, nil
}

// postpone has an order follow the call that it could not wait for, where it overrides
// that one.
func (s *Store) postpone(o order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flight
	if f != nil && o.overrides(f.order) && (f.again == nil || o.overrides(*f.again)) {
		f.again = &o
	}
}

func (s *Store) fly(f *flight) {
	f.secret, f.err = f.call()
	for o := s.land(f); o != nil; o = s.land(f) {
		_, _ = o.call() // nobody waits for it
	}
}

// land ends a flight, unless there is an order that it is to go on with.
func (s *Store) land(f *flight) (next *order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if next, f.again = f.again, nil; next != nil {
		f.order = *next
		return next
	}
	s.flight = nil
	close(f.done)
	return nil
}

// await waits until the flight is done or ctx ends. Only our own deadline proves
// that the keyring hangs: the caller's may have been very short.
func (s *Store) await(ctx context.Context, f *flight) error {
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, ErrNoAnswer) {
		s.mu.Lock()
		f.hangs = true
		s.mu.Unlock()
	}
	return cause
}

// note remembers why the keyring failed, and passes the error on.
func (s *Store) note(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reason = err; errors.Is(err, ErrNotFound) {
		s.reason = nil
	}
	return err
}

// ours turns an error of the keyring into one of this package.
func ours(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrNotKept):
		return err
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
