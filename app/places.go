package app

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
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

// place is a storage that can be chosen. All but its ID is guarded by App.mu.
type place struct {
	id   string
	cfg  settings.Connection
	conn *session.Connection
	// generation counts its keys: what came by an older one is not used.
	generation int
	// storage names it in the journal.
	storage string
	// problem is why it could not be opened.
	problem error
	// reaching tells that it is being reached for; hurry has the next try made
	// at once.
	reaching bool
	hurry    chan struct{}
	// tried is closed when it was reached for, for the first time.
	tried     chan struct{}
	triedOnce sync.Once
	list      listing
	// room is what it still took when it was listed.
	room views.Room
	// earlier are the newest of what earlier runs have uploaded there.
	earlier newest
	// closed tells that the storage has ended; endAsked that its server was asked
	// at the time that it had told for that.
	closed, endAsked bool
}

func newPlace(cfg settings.Connection) *place {
	return &place{id: cfg.ID, cfg: cfg, hurry: make(chan struct{}, 1), tried: make(chan struct{})}
}

func (p *place) here() bool { return p.id == hereID }

// hurryUp has the next try to reach the storage made at once.
func (p *place) hurryUp() {
	select {
	case p.hurry <- struct{}{}:
	default:
	}
}

// listing is what a storage holds, as it was told last.
type listing struct {
	files   []listed
	byKey   map[string]int
	at      time.Time
	loading bool
	again   bool // somebody asked while it was loading
	err     error
}

// listed is a file with its name opened, once, and the ID of its row.
type listed struct {
	api.File
	name, id string
	// hidden tells that the name was sealed when it was sent, whatever holds now.
	hidden bool
}

// has tells that one of these files is in the list.
func (l *listing) has(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		_, there := l.byKey[key]
		return there
	})
}

// without is what is in the list but for these files. Both are copies: rows are made
// of those that the list has.
func (l *listing) without(keys []string) (files []listed, byKey map[string]int) {
	gone := make(map[string]bool, len(keys))
	for _, key := range keys {
		gone[key] = true
	}
	files = make([]listed, 0, len(l.files))
	for _, f := range l.files {
		if !gone[f.Key] {
			files = append(files, f)
		}
	}
	return once(files)
}

// same tells that both are of the same files, which are never changed in place.
func (l *listing) same(other listing) bool {
	return len(l.files) > 0 && len(other.files) > 0 && &l.files[0] == &other.files[0]
}

// keyOf is the key of the file whose row has this ID.
func (p *place) keyOf(rowID string) string { return strings.TrimPrefix(rowID, p.id+"/") }

// loadPlaces makes the storages of the settings.
func (a *App) loadPlaces(s *settings.Settings) {
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
func (a *App) config(ctx context.Context, c settings.Connection) (session.Config, error) {
	if c.ID == hereID {
		return session.Config{
			ID: hereID, Here: true, Server: a.Node.URL(), Token: a.Node.Token(), SessionID: a.Node.SessionID(),
			HideNames: true, LinkLifetime: a.linkLifetime,
		}, nil
	}
	token, err := a.Secrets.Get(ctx, c.ID)
	return session.Config{
		ID: c.ID, Server: c.Server, Token: token, SessionID: c.SessionID,
		HideNames: c.HideNames, LinkLifetime: a.linkLifetime, Gone: a.Network.Gone,
	}, err
}

func (a *App) linkLifetime() time.Duration {
	return time.Duration(a.prefs.Load().LinkHours) * time.Hour
}

// reopening is how often a storage that cannot be reached is tried again.
const reopening = 15 * time.Second

// open reaches a storage, however long it takes, and lists it. One call does
// so at a time: another has that one try at once.
func (a *App) open(p *place) {
	a.mu.Lock()
	reaching := p.reaching
	p.reaching = true
	a.mu.Unlock()
	if reaching {
		p.hurryUp()
		return
	}
	for a.tryOpen(p) {
		select {
		case <-a.ctx.Done():
			return
		case <-p.hurry:
		case <-time.After(reopening):
		}
	}
}

// tryOpen reports whether another try may work.
func (a *App) tryOpen(p *place) (again bool) {
	a.mu.Lock()
	kept, generation := p.cfg, p.generation
	a.mu.Unlock()
	cfg, err := a.config(a.ctx, kept)
	var conn *session.Connection
	if err == nil {
		conn, err = session.Open(a.ctx, cfg)
	}
	if conn != nil {
		a.use(p, generation, conn)
	}
	var remote *api.Error
	a.mu.Lock()
	if a.valid(p, generation) {
		p.problem = err
		again = (errors.As(err, &remote) && remote.Transient() || errors.Is(err, secrets.ErrNoAnswer)) && a.ctx.Err() == nil
	}
	p.reaching = again
	a.mu.Unlock()
	p.triedOnce.Do(func() { close(p.tried) })
	a.now()
	return again
}

// valid tells that a storage has not been forgotten, nor been given a new key
// since. Callers hold a.mu.
func (a *App) valid(p *place, generation int) bool {
	return p.generation == generation && a.place(p.id) == p
}

// use makes a storage that was reached the one that uploads for it go to, unless
// its key is an older one by now. What earlier runs left there goes on.
func (a *App) use(p *place, generation int, conn *session.Connection) {
	a.mu.Lock()
	if !a.valid(p, generation) {
		a.mu.Unlock()
		conn.Close()
		return
	}
	if chosen, err := conn.WithNames(p.cfg.HideNames); err == nil { // since it was reached for
		conn = chosen
	}
	target := conn.Target()
	a.Engine.Connect(target)
	old, another := p.conn, p.storage != target.Storage
	if another && p.storage != "" {
		a.transfers.leaveBehind(p.id)
	}
	p.conn, p.storage, p.closed, p.endAsked = conn, target.Storage, false, false
	if another {
		p.list = listing{loading: p.list.loading, again: p.list.loading}
		p.room, p.earlier = views.Room{}, nil
	}
	a.mu.Unlock()
	if old != nil {
		old.Close()
	}
	if ids := a.Engine.Recover(p.id); len(ids) > 0 {
		a.say(a.Words.Count("note.goesOn", len(ids)))
	}
	a.saveLeft(p)
	a.reload(p)
}

// reload lists a storage again. Calls while it is being listed make one more.
func (a *App) reload(p *place) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p.conn == nil || p.list.loading {
		p.list.again = p.list.loading
		return
	}
	p.list.loading = true
	a.group.Go(func() {
		for a.listOnce(p) {
		}
	})
}

