// Package thumbnail makes small pictures of picture files that lie on this
// computer. Such a file may come from a stranger and be made to do harm. The
// rules are:
//
//   - What decoding would cost is known from the header, and bounded, before a
//     decoder is let at the file: its size, its pixels, and the memory that they
//     take.
//   - A decoder reads through a reader that ends with its context, and a panic
//     of it is an error of that file alone.
//   - One picture is made at a time.
package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// What a file may have and take at most.
const (
	// maxFile bounds the file, in bytes.
	maxFile = 256 << 20
	// maxPixels bounds its picture: that of any camera fits.
	maxPixels = 64_000_000
	// maxSide bounds its width and its height, in pixels.
	maxSide = 1 << 16
	// maxMemory bounds what a decoder makes of it, in bytes.
	maxMemory = 256 << 20
	// maxTime bounds the reading of it.
	maxTime = 10 * time.Second
)

// remembered is how many pictures are kept, those that could not be made as
// well.
const remembered = 16

// What can be wrong with a file, for errors.Is.
var (
	// ErrFormat: it is none of the formats that are known, or broken.
	ErrFormat = errors.New("no picture that can be shown")
	// ErrTooLarge: it, or what it would take to decode it, is too large.
	ErrTooLarge = errors.New("too large for a thumbnail")
)

// errTooSlow: reading it took more than maxTime.
var errTooSlow = fmt.Errorf("%w: it takes too long", ErrTooLarge)

// Config says how large thumbnails are.
type Config struct {
	// Width and Height are those of the box that a thumbnail fits into, in
	// pixels. A smaller picture stays as it is.
	Width, Height int
}

// A Maker makes thumbnails, and keeps the last of them. Its methods may be
// called by many goroutines.
type Maker struct {
	box  image.Point
	turn chan struct{} // holds one value while a picture is made
	kept []made        // guarded by turn; the newest last
}

// made is what became of a file.
type made struct {
	path    string
	size    int64
	changed time.Time
	picture image.Image
	err     error
}

// New returns a Maker.
func New(c Config) *Maker {
	return &Maker{box: image.Pt(c.Width, c.Height), turn: make(chan struct{}, 1)}
}

// endings are those of the names of files that are tried.
var endings = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// Promising tells by its name whether a file may be a picture that can be made
// small: JPEG, PNG, GIF, WebP, BMP or TIFF.
func Promising(name string) bool {
	return slices.Contains(endings, strings.ToLower(path.Ext(name)))
}

// Make returns the thumbnail of a file, upright, of an animation the first
// picture. Whoever wants another one meanwhile cancels ctx, which gives way at
// the next bytes that are read. A file that has not changed since it was made
// costs nothing. Errors are ErrFormat, ErrTooLarge, those of the system, and
// the cause of ctx.
func (m *Maker) Make(ctx context.Context, file string) (image.Image, error) {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrFormat // a pipe would never end
	}
	for _, k := range m.kept {
		if k.path == file && k.size == info.Size() && k.changed.Equal(info.ModTime()) {
			return k.picture, k.err
		}
	}
	picture, err := m.open(ctx, file)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, errTooSlow): // another time it may not be
		return nil, err
	}
	m.keep(made{file, info.Size(), info.ModTime(), picture, err})
	return picture, err
}

func (m *Maker) keep(k made) {
	m.kept = append(m.kept, k)
	m.kept = m.kept[max(0, len(m.kept)-remembered):]
}

// open makes the thumbnail of a file that is not known yet.
func (m *Maker) open(ctx context.Context, file string) (image.Image, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, maxTime, errTooSlow)
	defer cancel()
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // another one has taken its name
		return nil, ErrFormat
	case info.Size() > maxFile:
		return nil, ErrTooLarge
	}
	return m.make(ctx, f, info.Size())
}

// make decodes what a reader holds and makes it small. A panic in a decoder is
// an error of the file.
func (m *Maker) make(ctx context.Context, file io.ReaderAt, size int64) (small image.Image, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			small, err = nil, fmt.Errorf("%w: its decoder gave up: %v", ErrFormat, reason)
		}
	}()
	content := func() *io.SectionReader { return io.NewSectionReader(bounded{ctx, file}, 0, size) }
	f, err := formatOf(content())
	if err != nil {
		return nil, err
	}
	if err := f.affordable(content()); err != nil {
		return nil, err
	}
	picture, err := f.decode(content())
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	turn := upright
	if f.name == "jpeg" {
		turn = orientation(content())
	}
	return turn.apply(shrink(picture, turn.box(m.box))), nil
}

// bounded reads until its context ends.
type bounded struct {
	ctx  context.Context
	file io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (b bounded) ReadAt(p []byte, off int64) (int, error) {
	if b.ctx.Err() != nil {
		return 0, context.Cause(b.ctx)
	}
	return b.file.ReadAt(p, off)
}
