package app

import "quicksync.me/desktop/service/settings"

// hideNames chooses whether names are hidden in a storage from now on: what waits
// is sent so, and what lies there keeps the name that it has.
func (a *App) hideNames(id string, hide bool, done func(problem string)) {
	kept, err := a.nameSo(id, hide)
	if err == nil && kept.ID != "" {
		a.keepConnection(kept)
		a.now()
	}
	done(a.explain(err, ""))
}

// nameSo has a storage and the engine name files so, and returns what the settings
// are to keep of it: nothing where there is no such storage, or its names are not
// for anybody to choose.
func (a *App) nameSo(id string, hide bool) (kept settings.Connection, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.place(id)
	if p == nil || p.here() {
		return kept, nil
	}
	if p.conn != nil {
		conn, err := p.conn.WithNames(hide)
		if err != nil {
			return kept, err
		}
		p.conn = conn
		a.Engine.Connect(conn.Target())
		a.group.Go(func() { a.reload(p) }) // a list that is under way was asked for by the other one
	}
	p.cfg.HideNames = hide
	return p.cfg, nil
}
