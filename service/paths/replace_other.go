//go:build !windows

package paths

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// replace renames a file over another and syncs their directory, without which
// the new name could be lost again. Some network and FUSE file systems cannot
// sync a directory and say so; there is nothing more to be done on them.
func replace(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, dir.Close())
}
