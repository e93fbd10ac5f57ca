package transfer

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// upload is one file on its way. All but sent is guarded by Engine.mu.
type upload struct {
	id, targetID string
	storage      string
	src          Source
	name         string
	size         int64
	added, ended time.Time

	rev     uint64
	state   State
	err     error
	queued  bool
	cancel  context.CancelCauseFunc // set while it runs
	resume  bool                    // goes on as soon as its pause has come into effect
	dropped bool                    // nobody wants to know of it any more

	// What is needed to go on where it was.
	version   Version
	plan      Plan
	sealed    string
	begun     bool // a begin was sent, answered or not
	twice     bool // more than one was sent: the server may have more than one
	remote    api.Upload
	tags      []string // by part; empty where not answered
	tries     []uint8  // how often each part was sent
	partsDone int
	completes bool // a complete was sent, answered or not
	again     bool // left by an earlier run, and added again by the person
	anew      int  // how often it began anew because the server had forgotten it

	sent atomic.Int64
	file api.File
	link api.Link
}

// forget makes the upload begin anew at its next turn.
func (u *upload) forget() {
	u.version, u.plan, u.sealed = Version{}, Plan{}, ""
	u.begun, u.twice, u.remote, u.tags, u.tries, u.partsDone, u.completes = false, false, api.Upload{}, nil, nil, 0, false
	u.sent.Store(0)
}

// run is one turn of an upload: from wherever it was to its end.
type run struct {
	engine *Engine
	route  *route
	upload *upload
}

// errForgotten: the server no longer knows the upload.
var errForgotten = errors.New("the server has forgotten the upload")

// maxAnew is how often an upload is begun anew in one turn because the server
// had forgotten it.
const maxAnew = 3

func (r *run) all(ctx context.Context) error {
	for anew := 0; ; anew++ {
		err := r.once(ctx)
		if !errors.Is(err, errForgotten) || anew == maxAnew {
			return r.discardStale(ctx, err)
		}
		r.engine.cfg.Log.Info("the server has forgotten an upload: it begins anew", "transfer", r.upload.id)
		r.locked(func() {
			r.upload.forget()
			r.upload.anew++
			r.engine.renew(r.upload)
		})
	}
}

// once takes an upload through its stages.
func (r *run) once(ctx context.Context) error {
	src, err := r.prepare(ctx)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := r.already(ctx); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	r.stage(Uploading)
	if err := r.sendParts(ctx, src); err != nil {
		return err
	}
	r.stage(Finishing)
	if err := r.unchanged(); err != nil {
		return err
	}
	if err := r.complete(ctx, src); err != nil {
		return err
	}
	return r.verify(ctx)
}

// discardStale clears away what cannot be gone on with, so that a retry sends
// the new version under a new upload.
func (r *run) discardStale(ctx context.Context, err error) error {
	if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrWrongSize) {
		return err
	}
	if cleanErr := r.removeRemains(ctx); cleanErr != nil {
		r.engine.cfg.Log.Warn("the remains of an upload could not be deleted", "transfer", r.upload.id, "error", kindOf(cleanErr))
	}
	r.forget()
	return err
}

// forget makes the upload begin anew, in the journal as well.
func (r *run) forget() {
	r.locked(func() {
		r.upload.forget()
		r.engine.renew(r.upload)
	})
}

// locked runs a few lines that touch the upload's state.
func (r *run) locked(do func()) {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	do()
	r.engine.touch(r.upload)
}

func (r *run) stage(s State) {
	r.locked(func() { r.upload.state = s })
}

// try makes a call to the server at its pace.
func (r *run) try(ctx context.Context, call func() error) error {
	return r.route.pace.try(ctx, r.engine.cfg.Patience, call)
}

// prepare opens the source and, the first time, freezes its plan. A source
// that is another than the one that was begun has changed.
func (r *run) prepare(ctx context.Context) (Reader, error) {
	u := r.upload
	version, err := u.src.Stat()
	if err != nil {
		return nil, err
	}
	if u.begun && !version.Same(u.version) {
		if !u.again {
			return nil, r.changed()
		}
		// The person has added the new version: the old one gives way.
		if err := r.removeRemains(ctx); err != nil {
			return nil, err
		}
		r.forget()
	}
	if !u.begun {
		if err := r.plan(version); err != nil {
			return nil, err
		}
	}
	r.locked(func() { u.version, u.again = version, false })
	return u.src.Open()
}

func (r *run) plan(version Version) error {
	limits := r.route.target.Limits
	plan, ok := limits.Plan(version.Size)
	if !ok {
		return &FileError{Path: r.upload.src.Path(), Kind: ErrTooBig, Limit: limits.MaxSize()}
	}
	sealed, err := r.route.target.Seal(r.upload.name)
	if err != nil {
		return err
	}
	r.locked(func() {
		u := r.upload
		u.version, u.size, u.plan, u.sealed = version, version.Size, plan, sealed
		u.tags, u.tries = make([]string, plan.Parts), make([]uint8, plan.Parts)
	})
	return nil
}

// unchanged tells whether the source is still what was planned.
func (r *run) unchanged() error {
	now, err := r.upload.src.Stat()
	if err != nil {
		return err
	}
	if !now.Same(r.upload.version) {
		return r.changed()
	}
	return nil
}

func (r *run) changed() error {
	return &FileError{Path: r.upload.src.Path(), Kind: ErrChanged}
}

