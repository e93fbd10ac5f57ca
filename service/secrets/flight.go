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
//     it any more: until it returns, all others fail at once.
//
// So there is never more than one goroutine held up by the keyring.

// flight is one call to the keyring. Its answer may be read once done is closed.
type flight struct {
	done   chan struct{}
	hangs  bool // guarded by Store.mu
	secret string
	err    error
}

// ask runs one call to the keyring and returns its answer, with the keyring's
// errors made ours. It notes the outcome for Reason.
func (s *Store) ask(ctx context.Context, call func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline, ErrNoAnswer)
	defer cancel()
	f, err := s.takeOff(ctx, call)
	if err == nil {
		err = s.await(ctx, f)
	}
	if err != nil {
		return "", s.note(err)
	}
	return f.secret, s.note(ours(f.err))
}

// takeOff starts the call when its turn has come.
func (s *Store) takeOff(ctx context.Context, call func() (string, error)) (*flight, error) {
	for {
		f, mine, err := s.turn()
		if err != nil {
			return nil, err
		}
		if mine {
			go s.fly(f, call)
			return f, nil
		}
		if err := s.await(ctx, f); err != nil {
			return nil, err
		}
	}
}

// turn returns a flight of the caller's own, or the one to wait for.
func (s *Store) turn() (f *flight, mine bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, false, ErrClosed
	case s.flight == nil:
		s.flight = &flight{done: make(chan struct{})}
		return s.flight, true, nil
	case s.flight.hangs:
		return nil, false, ErrNoAnswer
	}
	return s.flight, false, nil
}

func (s *Store) fly(f *flight, call func() (string, error)) {
	f.secret, f.err = call()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	close(f.done)
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
