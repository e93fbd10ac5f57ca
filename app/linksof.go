package app

import "quicksync.me/desktop/service/api"

// wanted is a file whose link is to be copied with others.
type wanted struct {
	id   string
	file api.File
	name string
	link api.Link
}

// copyLinks copies the links of several rows together because the person asks
// for it. Those that are missing or have ended are made; where one cannot be
// made, none is copied.
func (a *App) copyLinks(ids []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.current
	var all []wanted
	for _, id := range ids {
		of, f, name, ok := a.find(id)
		if !ok || !f.Completed || of != p {
			continue
		}
		w := wanted{id: id, file: f, name: name}
		if s := a.linkOf(id); s != nil {
			w.link = s.link
		}
		all = append(all, w)
	}
	if len(all) > 0 {
		a.group.Go(func() { a.copyWanted(p, all) })
	}
}

// copyWanted makes what links are missing, and copies all.
func (a *App) copyWanted(p *place, all []wanted) {
	links, sizes := make([]api.Link, len(all)), make([]int64, len(all))
	for i, w := range all {
		if w.link.URL == "" || ended(w.link) {
			var err error
			if w.link, err = a.makeLink(w.id, p, w.file, w.name); err != nil {
				a.cannotCopy(err)
				return
			}
		}
		links[i], sizes[i] = w.link, w.file.Size
	}
	a.copyTried(p, links, sizes, nil)
}
