package app

import "quicksync.me/desktop/views"

// bounds is what a storage still takes of what its rules allow, counted whenever it
// is listed. Callers hold a.mu.
func (a *App) bounds(p *place) (r views.Room) {
	s := p.conn.Session()
	if s.MaxFiles <= 0 && s.MaxBytes <= 0 {
		return r
	}
	files, size := a.heldBy(p, nil)
	r.MaxFiles, r.MaxBytes = max(s.MaxFiles, 0), max(s.MaxBytes, 0)
	r.Files, r.Bytes = max(r.MaxFiles-files, 0), max(r.MaxBytes-size, 0)
	return r
}
