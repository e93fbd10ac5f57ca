package transfer

import (
	"context"
	"errors"
	"path/filepath"

	"golang.org/x/sync/semaphore"

	"quicksync.me/desktop/service/api"
)

// sharedLink is the presigned link that all pieces of a download use. One that
// is refused is renewed by whoever meets it first, as often as it takes: a large
// file takes longer than a link lives. The others wait until the new one has
// opened something; one that opens nothing is not renewed.
type sharedLink struct {
	turn *semaphore.Weighted // whoever has it may read and renew the url
	url  string
}

// withLink makes a call that needs the link, and tells once that has opened it.
func (f *fetch) withLink(ctx context.Context, call func(link string, opened func()) error) error {
	for refused := ""; ; {
		link, renewed, err := f.currentLink(ctx, refused)
		if err != nil {
			return err
		}
		proved := !renewed
		opened := func() {
			if !proved {
				proved = true
				f.link.turn.Release(1)
			}
		}
		err = f.route.try(ctx, func() error { return call(link, opened) })
		useless := !proved
		opened() // it is the others' turn, whatever has come of it
		if useless || !errors.Is(err, api.ErrForbidden) {
			return err
		}
		refused = link
	}
}

// currentLink returns the link; where it is still the refused one, a renewed one,
// which leaves the turn to the caller.
func (f *fetch) currentLink(ctx context.Context, refused string) (url string, renewed bool, err error) {
	if err := f.link.turn.Acquire(ctx, 1); err != nil {
		return "", false, context.Cause(ctx)
	}
	defer func() {
		if !renewed {
			f.link.turn.Release(1)
		}
	}()
	if f.link.url != refused {
		return f.link.url, false, nil
	}
	link, err := f.route.link(ctx, f.want.FileKey, filepath.Base(f.want.Path))
	if err != nil {
		return "", false, err
	}
	f.link.url = link.URL
	return link.URL, refused != "", nil
}
