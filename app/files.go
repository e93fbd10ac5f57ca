package app

// delete deletes files from their storage, gives up what is still on its way,
// and drops the rows.
func (a *App) delete(ids []string) {
	for _, id := range ids {
		a.mu.Lock()
		p, f, name, stored := a.find(id)
		a.mu.Unlock()
		if !stored {
			a.giveUp(id)
			continue
		}
		a.group.Go(func() { a.deleteFile(p, f.Key, id, name) })
	}
}

// giveUp cancels an upload, whatever the server has of it, and drops its row.
func (a *App) giveUp(id string) {
	a.Engine.Cancel(id)
	a.Engine.Forget(id)
	a.drop(id)
}

func (a *App) deleteFile(p *place, key, id, name string) {
	t, ok := a.targetOf(p)
	if !ok {
		return
	}
	if err := t.Bucket.Delete(a.ctx, key); err != nil {
		a.sayFailed("a file could not be deleted", err, name)
		return
	}
	a.Engine.Forget(id)
	a.drop(id)
	a.dropCopies(p, []string{key})
	a.reload(p)
}

// drop takes rows off the list, with what was pasted only for them.
func (a *App) drop(ids ...string) {
	a.mu.Lock()
	for _, id := range ids {
		if u, ours := a.transfers.byID[id]; ours {
			a.removePasted(u)
		}
		delete(a.links, id)
		if s := a.sums[id]; s != nil {
			s.cancel()
			delete(a.sums, id)
		}
		delete(a.view.selected, id)
	}
	a.transfers.forget(ids...)
	a.mu.Unlock()
	a.now()
}
