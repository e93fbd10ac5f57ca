package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"quicksync.me/desktop/service/node/unixfs"
	"quicksync.me/desktop/service/paths"
)

// extentID names an extent file. It is random, and never given twice.
type extentID [16]byte

// extents are the files that hold the bytes, spread over 256 directories by the
// first byte of their names.
type extents struct{ dir string }

// extent is one that has been written, with what its bytes add up to.
type extent struct {
	id     extentID
	size   int64
	crc    uint32
	leaves []byte
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	leafBuffer = sync.Pool{New: func() any { return new([unixfs.LeafSize]byte) }}
)

func newExtentID() (id extentID) {
	_, _ = rand.Read(id[:]) // never fails, says its documentation
	return id
}

func (x *extents) path(id extentID) string {
	name := hex.EncodeToString(id[:])
	return filepath.Join(x.dir, name[:2], name)
}

// write streams a body into a new extent and returns when file and name are on
// the disk. Whatever goes wrong, it leaves no extent behind.
func (x *extents) write(ctx context.Context, body io.Reader) (extent, error) {
	e := extent{id: newExtentID()}
	f, err := x.create(e.id)
	if err != nil {
		return extent{}, diskError(err)
	}
	err = e.fill(ctx, f, body)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = paths.SyncDir(filepath.Dir(f.Name()))
	}
	if err != nil {
		return extent{}, diskError(errors.Join(err, x.remove(e.id)))
	}
	return e, nil
}

// create opens a new extent file, making its directory when it is the first.
func (x *extents) create(id extentID) (*os.File, error) {
	path := x.path(id)
	const flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	f, err := os.OpenFile(path, flags, 0o600)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := paths.SyncDir(x.dir); err != nil {
		return nil, err
	}
	return os.OpenFile(path, flags, 0o600)
}

// fill copies the body leaf by leaf; checksum and digests come from the same
// bytes while they are in the processor's cache.
func (e *extent) fill(ctx context.Context, f io.Writer, body io.Reader) error {
	buf := leafBuffer.Get().(*[unixfs.LeafSize]byte)
	defer leafBuffer.Put(buf)
	for {
		n, readErr := readLeaf(body, buf[:])
		if readErr != nil && readErr != io.EOF {
			return fmt.Errorf("%w: %w", ErrBody, readErr)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if n > 0 {
			e.add(buf[:n])
			if _, err := f.Write(buf[:n]); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			return nil
		}
	}
}

func (e *extent) add(leaf []byte) {
	e.size += int64(len(leaf))
	e.crc = crc32.Update(e.crc, castagnoli, leaf)
	digest := sha256.Sum256(leaf)
	e.leaves = append(e.leaves, digest[:]...)
}

// readLeaf fills p or reads up to the end, which is io.EOF and nothing else:
// io.ReadFull would tell a short last leaf and a body cut off by the network
// with the same error.
func readLeaf(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

func (x *extents) open(id extentID) (*os.File, error) { return os.Open(x.path(id)) }

// remove deletes an extent; one that is gone already is none to complain about.
func (x *extents) remove(id extentID) error {
	if err := os.Remove(x.path(id)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// sweep deletes all extents but the named ones and returns how many it deleted.
// Files with other names than an extent's are not ours, and stay. What cannot be
// read or deleted is logged and stays too: it does no harm but to take up room.
func (x *extents) sweep(named []extentID, log *slog.Logger) (swept int, err error) {
	dirs, err := os.ReadDir(x.dir)
	if err != nil {
		return 0, fmt.Errorf("store: %w", err)
	}
	slices.SortFunc(named, compareIDs)
	for _, dir := range dirs {
		if dir.IsDir() {
			swept += x.sweepDir(filepath.Join(x.dir, dir.Name()), named, log)
		}
	}
	return swept, nil
}

func (x *extents) sweepDir(dir string, named []extentID, log *slog.Logger) (swept int) {
	files, err := os.ReadDir(dir)
	if err != nil {
		log.Warn("store: a directory is not swept", "error", err)
	}
	for _, file := range files {
		id, ok := parseExtentID(file.Name())
		if _, known := slices.BinarySearchFunc(named, id, compareIDs); !ok || known {
			continue
		}
		if err := x.remove(id); err != nil {
			log.Warn("store: an extent that nothing names cannot be removed", "error", err)
			continue
		}
		swept++
	}
	return swept
}

func compareIDs(a, b extentID) int { return slices.Compare(a[:], b[:]) }

func parseExtentID(name string) (id extentID, ok bool) {
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) != len(id) {
		return id, false
	}
	return extentID(raw), true
}
