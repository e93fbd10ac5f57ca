package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// Source is what an upload sends: a file on disk, or anything else whose size
// is known and which can be read at any place.
type Source interface {
	// Name is the plain name under which it is stored; for a file from a folder
	// its path inside that folder, with "/".
	Name() string
	// Path says where it lies on this computer.
	Path() string
	// Size in bytes when it was found; Stat tells it for sure.
	Size() int64
	// Stat tells what it is now. Errors are *FileError.
	Stat() (Version, error)
	// Open opens it for reading. Errors are *FileError.
	Open() (Reader, error)
}

// Bundle is a Source that is made of several files. A run that goes on with it
// makes it anew of its paths.
type Bundle interface {
	Source
	// Look does what may take its time of the next Stat. Errors are *FileError, or
	// the cause of ctx.
	Look(ctx context.Context) error
	// Paths are what it is made of.
	Paths() []string
	// Forget has the next Stat take them as they are then.
	Forget()
}

// Reader reads a source at any place, by several goroutines at once.
type Reader interface {
	io.ReaderAt
	io.Closer
}

// Preparer is a Reader whose content has to be worked out in part. Prepare does
// what takes its time for the bytes [offset, offset+length), so that reading
// them does not pause. Errors are *FileError, or the cause of ctx.
type Preparer interface {
	Prepare(ctx context.Context, offset, length int64) error
}

// look has a source tell what it is. One that is looked through first is until ctx
// ends: many folders take their time.
func look(ctx context.Context, src Source) (Version, error) {
	if b, ok := src.(Bundle); ok {
		if err := b.Look(ctx); err != nil {
			return Version{}, err
		}
	}
	return src.Stat()
}

// Version tells one state of a source from another.
type Version struct {
	// Size in bytes, and when it was changed last.
	Size    int64
	ModTime time.Time
	// info holds the identity on disk, within a run: network and exFAT disks
	// give new ones.
	info fs.FileInfo
}

// Same tells whether both are the same state of the same file: size and time
// are equal, and its identity on disk where both know it.
func (v Version) Same(w Version) bool {
	if v.Size != w.Size || !v.ModTime.Equal(w.ModTime) {
		return false
	}
	return v.info == nil || w.info == nil || os.SameFile(v.info, w.info)
}

// file is a Source on disk.
type file struct {
	path, name string
	size       int64
}

func (f *file) Name() string { return f.name }
func (f *file) Path() string { return f.path }
func (f *file) Size() int64  { return f.size }

func (f *file) Stat() (Version, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return Version{}, fileError(f.path, err)
	}
	if !info.Mode().IsRegular() {
		return Version{}, &FileError{Path: f.path, Kind: ErrNotFile}
	}
	_ = os.SameFile(info, info) // Windows looks the identity up when it is first compared
	return Version{Size: info.Size(), ModTime: info.ModTime(), info: info}, nil
}

func (f *file) Open() (Reader, error) {
	r, err := os.Open(f.path)
	if err != nil {
		return nil, fileError(f.path, err)
	}
	return r, nil
}

// broken is a Source that was found but cannot be sent: it takes its place in
// the queue so that the person sees its name and what is wrong with it. What is a
// file by the next try is sent.
type broken struct {
	file
	err error
}

func (b *broken) Stat() (Version, error) {
	v, err := b.file.Stat()
	if err != nil {
		return Version{}, b.err
	}
	return v, nil
}

// NewFileError names the kind of what the system says of a file or folder:
// ErrVanished or ErrUnreadable. Where err holds a *FileError, it is that.
func NewFileError(path string, err error) *FileError { return fileError(path, err) }

// NewStatError is NewFileError for an error of os.Stat, and knows ErrLoop too.
func NewStatError(path string, err error) *FileError { return linkError(path, err) }

// fileError names the kind of a system's error. The path is told once, by us.
func fileError(path string, err error) *FileError {
	var e *FileError
	if errors.As(err, &e) {
		return e
	}
	kind := ErrUnreadable
	if errors.Is(err, fs.ErrNotExist) {
		kind = ErrVanished
	}
	return &FileError{Path: path, Kind: kind, Err: systemError(err)}
}
