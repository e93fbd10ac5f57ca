package transfer

import (
	"context"
	"errors"
	"slices"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// errFinished: the list shows the upload as finished, although its begin was
// never known to have worked.
var errFinished = errors.New("the upload is finished already")

// begin opens the upload on the server, unless an earlier turn has. When an
// answer is lost, the list is searched for the upload that may have been
// begun: as it tells no upload ID, that one is deleted before the next try. One
// that a run has finished before it was killed is taken as it is: errFinished.
func (r *run) begin(ctx context.Context) error {
	u := r.upload
	if u.remote.ID != "" {
		return nil
	}
	uncertain, lost := u.begun, u.begun // whether an answer is, or ever was
	err := r.route.try(ctx, func() error {
		if uncertain {
			if err := r.adopt(ctx); err != nil {
				return err
			}
			r.locked(func() { u.twice = true })
		}
		r.beginning()
		var remote api.Upload
		err := r.route.timed(func() (err error) {
			remote, err = r.route.target.Bucket.Begin(ctx, api.BeginRequest{Parts: u.plan.Parts, Name: u.sealed, Size: u.plan.Size})
			return err
		})
		uncertain = acted(err)
		lost = lost || uncertain
		if err != nil {
			return err
		}
		r.locked(func() {
			u.remote = remote
			r.engine.keep(u)
		})
		return nil
	})
	var refusal *api.Error
	if errors.As(err, &refusal) && !lost { // there is nothing to look for
		r.locked(func() {
			u.begun = false
			r.engine.keep(u)
		})
	}
	return err
}

// beginning has the journal know of the upload before the server does. A
// journal that cannot be written is no reason not to send.
func (r *run) beginning() {
	var entry journal.Entry
	r.locked(func() {
		r.upload.begun = true
		entry = r.upload.entry()
	})
	if err := r.engine.cfg.Journal.Save(entry, true); err != nil {
		r.engine.cfg.Log.Warn("an upload could not be journalled", "transfer", entry.ID, "error", err)
	}
}

// adopt goes on with the upload of this name that is finished, with errFinished,
// and deletes the others.
func (r *run) adopt(ctx context.Context) error {
	named, err := r.named(ctx, "")
	if err != nil {
		return err
	}
	for _, f := range named {
		if f.Completed && f.Size == r.upload.plan.Size {
			r.locked(func() {
				r.upload.remote.FileKey, r.upload.twice = f.Key, true
				r.engine.keep(r.upload)
			})
			return errFinished
		}
	}
	return r.deleteAll(ctx, named)
}

// deleteOrphans deletes uploads of this name but for the one that is gone on
// with.
func (r *run) deleteOrphans(ctx context.Context) error {
	named, err := r.named(ctx, r.upload.remote.FileKey)
	if err != nil {
		return err
	}
	return r.deleteAll(ctx, named)
}

// named are the uploads of this name but for one. Where it is not unique they may
// be somebody else's and stay.
func (r *run) named(ctx context.Context, but string) ([]api.File, error) {
	if unique := r.route.target.UniqueName; unique == nil || !unique(r.upload.sealed) {
		return nil, nil
	}
	files, err := r.route.target.Bucket.List(ctx)
	return slices.DeleteFunc(files, func(f api.File) bool {
		return f.Name != r.upload.sealed || f.Key == but
	}), err
}

func (r *run) deleteAll(ctx context.Context, files []api.File) error {
	for _, f := range files {
		if err := r.route.target.Bucket.Delete(ctx, f.Key); err != nil {
			return err
		}
	}
	return nil
}

// removeRemains deletes all that the server has of the upload.
func (r *run) removeRemains(ctx context.Context) error {
	u := r.upload
	if !u.begun {
		return nil
	}
	return r.route.try(ctx, func() error {
		if u.twice || u.remote.FileKey == "" {
			if err := r.deleteOrphans(ctx); err != nil || u.remote.FileKey == "" {
				return err
			}
		}
		return r.route.target.Bucket.Delete(ctx, u.remote.FileKey)
	})
}