// begin opens the upload on the server, unless an earlier turn has. When an
// answer is lost, the list is searched for the upload that may have been
// begun: as it tells no upload ID, that one is deleted before the next try.
func (r *run) begin(ctx context.Context) error {
	u := r.upload
	if u.remote.ID != "" {
		return nil
	}
	uncertain := u.begun
	return r.try(ctx, func() error {
		if uncertain {
			if err := r.deleteOrphans(ctx); err != nil {
				return err
			}
			r.locked(func() { u.twice = true })
		}
		r.beginning()
		remote, err := r.route.target.Bucket.Begin(ctx, api.BeginRequest{Parts: u.plan.Parts, Name: u.sealed, Size: u.plan.Size})
		uncertain = acted(err)
		if err != nil {
			return err
		}
		r.locked(func() {
			u.remote = remote
			r.engine.keep(u)
		})
		return nil
	})
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

// deleteOrphans deletes uploads of this name but for the one that is gone on
// with. Where names are not unique they may be somebody else's and stay.
func (r *run) deleteOrphans(ctx context.Context) error {
	if !r.route.target.UniqueNames {
		return nil
	}
	files, err := r.route.target.Bucket.List(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name != r.upload.sealed || f.Key == r.upload.remote.FileKey {
			continue
		}
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
	return r.try(ctx, func() error {
		if u.remote.FileKey == "" {
			return r.deleteOrphans(ctx)
		}
		return r.route.target.Bucket.Delete(ctx, u.remote.FileKey)
	})
}

// complete makes a file of the parts. A complete whose answer was lost is only
// repeated when a look-up says that the file is unfinished. Parts that the
// server says it misses are sent once more.
func (r *run) complete(ctx context.Context, src Reader) error {
	err := r.completeOnce(ctx)
	if !errors.Is(err, api.ErrIncomplete) {
		return err
	}
	r.engine.cfg.Log.Warn("the server misses parts: they are sent again", "transfer", r.upload.id)
	r.locked(func() {
		r.upload.dropTags(missing(err))
		r.engine.renew(r.upload)
	})
	if err := r.sendParts(ctx, src); err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}
	return r.completeOnce(ctx)
}

func (r *run) completeOnce(ctx context.Context) error {
	u, bucket := r.upload, r.route.target.Bucket
	uncertain := u.completes
	r.locked(func() { u.completes = true })
	err := r.try(ctx, func() error {
		if uncertain {
			f, err := bucket.Stat(ctx, u.remote.FileKey)
			if err != nil || f.Completed {
				return err
			}
		}
		err := bucket.Complete(ctx, u.remote, u.tags)
		uncertain = uncertain || acted(err)
		return err
	})
	if errors.Is(err, api.ErrNotFound) {
		return errForgotten
	}
	return err
}

// missing returns the part numbers that a refused complete names.
func missing(err error) []int {
	var e *api.Error
	errors.As(err, &e)
	return e.Parts
}

// dropTags makes parts be sent again: those named, else those that were sent
// more than once (a late loser may have replaced the winner), else all.
func (u *upload) dropTags(named []int) {
	again := func(i int) bool { return slices.Contains(named, i+1) }
	if len(named) == 0 {
		again = func(i int) bool { return u.tries[i] > 1 }
	}
	if !slices.ContainsFunc(indexes(u.tags), again) {
		again = func(int) bool { return true }
	}
	for i := range u.tags {
		if again(i) && u.tags[i] != "" {
			u.tags[i] = ""
			u.partsDone--
			u.completes = false
			_, length := u.plan.Part(i + 1)
			u.sent.Add(-length)
		}
	}
}

func indexes(s []string) []int {
	all := make([]int, len(s))
	for i := range all {
		all[i] = i
	}
	return all
}

// verify looks the file up and tries its link: what a server stored is proved
// by the link's own size, not by what we had declared.
func (r *run) verify(ctx context.Context) error {
	u, bucket := r.upload, r.route.target.Bucket
	var file api.File
	err := r.try(ctx, func() (err error) {
		file, err = bucket.Stat(ctx, u.remote.FileKey)
		if err == nil && !file.Completed {
			err = &api.Error{Op: "stat", Kind: api.ErrServer, Err: ErrNotFinished}
		}
		return err
	})
	if err != nil {
		return err
	}
	link, err := r.provedLink(ctx, u.remote.FileKey, u.name, u.plan.Size)
	if err != nil {
		return err
	}
	if u.twice { // a begin that was thought lost may have come late
		if err := r.try(ctx, func() error { return r.deleteOrphans(ctx) }); err != nil {
			return err
		}
	}
	r.locked(func() { u.file, u.link = file, link })
	return nil
}

// provedLink asks for a link and lets it show its file's size. A link that is
// refused is asked for once more.
func (r *run) provedLink(ctx context.Context, fileKey, name string, want int64) (api.Link, error) {
	link, size, err := r.linkAndSize(ctx, fileKey, name)
	if errors.Is(err, api.ErrForbidden) {
		link, size, err = r.linkAndSize(ctx, fileKey, name)
	}
	if err == nil && size != want {
		err = ErrWrongSize
	}
	return link, err
}

func (r *run) linkAndSize(ctx context.Context, fileKey, name string) (link api.Link, size int64, err error) {
	t := r.route.target
	err = r.try(ctx, func() (err error) {
		link, err = t.Bucket.DownloadURL(ctx, fileKey, t.linkOptions(name))
		return err
	})
	if err != nil {
		return link, 0, err
	}
	err = r.try(ctx, func() (err error) {
		size, err = t.Bucket.LinkSize(ctx, link.URL)
		return err
	})
	return link, size, err
}
