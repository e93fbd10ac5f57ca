package transfer

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/paths"
	"quicksync.me/desktop/service/transfer/journal"
)

// begin makes a new part file.
func (f *fetch) begin(file api.File) error {
	f.id = rand.Text()
	part, err := createFree(f.want.Path, partSuffix, 0o666, f.engine.claimed)
	if err != nil {
		return &FileError{Path: filepath.Dir(f.want.Path), Kind: ErrUnwritable, Err: systemError(err)}
	}
	f.part = part
	// Before anything is in it: a part file that nobody knows of stays for ever.
	if entry, err := f.entry(file); err == nil {
		if err := f.engine.cfg.Journal.Save(entry, true); err != nil {
			f.engine.cfg.Log.Warn("a download could not be journalled", "transfer", f.id, "error", err)
		}
	}
	return nil
}

// claimed tells whether the part file of a download that goes on later belongs at a
// path, also where none is: who lay there then would be taken for it. Some disks do
// not tell capitals from small letters.
func (e *Engine) claimed(path string) bool {
	abs, err := filepath.Abs(path)
	e.mu.Lock()
	defer e.mu.Unlock()
	return err == nil && slices.ContainsFunc(e.fetches, func(left journal.Entry) bool { return strings.EqualFold(left.PartPath, abs) })
}

// save has the journal know of a download as it is now; its tags stay.
func (e *Engine) save(entry journal.Entry) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.journalled(e.cfg.Journal.Save(entry, false))
}

// journal has the journal know of the download, once its plan is made.
func (f *fetch) journal(file api.File) {
	entry, err := f.entry(file)
	if err != nil {
		return
	}
	f.journalled = true
	f.engine.mu.Lock()
	defer f.engine.mu.Unlock()
	f.engine.journalled(f.engine.cfg.Journal.Renew(entry))
}

// entry is the download as the journal keeps it.
func (f *fetch) entry(file api.File) (journal.Entry, error) {
	partPath, err := filepath.Abs(f.part.Name())
	return journal.Entry{
		ID: f.id, Download: true, Storage: f.route.target.Storage, Path: f.abs, PartPath: partPath,
		Added: time.Now(), Size: f.plan.Size, PartSize: f.plan.PartSize, Parts: f.plan.Parts, Tail: f.plan.Tail, TailSize: f.plan.TailSize, FileKey: f.want.FileKey, CID: file.CID,
	}, err
}

func (f *fetch) keepPiece(number int, tag string) {
	f.engine.mu.Lock()
	defer f.engine.mu.Unlock()
	f.engine.journalled(f.engine.cfg.Journal.Tag(f.id, number, tag))
}

func (f *fetch) forget() {
	f.engine.mu.Lock()
	defer f.engine.mu.Unlock()
	f.engine.journalled(f.engine.cfg.Journal.Forget(f.id))
}

// systemError is what the system says of a file, without the names that a FileError
// has already.
func systemError(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// CreateFree creates a file of this name and suffix, or of a free one like it: "a
// (2).txt", shortened where it would be too long. No file that is there is touched.
// Errors are those of os.OpenFile.
func CreateFree(path, suffix string, perm fs.FileMode) (*os.File, error) {
	return createFree(path, suffix, perm, func(string) bool { return false })
}

// createFree is CreateFree, but takes no name that is claimed.
func createFree(path, suffix string, perm fs.FileMode, claimed func(string) bool) (*os.File, error) {
	for n := 1; ; n++ {
		name := numbered(path, n, suffix)
		if claimed(name) {
			continue
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, perm)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// publish gives a finished file its name, or a free one like it, and never that of a
// file that is there.
func publish(part, path string) (string, error) {
	for n := 1; ; n++ {
		name := numbered(path, n, "")
		switch err := paths.RenameNew(part, name); {
		case err == nil:
			return name, nil
		case isGone(part, err): // somebody has deleted it
			return "", &FileError{Path: part, Kind: ErrVanished, Err: systemError(err)}
		case !errors.Is(err, fs.ErrExist):
			return "", &FileError{Path: name, Kind: ErrUnwritable, Err: systemError(err)}
		}
	}
}

// maxName is the longest file name of the usual file systems, in bytes.
const maxName = 255

// numbered is the n-th name to try for a path: "a (2).txt" is the second. The
// stem gives way where the name would be too long.
func numbered(path string, n int, suffix string) string {
	dir, base := filepath.Split(path)
	ext := names.Extension(base)
	stem := strings.TrimSuffix(base, ext)
	tail := ext + suffix
	if n > 1 {
		tail = " (" + strconv.Itoa(n) + ")" + tail
	}
	for len(stem)+len(tail) > maxName && stem != "" {
		_, last := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-last]
	}
	return dir + stem + tail
}
