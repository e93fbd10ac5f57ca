package paths

import (
	"errors"
	"io/fs"
	"os"
)

// RenameNew renames a file where nothing has the new name, and never over what has it:
// the error is fs.ErrExist then. The two names are on one file system. A kill at any
// instant leaves the file under one of them, or under both; only where the system can
// neither rename so nor make hard links, as on some network and FUSE file systems, it
// may leave an empty file under the new name.
func RenameNew(from, to string) (err error) {
	for _, way := range []func(from, to string) error{renameNew, linkNew, claimNew} {
		if err = way(from, to); err == nil || errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return err
}

// linkNew renames by a second name, which is refused where something has it.
func linkNew(from, to string) error {
	if err := os.Link(from, to); err != nil {
		return err
	}
	_ = os.Remove(from) // it has the new name, whatever becomes of the old one
	return nil
}

// claimNew takes the name by an empty file, and renames over that.
func claimNew(from, to string) error {
	claim, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_ = claim.Close()
	if err := os.Rename(from, to); err != nil {
		_ = os.Remove(to)
		return err
	}
	return nil
}
