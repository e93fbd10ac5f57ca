package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// batch is how many entries of a folder are read at once: the first file of a
// folder of a million is on its way before the last is found.
const batch = 256

// Walk finds the files under the given paths and hands each to found, in the
// order in which the system tells them. Files in a folder are named by their
// path in it, the folder's own name first. Symbolic links are followed. What
// cannot be sent (a device, a loop, a folder that cannot be read) is handed
// over too, as a source whose Stat says what is wrong. Only ctx ends the walk
// early.
func Walk(ctx context.Context, paths []string, found func(Source)) error {
	w := walker{found: found}
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			abs = p
		}
		if err := w.visit(ctx, abs, filepath.Base(abs), nil); err != nil {
			return err
		}
	}
	return nil
}

type walker struct {
	found func(Source)
}

// visit hands over one file, or what is in a folder. above are the folders
// that lead here, to find loops.
func (w walker) visit(ctx context.Context, p, name string, above []fs.FileInfo) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	info, err := os.Stat(p)
	switch {
	case err != nil:
		w.broken(p, name, linkError(p, err))
	case info.Mode().IsRegular():
		w.found(&file{path: p, name: name, size: info.Size()})
	case !info.IsDir():
		w.broken(p, name, &FileError{Path: p, Kind: ErrNotFile})
	case slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }):
		w.broken(p, name, &FileError{Path: p, Kind: ErrLoop})
	default:
		return w.folder(ctx, p, name, append(above[:len(above):len(above)], info))
	}
	return nil
}

func (w walker) folder(ctx context.Context, p, name string, above []fs.FileInfo) error {
	dir, err := os.Open(p)
	if err != nil {
		w.broken(p, name, fileError(p, err))
		return nil
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(batch)
		for _, e := range entries {
			if err := w.visit(ctx, filepath.Join(p, e.Name()), path.Join(name, e.Name()), above); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.broken(p, name, fileError(p, err))
			return nil
		}
	}
}

func (w walker) broken(p, name string, err error) {
	w.found(&broken{file: file{path: p, name: name}, err: err})
}

// linkError tells a link that leads nowhere but to itself from a file that is
// not there: the systems call it by different names, but it is there as a link.
func linkError(p string, err error) *FileError {
	if info, lerr := os.Lstat(p); lerr == nil && info.Mode()&fs.ModeSymlink != 0 && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return &FileError{Path: p, Kind: ErrLoop}
	}
	return fileError(p, err)
}
