package app

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/views"
)

// hereID is the ID of this computer's own storage.
const hereID = "here"

// place is a storage that can be chosen. All but its ID and config is guarded
// by App.mu.
type place struct {
	id   string
	cfg  settings.Connection
	conn *session.Connection
	// storage names it in the journal.
	storage string
	// problem is why it could not be opened.
	problem error
	opening bool
	// tried is closed when it was reached for, for the first time.
	tried     chan struct{}
	triedOnce sync.Once
	list      listing
}

func newPlace(cfg settings.Connection) *place {
	return &place{id: cfg.ID, cfg: cfg, tried: make(chan struct{})}
}

func (p *place) here() bool { return p.id == hereID }

// listing is what a storage holds, as it was told last.
type listing struct {
	files   []listed
	byKey   map[string]int
	at      time.Time
	loading bool
	again   bool // somebody asked while it was loading
	err     error
}

// listed is a file with its name opened, once.
type listed struct {
	api.File
	name string
}

// loadPlaces makes the storages of the settings.
func (a *App) loadPlaces() {
	s := a.Settings.Get()
	a.places = []*place{newPlace(settings.Connection{ID: hereID, HideNames: true})}
	for _, c := range s.Connections {
		a.places = append(a.places, newPlace(c))
	}
	a.current = a.place(s.Current)
	if a.current == nil {
		a.current = a.places[0]
	}
}

// place finds a storage; nil if there is none of this ID. Callers hold a.mu.
func (a *App) place(id string) *place {
	for _, p := range a.places {
		if p.id == id {
			return p
		}
	}
	return nil
}

// config tells how to reach a storage. The key comes from the keyring.
func (a *App) config(ctx context.Context, p *place) (session.Config, error) {
	if p.here() {
		return session.Config{
			ID: hereID, Here: true, Server: a.Node.URL(), Token: a.Node.Token(), SessionID: a.Node.SessionID(),
			HideNames: true, LinkLifetime: a.linkLifetime,
		}, nil
	}
	token, err := a.Secrets.Get(ctx, p.id)
	cfg := session.Config{
		ID: p.id, Server: p.cfg.Server, Token: token, SessionID: p.cfg.SessionID,
		HideNames: p.cfg.HideNames, LinkLifetime: a.linkLifetime,
	}
	return cfg, err
}

func (a *App) linkLifetime() time.Duration {
	return time.Duration(a.Settings.Get().LinkHours) * time.Hour
}

// reopening is how often a storage that cannot be reached is tried again.
const reopening = 15 * time.Second

// open reaches a storage, however long it takes, and lists it.
func (a *App) open(p *place) {
	for a.tryOpen(p) {
		select {
		case <-a.ctx.Done():
			return
		case <-time.After(reopening):
		}
	}
}

// tryOpen reports whether another try may work.
func (a *App) tryOpen(p *place) (again bool) {
	a.mu.Lock()
	if p.opening || a.place(p.id) != p {
		a.mu.Unlock()
		return false
	}
	p.opening = true
	a.mu.Unlock()
	cfg, err := a.config(a.ctx, p)
	var conn *session.Connection
	if err == nil {
		conn, err = session.Open(a.ctx, cfg)
	}
	a.mu.Lock()
	p.opening, p.problem = false, err
	a.mu.Unlock()
	if conn != nil {
		a.use(p, conn)
	}
	p.triedOnce.Do(func() { close(p.tried) })
	a.now()
	var remote *api.Error
	return err != nil && errors.As(err, &remote) && remote.Transient() && a.ctx.Err() == nil
}

// use makes a storage that was reached the one that uploads for it go to.
func (a *App) use(p *place, conn *session.Connection) {
	target := conn.Target()
	a.Engine.Connect(target)
	a.mu.Lock()
	p.conn, p.storage = conn, target.Storage
	a.mu.Unlock()
	if ids := a.Engine.Recover(p.id); len(ids) > 0 {
		a.say(a.Words.Count("note.goesOn", len(ids)))
	}
	a.reload(p)
}

// reload lists a storage again. Calls while it is being listed make one more.
func (a *App) reload(p *place) {
	a.mu.Lock()
	if p.conn == nil || p.list.loading {
		p.list.again = p.list.loading
		a.mu.Unlock()
		return
	}
	p.list.loading = true
	conn := p.conn
	a.mu.Unlock()
	a.group.Go(func() {
		for again := true; again; {
			again = a.listOnce(p, conn)
		}
	})
}

