package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/transfer"
)

// How long a server may stay away before a command gives it up.
const (
	// defaultPatience is long enough for a router to restart.
	defaultPatience = 2 * time.Minute
	// patienceHere is for this computer's own storage: a program that answers is
	// either there or not.
	patienceHere = 2 * time.Second
	// saidAfter is how long it stays away before somebody is told.
	saidAfter = 2 * time.Second
	// probing is how often a server is tried although this computer has no
	// network, as its system says.
	probing = 30 * time.Second
)

// patienceOf reads how long a server may stay away, as the environment says it.
func patienceOf(environment string) (time.Duration, error) {
	if environment == "" {
		return defaultPatience, nil
	}
	d, err := time.ParseDuration(environment)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("QS_PATIENCE is %q, but should be a time such as 30s or 10m (%w)", environment, errUsage)
	}
	return d, nil
}

// caller makes calls to a server that may be away for a while.
type caller struct {
	patience time.Duration
	moved    <-chan struct{} // receives when the network is another one
	stderr   io.Writer
	said     error // the kind of what was told to be waited for
}

// call makes a call until it works, is refused for good, or the server has been away
// for as long as patience, which stands still while this computer has no network.
func (c *caller) call(ctx context.Context, do func() error) error {
	for {
		var offline bool
		err := transfer.Retry(ctx, c.patience, func() error {
			err := do()
			if offline = errors.Is(err, api.ErrOffline); offline {
				return nil
			}
			return err
		})
		switch {
		case ctx.Err() != nil && (err != nil || offline):
			return ended(ctx, context.Canceled)
		case err != nil || !offline:
			return err
		}
		c.say(api.ErrOffline, waiting[api.ErrOffline])
		select {
		case <-ctx.Done():
		case <-c.moved:
		case <-time.After(probing):
		}
	}
}

// reacher opens the session of a storage.
type reacher struct {
	caller
	cfg   session.Config
	began time.Time
}

// reach asks for the session until the server answers, or is given up.
func (r *reacher) reach(ctx context.Context) (conn *session.Connection, err error) {
	r.began = time.Now()
	tried := r.call(ctx, func() error {
		if conn, err = session.Open(ctx, r.cfg); err != nil && conn != nil {
			conn.Close()
		}
		return r.worthATry(err)
	})
	if err == nil {
		err = tried // that it never came to a try
	}
	if err != nil && ctx.Err() != nil {
		return nil, ended(ctx, context.Canceled)
	}
	return conn, err
}

// worthATry returns what may pass by itself. Something else that answers in place
// of the server does not, nor does a name that is not there.
func (r *reacher) worthATry(err error) error {
	var e *api.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, api.ErrOffline): // whatever else it shows itself as
		return err
	case !errors.As(err, &e), !e.Transient(), isStranger(e),
		errors.As(err, &name) && name.IsNotFound:
		return nil
	case r.patience > saidAfter && time.Since(r.began) > saidAfter:
		r.say(e.Kind, fmt.Sprintf("The server does not answer%s. It is waited for, for %s at most.", details(e), strings.Replace(r.patience.String(), "m0s", "m", 1)))
	}
	return err
}

// say tells, once for each reason, what is waited for.
func (c *caller) say(kind error, text string) {
	if c.said != kind {
		c.said = kind
		fmt.Fprintf(c.stderr, "qs: %s\n", text)
	}
}

// caller makes the calls of a command to its storage.
func (s *storage) caller() caller {
	c := caller{patience: s.patience, stderr: s.stderr}
	if s.network != nil {
		c.moved = s.network.Changed()
	}
	return c
}

// connect opens the connection.
func (s *storage) connect(ctx context.Context, cfg session.Config) error {
	r := &reacher{cfg: cfg, caller: s.caller()}
	if cfg.Here {
		r.patience = min(r.patience, patienceHere)
	}
	conn, err := r.reach(ctx)
	if err != nil {
		return err
	}
	s.conn = conn
	s.close = append(s.close, conn.Close)
	return nil
}

// isStranger tells that something else answers, which asking again is no help for.
func isStranger(e *api.Error) bool { return e.Kind == api.ErrNotQuickSync || e.Kind == api.ErrPortal }
