package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"quicksync.me/desktop/service/api"
)

// partSuffix marks a download that is not whole yet.
const partSuffix = ".part"

// Download describes a file to fetch.
type Download struct {
	// Target is the ID of a connected target, FileKey the file's key there.
	Target, FileKey string
	// Path is where it shall lie; a free name beside it is found where that is
	// taken. Its last element must be safe on this system.
	Path string
	// Received, where set, counts the bytes that are there.
	Received *atomic.Int64
}

// Download fetches a file and returns the path under which it lies, whole.
// Until then it is called .part; no file that was there before is touched.
// Errors of this computer's disk are *FileError.
func (e *Engine) Download(ctx context.Context, d Download) (string, error) {
	e.mu.Lock()
	r, ok := e.routes[d.Target]
	e.mu.Unlock()
	if !ok {
		return "", errors.New("this storage is not connected")
	}
	if d.Received == nil {
		d.Received = new(atomic.Int64)
	}
	part, err := createFree(d.Path, partSuffix)
	if err != nil {
		return "", &FileError{Path: filepath.Dir(d.Path), Kind: ErrUnwritable, Err: systemError(err)}
	}
	f := &fetch{engine: e, route: r, want: d, part: part}
	err = errors.Join(f.all(ctx), part.Close())
	if err == nil {
		var path string
		if path, err = publish(part.Name(), d.Path); err == nil {
			return path, nil
		}
	}
	_ = os.Remove(part.Name())
	return "", err
}

// fetch is one download on its way.
type fetch struct {
	engine *Engine
	route  *route
	want   Download
	part   *os.File
	have   int64
}

// all fetches until the file is whole and on the disk. A connection that
// breaks is taken up where it was; a link that is refused is renewed once.
func (f *fetch) all(ctx context.Context) error {
	file, err := f.stat(ctx)
	if err != nil {
		return err
	}
	err = f.content(ctx, file)
	if errors.Is(err, api.ErrForbidden) {
		err = f.content(ctx, file)
	}
	if err != nil {
		return err
	}
	return f.written(f.part.Sync())
}

func (f *fetch) try(ctx context.Context, call func() error) error {
	return f.route.pace.try(ctx, f.engine.cfg.Patience, call)
}

func (f *fetch) stat(ctx context.Context) (file api.File, err error) {
	err = f.try(ctx, func() (err error) {
		file, err = f.route.target.Bucket.Stat(ctx, f.want.FileKey)
		return err
	})
	if err == nil && !file.Completed {
		err = &api.Error{Op: "stat", Kind: api.ErrNotFound, Err: ErrNotFinished}
	}
	return file, err
}

func (f *fetch) content(ctx context.Context, file api.File) error {
	bucket := f.route.target.Bucket
	var link api.Link
	err := f.try(ctx, func() (err error) {
		link, err = bucket.DownloadURL(ctx, f.want.FileKey, f.route.target.linkOptions(filepath.Base(f.want.Path)))
		return err
	})
	if err != nil {
		return err
	}
	return f.try(ctx, func() error {
		content, err := bucket.Fetch(ctx, link.URL, f.have, -1)
		if err != nil {
			return err
		}
		defer content.Close()
		return f.take(ctx, content, file.Size)
	})
}

// take writes what came and judges whether it is all. declared is what the
// uploader said, negative where nobody did; the content's own total decides.
func (f *fetch) take(ctx context.Context, content *api.Content, declared int64) error {
	if content.From != f.have { // a server without ranges begins at the start
		f.count(content.From - f.have)
	}
	total := content.Total
	if total < 0 {
		total = declared
	}
	if total >= 0 && declared >= 0 && total != declared {
		return ErrWrongSize
	}
	err := f.copy(content)
	var onDisk *FileError
	switch {
	case errors.As(err, &onDisk):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil, total > f.have:
		return &api.Error{Op: "fetch", Kind: api.ErrNetwork, Err: errors.Join(err, io.ErrUnexpectedEOF)}
	case total >= 0 && total < f.have:
		return ErrWrongSize
	}
	return f.written(f.part.Truncate(f.have))
}

// copy appends the content to the part file at the right place.
func (f *fetch) copy(content io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := content.Read(buf)
		if n > 0 {
			if _, werr := f.part.WriteAt(buf[:n], f.have); werr != nil {
				return f.written(werr)
			}
			f.count(int64(n))
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (f *fetch) count(n int64) {
	f.have += n
	f.want.Received.Add(n)
}

// written turns an error of writing into one that names the file.
func (f *fetch) written(err error) error {
	if err == nil {
		return nil
	}
	return &FileError{Path: f.want.Path, Kind: ErrUnwritable, Err: systemError(err)}
}

func systemError(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// createFree creates a file of this name and suffix, or of a free one like it.
func createFree(path, suffix string) (*os.File, error) {
	for n := 1; ; n++ {
		f, err := os.OpenFile(numbered(path, n, suffix), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
		if err == nil || !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// publish gives a finished file its name, or a free one like it, and never
// that of a file that is there: a hard link fails where one is. On a disk
// without hard links the name is taken by an empty file first.
func publish(part, path string) (string, error) {
	for n := 1; ; n++ {
		name := numbered(path, n, "")
		err := os.Link(part, name)
		if err == nil {
			return name, os.Remove(part)
		}
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		taken, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		switch {
		case errors.Is(err, fs.ErrExist):
			continue
		case err != nil:
			return "", &FileError{Path: name, Kind: ErrUnwritable, Err: systemError(err)}
		}
		_ = taken.Close()
		return name, os.Rename(part, name)
	}
}

// maxName is the longest file name of the usual file systems, in bytes.
const maxName = 255

// numbered is the n-th name to try for a path: "a (2).txt" is the second. The
// stem gives way where the name would be too long. A name of dots alone has no
// extension.
func numbered(path string, n int, suffix string) string {
	dir, base := filepath.Split(path)
	ext := filepath.Ext(base)
	if ext == base {
		ext = ""
	}
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