func (a *App) listOnce(p *place, conn *session.Connection) (again bool) {
	files, err := conn.Client().List(a.ctx)
	opened := make([]listed, len(files))
	byKey := make(map[string]int, len(files))
	for i, f := range files {
		opened[i] = listed{f, conn.PlainName(f)}
		byKey[f.Key] = i
	}
	used, usageErr := a.Node.Usage(a.ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if usageErr == nil {
		a.usage = used
	}
	if p.list.err = err; err == nil {
		p.list.files, p.list.byKey, p.list.at = opened, byKey, time.Now()
	}
	again = p.list.again && a.ctx.Err() == nil
	p.list.again, p.list.loading = false, again
	a.now()
	return again
}

// choose shows another storage.
func (a *App) choose(id string) {
	a.mu.Lock()
	p := a.place(id)
	if p != nil {
		a.current, a.view.selected = p, nil
	}
	a.mu.Unlock()
	if p == nil {
		return
	}
	a.save(func(s *settings.Settings) { s.Current = id })
	a.group.Go(func() { a.refresh(p) })
	a.now()
}

// refresh lists a storage, or reaches for it where that failed.
func (a *App) refresh(p *place) {
	a.mu.Lock()
	opened := p.conn != nil
	a.mu.Unlock()
	if !opened {
		a.tryOpen(p)
		return
	}
	a.reload(p)
}

// save changes the settings. What cannot be written holds for this run.
func (a *App) save(change func(*settings.Settings)) {
	if err := a.Settings.Update(change); err != nil {
		a.Log.Warn("the settings could not be written", "error", err)
		a.say(a.Words.Text("note.settings"))
	}
}

// form turns what a person filled in into a connection's config.
func form(f views.ConnectionForm) (session.Config, error) {
	inv, err := session.ParseKey(f.Key)
	if err != nil {
		return session.Config{}, err
	}
	cfg := session.Config{Server: inv.Server, Token: inv.Token, SessionID: inv.SessionID, HideNames: f.HideNames}
	if f.Server != "" {
		cfg.Server = f.Server
	}
	if f.SessionID != "" {
		cfg.SessionID = f.SessionID
	}
	return cfg, nil
}

// connecting bounds how long Connect and one step of Test may take.
const connecting = time.Minute

// connect reaches a new storage and keeps it; done gets a sentence when that
// failed. A key for a server and session that are known replaces theirs.
func (a *App) connect(f views.ConnectionForm, done func(problem string)) {
	a.group.Go(func() {
		err := a.connectNow(f)
		a.Do(func() {
			if err != nil {
				done(a.explain(err, ""))
				return
			}
			done("")
		})
	})
}

func (a *App) connectNow(f views.ConnectionForm) error {
	cfg, err := form(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(a.ctx, connecting)
	defer cancel()
	conn, err := session.Open(ctx, cfg)
	if err != nil {
		return err
	}
	p := a.adopt(cfg, conn.Session().ID)
	cfg.ID, cfg.SessionID, cfg.LinkLifetime = p.id, conn.Session().ID, a.linkLifetime
	kept, err := a.Secrets.Set(a.ctx, p.id, cfg.Token)
	if err != nil {
		return err
	}
	if kept != secrets.InKeyring {
		a.say(a.Words.Text("note.keyring"))
	}
	if conn, err = session.Open(ctx, cfg); err != nil {
		return err
	}
	a.use(p, conn)
	p.triedOnce.Do(func() { close(p.tried) })
	a.choose(p.id)
	return nil
}

// adopt returns the place of a server and session, a new one if need be.
func (a *App) adopt(cfg session.Config, sessionID string) *place {
	a.mu.Lock()
	var p *place
	for _, known := range a.places {
		if known.cfg.Server == cfg.Server && known.cfg.SessionID == sessionID {
			p = known
		}
	}
	if p == nil {
		p = newPlace(settings.Connection{ID: rand.Text()})
		a.places = append(a.places, p)
	}
	p.cfg = settings.Connection{ID: p.id, Name: serverName(cfg.Server), Server: cfg.Server, SessionID: sessionID, HideNames: cfg.HideNames}
	p.problem = nil
	kept := p.cfg
	a.mu.Unlock()
	a.save(func(s *settings.Settings) {
		s.Connections = slices.DeleteFunc(s.Connections, func(c settings.Connection) bool { return c.ID == kept.ID })
		s.Connections = append(s.Connections, kept)
	})
	return p
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

// forget removes a storage and its key from this computer.
func (a *App) forget(id string) {
	if id == hereID {
		return
	}
	a.mu.Lock()
	p := a.place(id)
	a.places = slices.DeleteFunc(a.places, func(q *place) bool { return q == p })
	wasCurrent := a.current == p
	ids := a.transfers.of(id)
	a.mu.Unlock()
	if p == nil {
		return
	}
	a.Engine.Cancel(ids...)
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
	finish := func(err error, report string) {
		a.Do(func() { done(err == nil, report) })
	}
	a.group.Go(func() {
		defer stop()
		cfg, err := form(f)
		if err != nil {
			a.Do(func() { step(views.Step{Name: a.stepName(session.StepKey), Problem: a.explain(err, "")}) })
			finish(err, "")
			return
		}
		report, err := session.Probe(ctx, cfg,
			func(s session.StepName) { a.Do(func() { step(views.Step{Name: a.stepName(s), Running: true}) }) },
			func(s session.StepName, err error) {
				a.Do(func() { step(views.Step{Name: a.stepName(s), Problem: a.explain(err, "")}) })
			})
		finish(err, report)
	})
	return stop
}

// targetOf returns what the engine is connected to for a place; false before
// it was reached for the first time.
func (a *App) targetOf(p *place) (transfer.Target, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p.conn == nil {
		return transfer.Target{}, false
	}
	return p.conn.Target(), true
}
