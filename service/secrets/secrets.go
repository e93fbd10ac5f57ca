// Package secrets keeps the keys of servers in the system's keyring, and where
// there is none, or none that answers, in memory for this run. They are never
// written to disk in plain text, and the caller is told where each one is.
package secrets

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

// MaxSecret is the longest secret, in bytes, that Set takes. Windows keeps 2,560
// bytes and macOS about 3,000, where a longer one can report a false success.
const MaxSecret = 2 << 10

const (
	defaultService  = "QuickSync"
	defaultDeadline = 10 * time.Second
)

var (
	// ErrNotFound means that there is no secret of that name.
	ErrNotFound = errors.New("secrets: not found")
	// ErrTooLong means that the secret is longer than MaxSecret.
	ErrTooLong = errors.New("secrets: the secret is too long to be kept")
	// ErrNoAnswer means that the keyring has not answered within the deadline. It
	// may be waiting for a person to unlock it.
	ErrNoAnswer = errors.New("secrets: the keyring does not answer")
	// ErrNotKept means that the keyring reported a success, and yet gives back
	// something else than it was given.
	ErrNotKept = errors.New("secrets: the keyring did not keep the secret")
	// ErrUnavailable means that the keyring answered with an error, as it does
	// where there is none. The error it wraps says which.
	ErrUnavailable = errors.New("secrets: the keyring cannot be used")
	// ErrClosed means that the store has been closed.
	ErrClosed = errors.New("secrets: closed")
)

// Kept tells where a secret is.
type Kept int

const (
	// InMemory means that the secret is known for this run only.
	InMemory Kept = iota
	// InKeyring means that the keyring has the secret, and has been asked for it
	// once to be sure.
	InKeyring
)

// Ring is a keyring as Store uses it. Get and Delete of what is not there return
// keyring.ErrNotFound. Calls may hang; none is made while another is under way.
type Ring interface {
	Get(service, name string) (string, error)
	Set(service, name, secret string) error
	Delete(service, name string) error
}

// Config says which keyring a Store uses.
type Config struct {
	// Service is the name that all secrets are filed under. Empty: "QuickSync".
	Service string
	// Deadline is how long a call may wait for the keyring. Zero: 10 s.
	Deadline time.Duration
	// Ring is the keyring. Nil: the system's own.
	Ring Ring
}

// Store keeps secrets by name. It is safe for concurrent use.
type Store struct {
	service  string
	deadline time.Duration
	ring     Ring
	orders   atomic.Uint64 // that were made

	mu     sync.Mutex
	memory map[string]string
	flight *flight
	reason error
	closed bool
}

// New returns a Store. It does not touch the keyring yet.
func New(config Config) *Store {
	s := &Store{
		service:  config.Service,
		deadline: config.Deadline,
		ring:     config.Ring,
		memory:   make(map[string]string),
	}
	if s.service == "" {
		s.service = defaultService
	}
	if s.deadline <= 0 {
		s.deadline = defaultDeadline
	}
	if s.ring == nil {
		s.ring = systemRing{}
	}
	return s
}

// Get returns the secret of that name. One that Set could only keep in memory
// comes before one in the keyring, which is older. The error is ErrNotFound,
// ErrNoAnswer, ErrUnavailable, ErrClosed or that of ctx.
func (s *Store) Get(ctx context.Context, name string) (string, error) {
	if secret, found := s.remembered(name); found {
		return secret, nil
	}
	return s.ask(ctx, order{name: name, call: func() (string, error) { return s.ring.Get(s.service, name) }})
}

// Set keeps the secret under that name, in place of any other, and tells where.
// A keyring that fails, hangs or forgets is no error: the secret is then in
// memory for this run, and Reason tells why. The error is ErrTooLong or
// ErrClosed, and nothing has changed then.
func (s *Store) Set(ctx context.Context, name, secret string) (Kept, error) {
	if len(secret) > MaxSecret {
		return InMemory, ErrTooLong
	}
	if err := s.remember(name, secret); err != nil {
		return InMemory, err
	}
	_, err := s.ask(ctx, order{name: name, changes: true, call: func() (string, error) { return "", s.write(name, secret) }})
	if err != nil {
		return InMemory, nil
	}
	s.forget(name, secret)
	return InKeyring, nil
}

// Delete removes the secret of that name from memory and from the keyring; that
// there was none is no error. After ErrNoAnswer, ErrUnavailable, ErrClosed or an
// error of ctx the keyring may still hold it.
func (s *Store) Delete(ctx context.Context, name string) error {
	s.mu.Lock()
	delete(s.memory, name)
	s.mu.Unlock()
	_, err := s.ask(ctx, order{name: name, changes: true, call: func() (string, error) { return "", s.ring.Delete(s.service, name) }})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Reason tells why the keyring failed the latest call that needed it: ErrNoAnswer,
// ErrNotKept, ErrUnavailable, ErrClosed or the error of a context. It is nil while the
// keyring works.
func (s *Store) Reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reason
}

// Close forgets what is in memory, refuses further calls and waits for the call
// to the keyring that is under way, if any, for as long as the deadline and ctx
// allow. The error is ErrNoAnswer or that of ctx: that call goes on by itself.
func (s *Store) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	clear(s.memory)
	f := s.flight
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.deadline, ErrNoAnswer)
	defer cancel()
	return s.await(ctx, f)
}

// write sets a secret and reads it back. What the keyring made of a secret that it
// did not keep whole is removed, lest the next run take it for one.
func (s *Store) write(name, secret string) error {
	if err := s.ring.Set(s.service, name, secret); err != nil {
		return err
	}
	back, err := s.ring.Get(s.service, name)
	if err == nil && back == secret {
		return nil
	}
	if removal := s.ring.Delete(s.service, name); removal != nil && !errors.Is(removal, keyring.ErrNotFound) {
		return fmt.Errorf("%w, nor could it be removed: %w", ErrNotKept, removal)
	}
	return ErrNotKept
}

func (s *Store) remembered(name string) (secret string, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, found = s.memory[name]
	return secret, found
}

func (s *Store) remember(name, secret string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.memory[name] = secret
	return nil
}

// forget drops a secret from memory that the keyring has now, unless a newer one
// has come meanwhile.
func (s *Store) forget(name, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory[name] == secret {
		delete(s.memory, name)
	}
}

// systemRing is the keyring of the system: Secret Service, Keychain or
// Credential Manager.
type systemRing struct{}

func (systemRing) Get(service, name string) (string, error) { return keyring.Get(service, name) }
func (systemRing) Set(service, name, secret string) error   { return keyring.Set(service, name, secret) }
func (systemRing) Delete(service, name string) error        { return keyring.Delete(service, name) }
