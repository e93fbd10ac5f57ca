package app

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"quicksync.me/desktop/service/transfer"
)

// parcel is what was added in one go, however it came: dropped, picked, pasted,
// or handed over by another start of the program.
type parcel struct {
	// id tells offers about parcels apart.
	id    string
	place *place
	// paths are absolute, each there once.
	paths []string
	// each has the files of folders sent one by one; else a folder is one archive.
	each bool
	// archive is what one archive of all of it is called; empty where there shall
	// be none.
	archive string
	// sure has it sent although it does not fit: the person wants it so.
	sure  bool
	batch *batch
	// asks is what is asked about it while it is held.
	asks question
	// uploads are the IDs of its transfers, where several things were added.
	uploads []string
	// found is what it is sent as, where it was few enough to be kept since it was
	// measured.
	found []transfer.Source
}

// add sends files and folders to the storage that is shown.
func (a *App) add(paths []string, quick bool) {
	a.addWhile(a.copiedNow(), paths, quick)
}

// addWhile is add, while this text is on the clipboard.
func (a *App) addWhile(clip func() string, paths []string, quick bool) {
	if len(paths) == 0 {
		return
	}
	a.mu.Lock()
	p := a.current
	a.mu.Unlock()
	a.take(&parcel{
		place: p, paths: absolute(paths), each: a.prefs.Load().FoldersAsFiles,
		batch: &batch{quick: quick, walking: true, clip: clip},
	})
}

// absolute returns each of the paths once, whole, in the order in which they
// came.
func absolute(paths []string) []string {
	all, known := make([]string, 0, len(paths)), make(map[string]bool, len(paths))
	for _, p := range paths {
		if abs, err := filepath.Abs(p); err == nil {
			p = abs
		}
		if !known[p] {
			all, known[p] = append(all, p), true
		}
	}
	return all
}

// take sends a parcel as soon as its storage has been reached for, unless it does
// not fit there: then it is held until the person has said what to do.
func (a *App) take(d *parcel) {
	a.takes(1)
	a.group.Go(func() {
		defer a.takes(-1)
		select {
		case <-a.ctx.Done():
			return
		case <-d.place.tried:
		}
		if _, reached := a.targetOf(d.place); !reached {
			a.release(d.batch)
			a.say(a.Words.Text("note.notReached"))
			return
		}
		if a.admits(d) {
			a.giveWay(d.batch)
			a.send(d)
		}
	})
}

// takes counts the parcels that are not in the queue yet.
func (a *App) takes(more int) {
	a.mu.Lock()
	a.taking += more
	a.mu.Unlock()
	a.now()
}

// adding tells that what was added is not all in the queue: the end of the program
// would forget it. What is held for a storage that was forgotten is not asked about
// any more. Callers hold a.mu.
func (a *App) adding() bool {
	return a.taking > 0 || slices.ContainsFunc(a.held, func(d *parcel) bool { return a.place(d.place.id) == d.place })
}

// looking is after what time the person is told that a parcel is looked through.
const looking = 700 * time.Millisecond

// admits looks through a parcel and holds it against its storage. It holds on to
// what does not fit.
func (a *App) admits(d *parcel) bool {
	patient := time.AfterFunc(looking, func() { a.say(a.Words.Text("note.looking")) })
	m, err := a.measure(d)
	patient.Stop()
	if err != nil {
		return false
	}
	if m.files == 0 {
		a.release(d.batch)
		a.say(a.Words.Text("note.emptyFolder"))
		return false
	}
	q, fits := a.judge(d, m, a.roomOf(d.place, d.batch), time.Now())
	if fits || d.sure {
		return true
	}
	d.asks, d.found = q, nil // who knows when it is answered
	a.hold(d)
	return false
}

// send adds what was found to the queue, and lets the window know. What was too
// much to be kept is walked again while the first files are on their way. A storage
// that is removed meanwhile gets no more: its uploads are given up once, and nobody
// would see those that come after.
func (a *App) send(d *parcel) {
	twice := 0
	ctx, stop := context.WithCancel(a.ctx)
	_ = a.found(ctx, d, func(src transfer.Source) { // only our end cuts it short, or the storage's
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.place(d.place.id) != d.place {
			stop()
			return
		}
		if !a.queue(d, src) {
			twice++
		}
	})
	stop()
	if twice > 0 {
		a.say(a.Words.Count("note.twice", twice))
	}
	a.mu.Lock()
	d.batch.walking = false
	over := d.batch.over()
	if over {
		a.end(d.batch)
	}
	a.offerOneLink(d)
	a.mu.Unlock()
	if over {
		a.finish(d.batch)
	}
	a.now()
}

// queue adds what was found to the queue, and to the batch of its parcel; false where it
// is there already. Callers hold a.mu.
func (a *App) queue(d *parcel, src transfer.Source) (added bool) {
	id, added := a.Engine.Add(d.place.id, src)
	if !added {
		d.batch.lacks = true
		return false
	}
	d.batch.left++
	status, _ := a.Engine.Status(id)
	a.transfers.adopt(status, d.batch)
	if len(d.paths) > 1 {
		d.uploads = append(d.uploads, id)
	}
	return true
}
