package paths

import "golang.org/x/sys/unix"

// renameNew is refused by file systems other than APFS and HFS+.
func renameNew(from, to string) error { return unix.RenamexNp(from, to, unix.RENAME_EXCL) }
