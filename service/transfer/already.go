package transfer

import (
	"context"
	"errors"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// errAlready: the same unchanged file is in the storage.
var errAlready = errors.New("already uploaded")

// historyKey finds what became of a file in a storage.
func historyKey(f journal.Finished) string { return f.Storage + "\x00" + f.Path + "\x00" + f.Name }

// already ends a run with errAlready where the same file was uploaded before,
// has not changed since, and is still there, as its link proves.
func (r *run) already(ctx context.Context) error {
	u := r.upload
	if u.begun {
		return nil
	}
	f, ok := r.uploadedBefore()
	if !ok {
		return nil
	}
	file, err := r.route.stat(ctx, f.FileKey)
	if errors.Is(err, api.ErrNotFound) || err == nil && !file.Completed {
		return nil
	}
	if err != nil {
		return err
	}
	link, err := r.provedLink(ctx, f.FileKey, u.name, u.plan.Size)
	if errors.Is(err, api.ErrNotFound) || errors.Is(err, ErrWrongSize) {
		return nil
	}
	if err != nil {
		return err
	}
	r.locked(func() {
		u.file, u.link, u.remote = file, link, api.Upload{FileKey: f.FileKey}
		u.sent.Store(u.size)
		u.partsDone = u.plan.Parts
	})
	return errAlready
}

// uploadedBefore looks for the unchanged source in the history.
func (r *run) uploadedBefore() (journal.Finished, bool) {
	u := r.upload
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	f, ok := r.engine.history[historyKey(journal.Finished{Storage: u.storage, Path: u.src.Path(), Name: u.name})]
	return f, ok && f.Size == u.version.Size && f.ModTime.Equal(u.version.ModTime)
}
