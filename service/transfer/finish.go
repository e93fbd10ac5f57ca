package transfer

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
)

// complete makes a file of the parts. A complete whose answer was lost is only
// repeated when a look-up says that the file is unfinished. Parts that the
// server says it misses are sent once more: those under suspicion first and, where
// that was a wrong one, all.
func (r *run) complete(ctx context.Context, src Reader) error {
	for all := false; ; all = true {
		err := r.completeOnce(ctx)
		if !errors.Is(err, api.ErrIncomplete) {
			return err
		}
		again := r.suspect(missing(err), all)
		if again == 0 {
			return err
		}
		r.engine.cfg.Log.Warn("the server misses parts: they are sent again", "transfer", r.upload.id, "parts", again)
		if err := r.sendParts(ctx, src); err != nil {
			return err
		}
		if err := r.unchanged(); err != nil {
			return err
		}
	}
}

// suspect has parts sent again after a complete that was refused, and counts them.
// A part comes under suspicion once: 0 are left when sending them has not helped.
func (r *run) suspect(named []int, all bool) (again int) {
	r.locked(func() {
		u := r.upload
		suspects := u.suspects(named, all)
		if fresh := slices.ContainsFunc(suspects, func(n int) bool { return !r.suspected[n] }); !fresh {
			return
		}
		u.dropTags(suspects)
		if r.suspected == nil {
			r.suspected = map[int]bool{}
		}
		for _, n := range suspects {
			r.suspected[n] = true
		}
		r.engine.renew(u)
		again = len(suspects)
	})
	return again
}

func (r *run) completeOnce(ctx context.Context) error {
	u, bucket := r.upload, r.route.target.Bucket
	uncertain := u.completes
	r.locked(func() { u.completes = true })
	err := r.route.try(ctx, func() error {
		if uncertain {
			f, err := bucket.Stat(ctx, u.remote.FileKey)
			if err != nil || f.Completed {
				return err
			}
			r.route.pace.reached() // what fails now is complete
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

// suspects are the parts that a refused complete may be about: those named, else
// those that were sent more than once (a late loser may have replaced the winner),
// else all.
func (u *upload) suspects(named []int, all bool) []int {
	suspects := u.numbers(func(n int) bool { return slices.Contains(named, n) })
	if len(named) == 0 && !all {
		suspects = u.numbers(func(n int) bool { return u.tries[n-1] > 1 })
	}
	if len(suspects) == 0 {
		suspects = u.numbers(func(int) bool { return true })
	}
	return suspects
}

// dropTags makes parts be sent again.
func (u *upload) dropTags(numbers []int) {
	for _, n := range numbers {
		if u.tags[n-1] != "" {
			u.tags[n-1] = ""
			u.partsDone--
			u.completes = false
			_, length := u.plan.Part(n)
			u.sent.Add(-length)
		}
	}
}

// numbers returns those of the parts' numbers that are wanted.
func (u *upload) numbers(wanted func(number int) bool) (numbers []int) {
	for n := 1; n <= u.plan.Parts; n++ {
		if wanted(n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// verify looks the file up and tries its link: what a server stored is proved
// by the link's own size, not by what we had declared. Of many files that are
// on their way at once, the link is tried when somebody asks for it.
func (r *run) verify(ctx context.Context) error {
	u := r.upload
	found := r.joinMany()
	defer r.makeWay()()
	var file api.File
	var link api.Link
	var err error
	if found != nil {
		file, err = r.lookUp(ctx, found)
	} else {
		file, link, err = r.prove(ctx)
	}
	if err != nil {
		return err
	}
	if u.twice { // a begin that was thought lost may have come late
		if err := r.route.try(ctx, func() error { return r.deleteOrphans(ctx) }); err != nil {
			return err
		}
	}
	r.locked(func() {
		u.file, u.link = file, link
		u.partsDone = u.plan.Parts
		u.sent.Store(u.plan.Size)
	})
	return nil
}

// maxProving is how many files may wait for their proof beside those that have
// their turn.
const maxProving = 1024

// makeWay lets another file have its turn while this one is proved.
func (r *run) makeWay() (proved func()) {
	e := r.engine
	r.locked(func() {
		if e.proving++; e.proving <= maxProving {
			e.leaveLane(r.upload)
			e.dispatch()
		}
	})
	return func() { r.locked(func() { e.proving-- }) }
}

// prove looks the file up and, at the same time, tries its link. A link that was
// tried before the server had the file finished says nothing if it failed.
func (r *run) prove(ctx context.Context) (file api.File, link api.Link, err error) {
	var early error
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		file, err = r.finishedFile(gctx)
		return err
	})
	tryLink := func(ctx context.Context) (api.Link, error) {
		return r.provedLink(ctx, r.upload.remote.FileKey, r.upload.name, r.upload.plan.Size)
	}
	g.Go(func() error {
		link, early = tryLink(gctx)
		return nil
	})
	if err = g.Wait(); err == nil && early != nil {
		link, err = tryLink(ctx)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return file, link, err
}

// finishedFile looks the file up, which must be finished.
func (r *run) finishedFile(ctx context.Context) (file api.File, err error) {
	err = r.route.try(ctx, func() (err error) {
		file, err = r.route.target.Bucket.Stat(ctx, r.upload.remote.FileKey)
		if err == nil && !file.Completed {
			err = &api.Error{Op: "stat", Kind: api.ErrServer, Err: ErrNotFinished}
		}
		return err
	})
	return file, err
}

// provedLink asks for a link and lets it show its file's size. A link that is
// refused is asked for once more.
func (r *run) provedLink(ctx context.Context, fileKey, name string, want int64) (api.Link, error) {
	link, err := r.triedLink(ctx, fileKey, name, want)
	if errors.Is(err, api.ErrForbidden) {
		link, err = r.triedLink(ctx, fileKey, name, want)
	}
	return link, err
}

func (r *run) triedLink(ctx context.Context, fileKey, name string, want int64) (api.Link, error) {
	link, err := r.route.link(ctx, fileKey, name)
	if err != nil {
		return link, err
	}
	return link, r.route.try(ctx, func() error {
		_, err := TryLink(ctx, r.route.target.Bucket, link.URL, want)
		return err
	})
}
