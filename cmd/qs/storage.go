package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/online"
	"quicksync.me/desktop/service/paths"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/limit"
)

// storageID names the one connection of a command.
const storageID = "storage"

// errNoNode: a link that dies with the command is none.
var errNoNode = errors.New("no storage would answer the link")

// storage is what a command works on.
type storage struct {
	conn *session.Connection
	// lasting tells that it goes on when the command has ended.
	lasting bool
	// network is nil where the storage needs none.
	network *online.Watcher
	// patience is how long its server may stay away.
	patience time.Duration
	stderr   io.Writer
	// end ends the command, with a cause.
	end   context.CancelCauseFunc
	close []func()
}

// Close lets go of the storage, the last thing first.
func (s *storage) Close() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

// open reaches the storage that the environment names: a server, or else this
// computer's own.
func open(ctx context.Context, c *command) (s *storage, err error) {
	s = &storage{stderr: c.stderr, end: c.end}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.patience, err = patienceOf(os.Getenv("QS_PATIENCE")); err != nil {
		return s, err
	}
	to, err := invited()
	if err != nil {
		return s, err
	}
	if to.Token == "" {
		return s, s.openHere(ctx)
	}
	s.lasting = true
	s.network = online.New(online.Config{})
	s.close = append(s.close, s.network.Close)
	return s, s.connect(ctx, session.Config{
		ID: storageID, Server: to.Server, Token: to.Token, SessionID: to.SessionID, HideNames: true, Gone: s.network.Gone,
	})
}

// invited is the server that the environment names, with its key; the zero Invitation
// where it names none.
func invited() (to session.Invitation, err error) {
	to = session.Invitation{Server: os.Getenv("QS_SERVER"), Token: os.Getenv("QS_TOKEN"), SessionID: os.Getenv("QS_SESSION")}
	switch {
	case to.Server == "" && to.Token == "":
		return session.Invitation{}, nil
	case to.Server == "": // a key goes to no server that nobody has named
		return to, fmt.Errorf("QS_TOKEN is set, but QS_SERVER is not: the hosted service is %s (%w)", api.DefaultServer, errUsage)
	case to.Token != "":
		return to, nil
	}
	told, err := session.ParseKey(to.Server)
	if err != nil || !strings.Contains(to.Server, "://") {
		return to, fmt.Errorf("QS_SERVER is set, but QS_TOKEN, the key for it, is not (%w)", errUsage)
	}
	told.SessionID = cmp.Or(to.SessionID, told.SessionID)
	return told, nil
}

// openHere uses the node of the program that runs on this data folder, or
// starts one for the time of the command.
func (s *storage) openHere(ctx context.Context) error {
	where, err := paths.Find()
	if err != nil {
		return err
	}
	if err := where.Make(); err != nil {
		return err
	}
	info, err := s.node(ctx, where)
	if err != nil {
		return err
	}
	return s.connect(ctx, session.Config{
		ID: storageID, Here: true, Server: info.URL, Token: info.Token, SessionID: info.SessionID, HideNames: true,
		LinkLifetime: linkLifetime(where),
	})
}

// node borrows the running program's node, or starts one. When that program
// ends between the finding and the asking, the folder is free for us.
func (s *storage) node(ctx context.Context, where paths.Paths) (instance.NodeInfo, error) {
	for {
		h := &host{ready: make(chan struct{})}
		mine, err := acquire(ctx, where.Data, "qs", h)
		var running *instance.Running
		if !errors.As(err, &running) {
			if err != nil {
				return instance.NodeInfo{}, err
			}
			return s.start(ctx, where, mine, h)
		}
		lease, err := running.Node(ctx)
		if errors.Is(err, instance.ErrGone) {
			if err = pause(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			return instance.NodeInfo{}, err
		}
		s.lasting = running.Kind != "qs" && !lease.Ending
		s.borrow(lease)
		return lease.Node, nil
	}
}

// errStorageEnded: the program whose node the command uses is gone. Another one would
// have to take its place, so that no patience helps.
var errStorageEnded = errors.New("the program that kept the storage has ended")

// borrow keeps a lease as long as the command runs, which ends with it.
func (s *storage) borrow(lease *instance.Lease) {
	go func() {
		<-lease.Done() // by Close too, when the command is done
		s.end(errStorageEnded)
	}()
	s.close = append(s.close, lease.Close)
}

// ended says why a command was ended early: otherwise is said where a person did so.
func ended(ctx context.Context, otherwise error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errStorageEnded) {
		return cause
	}
	return otherwise
}

// again is how soon the holder of the data folder is asked again that has just said,
// or shown, that it ends: it may say so for a while.
const again = 50 * time.Millisecond

// pause waits before the next try. Its error is the cause of ctx.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(again):
		return nil
	}
}

// start starts a node for the time of the command.
func (s *storage) start(ctx context.Context, where paths.Paths, mine *instance.Instance, h *host) (instance.NodeInfo, error) {
	own, err := startNode(ctx, mine, h, node.Config{Dir: filepath.Join(where.Data, "node")})
	if err != nil {
		return instance.NodeInfo{}, err
	}
	s.close = append(s.close, func() { own.leave(s.stderr) })
	return h.info, nil
}

// linkLifetime is what the person chose in the window for links of this
// computer.
func linkLifetime(where paths.Paths) func() time.Duration {
	hours := settings.Read(filepath.Join(where.Config, "settings.json")).LinkHours
	return func() time.Duration { return time.Duration(hours) * time.Hour }
}

// call makes one call to the storage, again and again while that may help.
func (s *storage) call(ctx context.Context, do func(*api.Client) error) error {
	c := s.caller()
	return c.call(ctx, func() error { return do(s.conn.Client()) })
}

// stat looks a file up.
func (s *storage) stat(ctx context.Context, fileKey string) (f api.File, err error) {
	err = s.call(ctx, func(c *api.Client) (err error) {
		f, err = c.Stat(ctx, fileKey)
		return err
	})
	return f, err
}

// clearing is how long it may take to delete what failed for good.
const clearing = 20 * time.Second

// journalled returns an engine with a journal: what it leaves unfinished the
// next one goes on with. Where none can be kept it sends all the same, and
// says so. It keeps to the limit of the command. end closes both.
func (s *storage) journalled(c *command) (e *transfer.Engine, end func()) {
	cfg := transfer.Config{Patience: s.patience, Unattended: true, Reopen: c.reopen}
	j, err := keep(&cfg, c.stderr)
	c.kept = err == nil
	if err != nil {
		fmt.Fprintf(c.stderr, "qs: no journal can be kept, so what is interrupted does not go on later (%v)\n", err)
	}
	e = transfer.New(cfg)
	e.SetLimits(limit.Schedule{Rates: c.limit})
	e.Connect(s.conn.Target())
	unfollow := s.follow(e)
	return e, func() {
		ctx, cancel := context.WithTimeout(context.Background(), clearing)
		defer cancel()
		e.Cleared(ctx)
		unfollow()
		e.Close()
		if j != nil {
			_ = j.Close()
		}
	}
}

// keep opens the journal for an engine.
func keep(cfg *transfer.Config, stderr io.Writer) (*journal.Journal, error) {
	where, err := paths.Find()
	if err != nil {
		return nil, err
	}
	j, left, setAside, err := journal.Open(where.Journals())
	if err != nil {
		return nil, err
	}
	for _, s := range setAside {
		fmt.Fprintf(stderr, "qs: a journal of unfinished transfers cannot be read, so they do not go on: %v\n", s)
	}
	history, err := j.History()
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	cfg.Journal, cfg.Left, cfg.History = j, left, history
	return j, nil
}
