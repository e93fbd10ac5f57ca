package app

import (
	"context"
	"errors"
	"image"

	"quicksync.me/desktop/service/thumbnail"
	"quicksync.me/desktop/views"
)

// Thumbnails are made for a pane of this width, in pixels of a screen of twice
// the usual density.
const thumbnailWidth, thumbnailHeight = 560, 320

// errAnother: another file was selected.
var errAnother = errors.New("another file was selected")

// picture is the small one of the selected file. Guarded by App.mu.
type picture struct {
	path   string
	image  image.Image
	making bool
	cancel context.CancelCauseFunc
}

// wantPicture puts the picture of the one selected file into the pane. One that
// is not there yet is made, and what is made of an earlier file given up.
// Callers hold a.mu.
func (a *App) wantPicture(d *views.Detail) {
	path := d.From
	if !thumbnail.Promising(path) {
		path = ""
	}
	if path != a.picture.path {
		a.makePicture(path)
	}
	d.Picture, d.Picturing = a.picture.image, a.picture.making
}

// makePicture begins with the picture of another file; empty is none.
func (a *App) makePicture(path string) {
	if a.picture.cancel != nil {
		a.picture.cancel(errAnother)
	}
	a.picture = picture{path: path}
	if path == "" || a.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithCancelCause(a.ctx)
	a.picture.making, a.picture.cancel = true, cancel
	a.group.Go(func() {
		small, err := a.thumbnails.Make(ctx, path)
		cancel(nil)
		if err != nil && !errors.Is(err, errAnother) {
			a.Log.Debug("a file has no thumbnail", "error", err)
		}
		a.mu.Lock()
		if a.picture.path == path && !errors.Is(err, errAnother) {
			a.picture = picture{path: path, image: small}
		}
		a.mu.Unlock()
		a.now()
	})
}
