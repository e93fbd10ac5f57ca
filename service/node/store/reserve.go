package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"sync"
)

// reserveSize is ample for the pages that deleting a file of MaxParts parts
// rewrites.
const reserveSize = 1 << 20

// reserve is a file that takes up room so that some can be had when the disk
// is full: deleting a file from the database has to write, and without it a
// full disk could not be emptied again.
type reserve struct {
	mu   sync.Mutex
	path string
}

// refill puts the reserve in place where it is missing or short. Its bytes are
// random, because a file system may keep zeros without room.
func (r *reserve) refill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if info, err := os.Stat(r.path); err == nil && info.Size() == reserveSize {
		return nil
	}
	filler := make([]byte, reserveSize)
	_, _ = rand.Read(filler) // never fails, says its documentation
	err := os.WriteFile(r.path, filler, 0o600)
	if err != nil {
		err = errors.Join(diskError(err), os.Remove(r.path))
	}
	return err
}

// release gives the room back to the disk.
func (r *reserve) release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.Remove(r.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
