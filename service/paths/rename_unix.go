//go:build !windows

package paths

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// replace renames a file over another and syncs their directory, without which
// the new name could be lost again.
func replace(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(to))
}

// SyncDir makes the names in a directory outlive a power failure, where the file
// system can do that.
func SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	err = dir.Sync()
	// Some network and FUSE file systems cannot and say so; there is nothing more
	// to be done on them.
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}