// opened opens the names of files, on all cores: a hundred thousand are work. A key
// is one file, as often as the server tells it: the last time counts.
func (p *place) opened(files []api.File, plain func(api.File) string) ([]listed, map[string]int) {
	all := make([]listed, len(files))
	share := len(files)/runtime.GOMAXPROCS(0) + 1
	var work sync.WaitGroup
	for from := 0; from < len(files); from += share {
		work.Go(func() {
			for i := from; i < min(from+share, len(files)); i++ {
				f := files[i]
				id, name := p.id+"/"+f.Key, plain(f)
				hidden := name != f.Name
				f.Key, f.Name = p.keyOf(id), "" // one text for both, and none that nobody reads
				all[i] = listed{f, name, id, hidden}
			}
		})
	}
	work.Wait()
	return once(all)
}

// once keeps the last of the files of each key, at the place of the first.
func once(all []listed) (kept []listed, byKey map[string]int) {
	byKey = make(map[string]int, len(all))
	kept = all[:0]
	for _, f := range all {
		at, twice := byKey[f.Key]
		if twice {
			kept[at] = f
			continue
		}
		byKey[f.Key] = len(kept)
		kept = append(kept, f)
	}
	return kept, byKey
}

func (a *App) listOnce(p *place) (again bool) {
	a.mu.Lock()
	conn, ours := p.conn, a.transfers.arrived(p.id)
	a.mu.Unlock()
	if conn == nil { // it was forgotten
		return false
	}
	files, err := conn.Client().List(a.ctx)
	opened, byKey := p.opened(files, conn.PlainName)
	missing := lacking(ours, byKey)
	used, usageErr := a.Node.Usage(a.ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if usageErr == nil {
		a.usage = used
	}
	if p.conn == conn {
		if p.list.err = err; err == nil {
			p.list.files, p.list.byKey, p.list.at = opened, byKey, time.Now()
			p.room, p.earlier = a.bounds(p), a.earlier(p)
			if len(missing) > 0 {
				a.group.Go(func() { a.dropLost(p, conn, missing) })
			}
		}
	}
	if len(opened) >= longList {
		a.group.Go(a.giveBack)
	}
	again = p.list.again && a.ctx.Err() == nil
	p.list.again, p.list.loading = false, again
	a.now()
	return again
}

// choose shows another storage, and lists it unless that is under way.
func (a *App) choose(id string) {
	a.mu.Lock()
	p, looking := a.place(id), false
	if p != nil {
		a.current, a.view.selected, looking = p, nil, p.list.loading
	}
	a.mu.Unlock()
	if p == nil {
		return
	}
	a.save(func(s *settings.Settings) { s.Current = id })
	if !looking {
		a.group.Go(func() { a.refresh(p) })
	}
	a.now()
}

// refresh lists a storage, or reaches for it where that failed.
func (a *App) refresh(p *place) {
	a.mu.Lock()
	reached := p.conn != nil && p.problem == nil
	a.mu.Unlock()
	if reached {
		a.reload(p)
		return
	}
	a.open(p)
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
