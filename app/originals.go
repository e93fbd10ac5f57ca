package app

import (
	"os"
	"slices"
)

// originals looks whether what rows were uploaded from is on this computer, off the UI
// goroutine: a disk may be slow to answer, or not there.
func (a *App) originals(ids []string, done func(all bool)) {
	a.mu.Lock()
	paths, known := a.originalPaths(ids)
	a.mu.Unlock()
	if !known {
		done(false)
		return
	}
	a.group.Go(func() {
		gone := slices.ContainsFunc(paths, func(p string) bool {
			_, err := os.Stat(p)
			return err != nil || a.ctx.Err() != nil
		})
		a.Do(func() { done(!gone) })
	})
}

// originalPaths are those of what rows were uploaded from; false where one is not
// known, or was pasted and is nowhere. Callers hold a.mu.
func (a *App) originalPaths(ids []string) (paths []string, known bool) {
	for _, id := range ids {
		of := a.originalsOf(id)
		if len(of) == 0 || slices.ContainsFunc(of, a.isPasted) {
			return nil, false
		}
		paths = append(paths, of...)
	}
	return paths, true
}

// originalsOf are the paths of what a row was uploaded from. Of an archive that an
// earlier run has made only where its files were is known, and not which they are.
// Callers hold a.mu.
func (a *App) originalsOf(id string) []string {
	if u, ours := a.transfers.byID[id]; ours {
		if len(u.Bundle) > 0 {
			return u.Bundle
		}
		return []string{u.Path}
	}
	if f, ok := a.originalOf(id); ok {
		return []string{f.Path}
	}
	return nil
}
