package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"sync/atomic"
)

// ErrChangedSince is the kind of a FileError whose file has another size, time or
// identity than when it was uploaded.
var ErrChangedSince = errors.New("changed since it was uploaded")

// SHA256 reads the original of an upload that is stored, and returns its SHA-256
// in hexadecimal. See the function SHA256. An upload that is not stored, or is
// not there, is ErrNotFinished.
func (e *Engine) SHA256(ctx context.Context, id string, read *atomic.Int64) (string, error) {
	e.mu.Lock()
	u, ok := e.uploads[id]
	if !ok || !u.state.Stored() {
		e.mu.Unlock()
		return "", ErrNotFinished
	}
	src, was := u.src, u.version
	e.mu.Unlock()
	return SHA256(ctx, src, was, read)
}

// SHA256 reads a source and returns its SHA-256 in hexadecimal. The source must
// be in the state was, before and after: else the error is a *FileError of kind
// ErrChangedSince. read counts the bytes. Other errors are *FileError, and the
// cause of ctx.
func SHA256(ctx context.Context, src Source, was Version, read *atomic.Int64) (string, error) {
	if err := still(src, was, ErrChangedSince); err != nil {
		return "", err
	}
	file, err := src.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	content := &counted{ctx: ctx, from: io.NewSectionReader(file, 0, was.Size), read: read}
	if _, err := io.CopyBuffer(struct{ io.Writer }{sum}, content, make([]byte, 1<<20)); err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", fileError(src.Path(), err)
	}
	if err := still(src, was, ErrChangedSince); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// still tells whether a source is what it was. If not, the error is of a kind.
func still(src Source, was Version, kind error) error {
	now, err := src.Stat()
	if err == nil && !now.Same(was) {
		err = &FileError{Path: src.Path(), Kind: kind}
	}
	return err
}

// counted counts what is read, until its context ends.
type counted struct {
	ctx  context.Context
	from io.Reader
	read *atomic.Int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	n, err := c.from.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// FileAt returns a file on this computer as a source, by the last element of its
// path. What is wrong with it, its Stat tells.
func FileAt(path string) Source { return &file{path: path, name: filepath.Base(path)} }
