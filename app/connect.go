package app

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/views"
)

// form turns what a person filled in into a connection's config. A key alone,
// for a storage that is known, is for that storage's server.
func (a *App) form(f views.ConnectionForm) (session.Config, error) {
	inv, err := session.ParseKey(f.Key)
	if err != nil {
		return session.Config{}, err
	}
	cfg := session.Config{Server: inv.Server, Token: inv.Token, SessionID: inv.SessionID, HideNames: f.HideNames, Gone: a.Network.Gone}
	a.mu.Lock()
	if known := a.place(f.PlaceID); known != nil && !known.here() && keyAlone(f.Key) {
		cfg.Server = known.cfg.Server
	}
	a.mu.Unlock()
	if f.Server != "" {
		cfg.Server = f.Server
	}
	if f.SessionID != "" {
		cfg.SessionID = f.SessionID
	}
	return cfg, nil
}

// keyAlone tells that what was pasted is no invitation, which names a server.
func keyAlone(pasted string) bool {
	address, _, _ := strings.Cut(pasted, "#")
	return !strings.Contains(address, "://")
}

// connecting bounds how long Connect and one step of Test may take.
const connecting = time.Minute

// connect reaches a storage and keeps it; done gets a sentence when that
// failed. A key that is for a known storage replaces that one's.
func (a *App) connect(f views.ConnectionForm, done func(problem string)) (cancel func()) {
	ctx, stop := context.WithCancel(a.ctx)
	a.group.Go(func() {
		defer stop()
		err := a.connectNow(ctx, f)
		if err != nil && ctx.Err() == nil {
			a.Log.Warn("a storage could not be connected", "error", err)
		}
		a.Do(func() { done(a.explain(err, "")) })
	})
	return stop
}

// connectNow keeps nothing unless all of it worked, and is still wanted: what can
// fail comes first.
func (a *App) connectNow(ctx context.Context, f views.ConnectionForm) error {
	cfg, err := a.form(f)
	if err != nil {
		return err
	}
	cfg, conn, err := a.contact(ctx, f, cfg)
	if err != nil {
		return err
	}
	if err := a.keepKey(ctx, cfg); err != nil {
		conn.Close()
		return err
	}
	p, generation := a.adopt(cfg)
	a.use(p, generation, conn)
	p.triedOnce.Do(func() { close(p.tried) })
	a.choose(p.id)
	return nil
}

// contact connects a storage, and tells how it is reached from now on.
func (a *App) contact(ctx context.Context, f views.ConnectionForm, cfg session.Config) (session.Config, *session.Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, connecting)
	defer cancel()
	first, err := openSession(ctx, cfg)
	if err != nil {
		return cfg, nil, err
	}
	defer first.Close()
	cfg.Server, cfg.SessionID, cfg.LinkLifetime = first.Client().Server(), first.Session().ID, a.linkLifetime
	cfg.ID = a.placeFor(f, first.Target().Storage)
	conn, err := openSession(ctx, cfg)
	return cfg, conn, err
}

// keepKey keeps the key of a storage. A keyring may ask the person first: if it is
// not wanted any more by then, the key that was there before comes back, unless that
// cannot be read.
func (a *App) keepKey(ctx context.Context, cfg session.Config) error {
	before, err := a.keyBefore(ctx, cfg.ID)
	readable := err == nil || errors.Is(err, secrets.ErrNotFound)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	kept, err := a.Secrets.Set(a.ctx, cfg.ID, cfg.Token)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		if readable {
			a.putBack(cfg.ID, before)
		}
		return ctx.Err()
	}
	if kept != secrets.InKeyring {
		a.say(a.Words.Text("note.keyring"))
	}
	return nil
}

// keyBefore is the key that a storage has had by now; a new one has none.
func (a *App) keyBefore(ctx context.Context, id string) (string, error) {
	a.mu.Lock()
	known := a.place(id) != nil
	a.mu.Unlock()
	if !known {
		return "", nil
	}
	return a.Secrets.Get(ctx, id)
}

// putBack has a storage have the key that it had, if it had one.
func (a *App) putBack(id, before string) {
	var err error
	if before == "" {
		err = a.Secrets.Delete(a.ctx, id)
	} else {
		_, err = a.Secrets.Set(a.ctx, id, before)
	}
	if err != nil {
		a.Log.Warn("a key could not be put back", "error", err)
	}
}

// openSession is session.Open for a storage that must answer.
func openSession(ctx context.Context, cfg session.Config) (*session.Connection, error) {
	conn, err := session.Open(ctx, cfg)
	if err != nil && conn != nil {
		conn.Close()
	}
	return conn, err
}

