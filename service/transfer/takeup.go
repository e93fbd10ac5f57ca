package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// This file is about what an earlier run has left of a download: the part file, or the
// file that has got its name already.

// leftDownloads are the downloads among what earlier runs have left.
func leftDownloads(entries []journal.Entry) (left []journal.Entry) {
	for _, e := range entries {
		if e.Download {
			left = append(left, e)
		}
	}
	return left
}

// LeftDownloads returns the downloads for a target that earlier runs have left
// unfinished, or this one has and they can go on, ready for Download.
func (e *Engine) LeftDownloads(targetID string) (all []Download) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.routes[targetID]
	if !ok {
		return nil
	}
	for _, left := range e.fetches {
		if left.Storage == r.target.Storage {
			all = append(all, Download{Target: targetID, FileKey: left.FileKey, Path: left.Path})
		}
	}
	return all
}

// open takes up the part file of an earlier run, or begins a new one. Where that run
// has given the file its name already, it returns the path. A part file that cannot
// be opened now stays for the next time: its disk may be away. So does one that ctx
// ends the look at, unless the download was given up.
func (f *fetch) open(ctx context.Context, file api.File) (saved string, err error) {
	left, ok := f.engine.takeFetch(f.route.target.Storage, f.want.FileKey, f.abs)
	if !ok {
		return "", f.begin(file)
	}
	saved, err = f.takeUp(ctx, left, file)
	switch {
	case err == nil:
		return saved, nil
	case givenUp(ctx):
		f.discard(left)
		return "", ErrGivenUp
	case ctx.Err() != nil:
		_ = f.part.Close()
		left.Missed = time.Time{} // as the journal has it: the file was there
		f.engine.leaveFetch(left)
		return "", context.Cause(ctx)
	case errors.Is(err, errOther):
		f.discard(left)
		return "", f.begin(file)
	case errors.Is(err, errForeign), isGone(left.PartPath, err), !left.Missed.IsZero() && time.Since(left.Missed) > keptAway:
		f.disown(left)
		return "", f.begin(file)
	}
	f.miss(left)
	return "", fileError(left.PartPath, err)
}

// keptAway is how long a download waits for a part file that cannot be opened: then
// its folder is taken for deleted.
const keptAway = 7 * 24 * time.Hour

// miss leaves a part file that cannot be opened for the next time, and has the journal
// know since when that is so: how long ago the download was begun says nothing.
func (f *fetch) miss(left journal.Entry) {
	if left.Missed.IsZero() {
		left.Missed = time.Now()
		f.engine.save(left)
	}
	f.engine.leaveFetch(left)
}

// found has the journal know that a part file which was missed is there again.
func (f *fetch) found(left journal.Entry) {
	if !left.Missed.IsZero() {
		left.Missed = time.Time{}
		f.engine.save(left)
	}
}

// isGone tells that a file which could not be opened is really not there: the
// folder that it was in is.
func isGone(path string, err error) bool { return errors.Is(err, fs.ErrNotExist) && !isAway(path) }

// isAway tells that the folder of a file cannot be found, as that of a disk which
// was pulled out.
func isAway(path string) bool {
	_, err := os.Stat(filepath.Dir(path))
	return err != nil
}

// takeFetch returns what was left of a download.
func (e *Engine) takeFetch(storage, fileKey, path string) (journal.Entry, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, left := range e.fetches {
		if left.Storage == storage && left.FileKey == fileKey && left.Path == path {
			e.fetches = append(e.fetches[:i:i], e.fetches[i+1:]...)
			return left, true
		}
	}
	return journal.Entry{}, false
}

// leave lets the next download of the same file to the same place go on with the
// pieces that are there.
func (f *fetch) leave(file api.File) {
	left, err := f.entry(file)
	if err != nil {
		return
	}
	left.Tags = f.pieces.there()
	f.engine.leaveFetch(left)
}

// leaveFetch keeps what takeFetch shall find.
func (e *Engine) leaveFetch(left journal.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fetches = append(e.fetches, left)
}

// errOther: what lies on the server is another content than it was. errForeign: what
// lies at the path of a part file is none that we have written.
var (
	errOther   = errors.New("another content")
	errForeign = errors.New("not our part file")
)

