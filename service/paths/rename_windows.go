package paths

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// replace renames a file over another and returns once that is on the disk.
func replace(from, to string) error { return move(from, to, windows.MOVEFILE_REPLACE_EXISTING) }

// renameNew works on every file system of Windows.
func renameNew(from, to string) error { return move(from, to, 0) }

// move returns once it is on the disk. Virus scanners and indexers hold fresh files
// open for moments, in which Windows refuses to move or replace them: it is tried
// again for about a second.
func move(from, to string, flags uint32) error {
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	for pause := time.Millisecond; ; pause *= 2 {
		err = windows.MoveFileEx(source, target, flags|windows.MOVEFILE_WRITE_THROUGH)
		held := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if err == nil {
			return nil
		}
		if !held || pause > time.Second/2 {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		time.Sleep(pause)
	}
}

// SyncDir does nothing: NTFS journals the names itself, and a directory cannot be
// opened for writing.
func SyncDir(string) error { return nil }
