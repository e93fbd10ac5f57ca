package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"go.etcd.io/bbolt"
)

// Content reads a finished file from its extents, one after another, with at
// most one of them open. When the file is deleted meanwhile, a read fails. It
// is for one goroutine.
type Content struct {
	extents *extents
	parts   []partRecord
	ends    []int64
	pos     int64

	open  *os.File
	index int
}

var _ io.ReadSeekCloser = (*Content)(nil)

// Open opens the content of a finished file, whoever owns it; it fails with
// ErrNotFound when there is none of this key or it is not finished. The reader
// is a *Content.
func (s *Store) Open(_ context.Context, key string) (File, io.ReadSeekCloser, error) {
	var f fileRecord
	var parts []partRecord
	err := s.view(func(tx *bbolt.Tx) error {
		var ok bool
		var err error
		if f, ok, err = getFile(tx, key); err != nil {
			return err
		}
		if !ok || !f.Completed {
			return ErrNotFound
		}
		return eachPart(tx, key, func(r partRecord) error {
			parts = append(parts, r)
			return nil
		})
	})
	if err != nil {
		return File{}, nil, err
	}
	return f.File, newContent(s.extents, parts), nil
}

func newContent(x *extents, parts []partRecord) *Content {
	c := &Content{extents: x, parts: parts, ends: make([]int64, len(parts))}
	var end int64
	for i, p := range parts {
		end += p.Size
		c.ends[i] = end
	}
	return c
}

// Read reads on from the position, within one extent at a time.
func (c *Content) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	f, n, err := c.locate(int64(len(p)))
	if err != nil {
		return 0, err
	}
	m, err := f.Read(p[:n])
	c.pos += int64(m)
	return m, truncated(err)
}

// CopyTo copies up to limit bytes from the position on to w and advances. It
// hands w the extent file itself, so that a connection can have the kernel send
// it; it returns io.EOF at the end, and may copy less than limit before.
func (c *Content) CopyTo(w io.Writer, limit int64) (int64, error) {
	f, n, err := c.locate(limit)
	if err != nil {
		return 0, err
	}
	m, err := io.CopyN(w, f, n)
	c.pos += m
	return m, truncated(err)
}

// locate returns the extent that holds the position, with its offset there, and
// how many of the limit's bytes it has.
func (c *Content) locate(limit int64) (*os.File, int64, error) {
	i := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] > c.pos })
	if i == len(c.ends) {
		return nil, 0, io.EOF
	}
	if err := c.enter(i); err != nil {
		return nil, 0, err
	}
	start := c.ends[i] - c.parts[i].Size
	if _, err := c.open.Seek(c.pos-start, io.SeekStart); err != nil {
		return nil, 0, err
	}
	return c.open, min(limit, c.ends[i]-c.pos), nil
}

// enter opens the extent of a part in place of the one open.
func (c *Content) enter(i int) error {
	if c.open != nil && c.index == i {
		return nil
	}
	if err := c.Close(); err != nil {
		return err
	}
	f, err := c.extents.open(c.parts[i].Extent)
	if err != nil {
		return err
	}
	c.open, c.index = f, i
	return nil
}

// Seek sets the position; one past the end is allowed, as in a file.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += c.pos
	case io.SeekEnd:
		offset += c.size()
	default:
		return 0, fmt.Errorf("store: seek from %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("store: seek before the beginning")
	}
	c.pos = offset
	return offset, nil
}

func (c *Content) size() int64 {
	if len(c.ends) == 0 {
		return 0
	}
	return c.ends[len(c.ends)-1]
}

// Close closes the extent that is open.
func (c *Content) Close() error {
	if c.open == nil {
		return nil
	}
	f := c.open
	c.open = nil
	return f.Close()
}

// truncated turns the end of an extent that is shorter than its record says
// into the error it is, for locate alone decides where the file ends.
func truncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