// takeUp opens a part file and checks what is in it, or returns the name that the
// file has got.
func (f *fetch) takeUp(ctx context.Context, left journal.Entry, file api.File) (saved string, err error) {
	if left.CID != file.CID {
		return "", errOther
	}
	if saved = f.linked(left); saved != "" {
		return saved, nil
	}
	if left.Parts < 1 {
		return "", errOther
	}
	if f.part, err = os.OpenFile(left.PartPath, os.O_RDWR, 0); err == nil {
		f.found(left)
		if err = f.check(ctx, left); err == nil && !f.ours(ctx, left.Tags) {
			err = errForeign
		}
		f.resumed = len(f.pieces.there()) > 0
		return "", err
	}
	if isGone(left.PartPath, err) {
		saved = f.renamed(ctx, left)
	}
	if saved != "" {
		return saved, nil
	}
	return "", err
}

// linked finds the name that an earlier run has given a part file, by a hard link,
// when it was killed before it took the old one away. It does that. The file is the
// person's by now, whatever has been written into it since.
func (f *fetch) linked(left journal.Entry) string {
	part, err := os.Lstat(left.PartPath)
	if err != nil {
		return ""
	}
	name := given(left.Path, func(_ string, info fs.FileInfo) bool { return os.SameFile(part, info) })
	if name != "" {
		_ = os.Remove(left.PartPath)
		f.id = left.ID
		f.want.Received.Store(part.Size())
	}
	return name
}

// renamed finds the name that an earlier run has given a part file, when it was
// killed before the journal knew: the file that is all that was fetched. It is read,
// and not written to.
func (f *fetch) renamed(ctx context.Context, left journal.Entry) string {
	if len(left.Tags) != left.Parts {
		return ""
	}
	return given(left.Path, func(name string, info fs.FileInfo) (same bool) {
		if info.Size() != left.Size {
			return false
		}
		var err error
		if f.part, err = os.Open(name); err != nil {
			return false
		}
		defer f.part.Close()
		return f.check(ctx, left) == nil && f.pieces.complete()
	})
}

// mayBeGiven is how many names are looked at for one that a download has got. Not
// all of those before it need to be there any more.
const mayBeGiven = 100

// given finds, among the names that a download to a path may have got, the file that
// it is.
func given(path string, is func(name string, info fs.FileInfo) bool) string {
	for n := 1; n <= mayBeGiven; n++ {
		name := numbered(path, n, "")
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() && is(name, info) {
			return name
		}
	}
	return ""
}

// check reads what an earlier run has left, and knows what is there of it.
func (f *fetch) check(ctx context.Context, left journal.Entry) error {
	f.id, f.journalled = left.ID, true
	f.plan = planOf(left)
	f.pieces.plan(left.Parts)
	for number, tag := range left.Tags {
		if number >= 1 && number <= left.Parts {
			f.pieces.set(number, tag)
		}
	}
	f.want.Received.Store(0)
	return f.verify(ctx)
}

// ours tells whether a part file that was read is the one that we have written: a piece
// of it is as it was, or nothing of it has reached the disk. Another may have taken its
// name when the person had deleted it, and may still be written: that is not touched.
func (f *fetch) ours(ctx context.Context, tags map[int]string) bool {
	info, err := f.part.Stat()
	switch {
	case err != nil || info.Size() > f.plan.Size:
		return false
	case info.Size() == 0 || len(f.pieces.there()) > 0:
		return true
	}
	return info.Size() == f.plan.Size && f.blank(ctx, tags)
}

// discard removes what an earlier run has left and cannot be gone on with.
func (f *fetch) discard(left journal.Entry) {
	f.disown(left)
	_ = os.Remove(left.PartPath)
}

// disown forgets what an earlier run has left. What lies at the path of its part file
// stays: it could not be opened, or is somebody else's.
func (f *fetch) disown(left journal.Entry) {
	if f.part != nil {
		_ = f.part.Close()
	}
	f.id = left.ID
	f.forget()
	f.part, f.plan, f.journalled, f.resumed = nil, Plan{}, false, false
	f.pieces.plan(0)
	f.want.Received.Store(0)
}

// blank tells whether the pieces of these tags read as zeros, as those do that had not
// reached the disk.
func (f *fetch) blank(ctx context.Context, tags map[int]string) bool {
	for number := range tags {
		if number < 1 || number > f.plan.Parts {
			continue
		}
		offset, length := f.plan.Part(number)
		content := &counted{ctx: ctx, from: io.NewSectionReader(f.part, offset, length), read: new(atomic.Int64)}
		if _, err := io.Copy(onlyZeros{}, content); err != nil {
			return false
		}
	}
	return true
}

// onlyZeros takes nothing else.
type onlyZeros struct{}

var errNotZero = errors.New("not a zero")

func (onlyZeros) Write(b []byte) (int, error) {
	if len(bytes.TrimLeft(b, "\x00")) > 0 {
		return 0, errNotZero
	}
	return len(b), nil
}
