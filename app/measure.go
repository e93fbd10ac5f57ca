package app

import (
	"context"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

// This file looks a parcel through before its first byte. What that finds serves the
// sending, so that no disk is walked twice, up to a bound: memory follows neither
// the size of a drop nor the number of drops.

// mostFound is how many files and empty folders are kept of a parcel.
const mostFound = 20_000

// sources finds what a parcel is sent as, until ctx ends.
func (a *App) sources(ctx context.Context, d *parcel, found func(transfer.Source)) error {
	switch {
	case d.archive != "":
		found(bundle.Whole(d.archive, d.paths...))
		return nil
	case d.each:
		return bundle.Sources(ctx, d.paths, nil, found)
	default:
		return bundle.Sources(ctx, d.paths, archiveOf, found)
	}
}

// archiveOf is a folder as one upload.
func archiveOf(folder string) transfer.Source {
	return bundle.Whole(bundle.FolderName(folder), folder)
}

// found hands over what measuring has found, or finds it again.
func (a *App) found(ctx context.Context, d *parcel, found func(transfer.Source)) error {
	if len(d.found) == 0 {
		return a.sources(ctx, d, found)
	}
	for _, src := range d.found {
		found(src)
	}
	d.found = nil
	return nil
}

// measured is what a parcel comes to.
type measured struct {
	// files are all that were found, and uploads what they are sent as.
	files, uploads int
	// size of all files in bytes.
	size int64
}

// measure looks through a parcel. Its error is that of the program's end.
func (a *App) measure(d *parcel) (m measured, err error) {
	var archives []*bundle.Lazy
	d.found = nil
	err = a.sources(a.ctx, d, func(src transfer.Source) {
		files, size := 1, src.Size()
		if archive, ok := src.(*bundle.Lazy); ok {
			files, size, _ = archive.Measure(a.ctx, mostFound-m.files) // the end of ctx is seen below
			archives = append(archives, archive)
		}
		m.files += files
		m.size += size
		m.uploads += min(files, 1)
		if m.files <= mostFound {
			d.found = append(d.found, src)
		}
	})
	if err != nil || a.ctx.Err() != nil {
		return m, context.Cause(a.ctx)
	}
	if m.files > mostFound {
		d.found = nil
	}
	a.keepMeasured(archives)
	return m, nil
}

// keepMeasured has the archives of one parcel at a time keep what measuring them
// has found, until their turn: those of the one before let go of it.
func (a *App) keepMeasured(archives []*bundle.Lazy) {
	a.mu.Lock()
	before := a.measured
	a.measured = archives
	a.mu.Unlock()
	for _, archive := range before {
		archive.Release()
	}
}