// placeFor returns the ID of the storage that a key is for: the one that is
// known already, by what names it in every run, else the one that the person
// gave it for, else a new one.
func (a *App) placeFor(f views.ConnectionForm, storage string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.places {
		if !p.here() && p.identity() == storage {
			return p.id
		}
	}
	if p := a.place(f.PlaceID); p != nil && !p.here() {
		return p.id
	}
	return rand.Text()
}

// identity names a storage in every run; empty where it cannot be told before
// the storage was reached.
func (p *place) identity() string {
	if p.storage == "" && p.cfg.SessionID != "" {
		return session.Identity(p.cfg.Server, p.cfg.SessionID)
	}
	return p.storage
}

// adopt keeps how a storage is reached from now on, and tells with which
// generation of its key.
func (a *App) adopt(cfg session.Config) (p *place, generation int) {
	kept := settings.Connection{
		ID: cfg.ID, Name: serverName(cfg.Server), Server: cfg.Server, SessionID: cfg.SessionID, HideNames: cfg.HideNames,
	}
	a.mu.Lock()
	if p = a.place(cfg.ID); p == nil {
		p = newPlace(kept)
		a.places = append(a.places, p)
	}
	if p.cfg.Server == kept.Server {
		kept.Name = p.cfg.Name
	}
	p.cfg, p.problem = kept, nil
	p.generation++
	generation = p.generation
	a.mu.Unlock()
	a.keepConnection(kept)
	return p, generation
}

// keepConnection keeps a storage in the settings, in the place of what they held
// of it.
func (a *App) keepConnection(kept settings.Connection) {
	a.save(func(s *settings.Settings) {
		at := slices.IndexFunc(s.Connections, func(c settings.Connection) bool { return c.ID == kept.ID })
		if at < 0 {
			s.Connections = append(s.Connections, kept)
		} else {
			s.Connections[at] = kept
		}
	})
}

// serverName is what a storage is called: its host, without what all share.
func serverName(server string) string {
	if server == api.DefaultServer {
		return "QuickSync"
	}
	if u, err := url.Parse(server); err == nil && u.Host != "" {
		return u.Host
	}
	return server
}

// forget removes a storage and its key from this computer, with the rows of its
// uploads: nobody can reach their links any more.
func (a *App) forget(id string) {
	if id == hereID {
		return
	}
	a.mu.Lock()
	p := a.place(id)
	a.places = slices.DeleteFunc(a.places, func(q *place) bool { return q == p })
	wasCurrent := a.current == p
	ids := a.transfers.of(id)
	var conn *session.Connection
	if p != nil {
		conn, p.conn = p.conn, nil
	}
	a.mu.Unlock()
	if p == nil {
		return
	}
	a.giveUp(ids...)
	if conn != nil {
		conn.Close()
	}
	a.save(func(s *settings.Settings) {
		s.Connections = slices.DeleteFunc(s.Connections, func(c settings.Connection) bool { return c.ID == id })
	})
	a.group.Go(func() {
		if err := a.Secrets.Delete(a.ctx, id); err != nil && !errors.Is(err, secrets.ErrNotFound) {
			a.Log.Warn("a key could not be removed from the keyring", "error", err)
			a.say(a.Words.Text("note.keyStays"))
		}
	})
	if wasCurrent {
		a.choose(hereID)
	}
	a.now()
}

// test does the whole round with a small file and reports each step.
func (a *App) test(f views.ConnectionForm, step func(views.Step), done func(ok bool, report string)) (cancel func()) {
	ctx, stop := context.WithCancel(a.ctx)
	a.group.Go(func() {
		defer stop()
		report, err := a.testNow(ctx, f, func(name session.StepName, running bool, err error) {
			s := views.Step{Name: a.stepName(name), Running: running, Problem: a.explain(err, "")}
			a.Do(func() { step(s) })
		})
		a.Do(func() { done(err == nil, report) })
	})
	return stop
}

func (a *App) testNow(ctx context.Context, f views.ConnectionForm, step func(s session.StepName, running bool, err error)) (report string, err error) {
	cfg, err := a.form(f)
	if err != nil {
		step(session.StepKey, false, err)
		return string(session.StepKey) + ": " + err.Error() + "\n", err
	}
	transport := api.NewTransport()
	defer transport.CloseIdleConnections()
	cfg.Transport = transport
	return session.Probe(ctx, cfg,
		func(s session.StepName) { step(s, true, nil) },
		func(s session.StepName, err error) { step(s, false, err) })
}
