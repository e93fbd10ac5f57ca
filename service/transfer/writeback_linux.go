package transfer

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeBack has the system begin to write a piece of a file to the disk, and does
// not wait: what syncs the whole file waits for less then. It is no promise, and
// fails where a file system knows no such thing.
func writeBack(f *os.File, offset, length int64) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SyncFileRange(int(fd), offset, length, unix.SYNC_FILE_RANGE_WRITE)
	})
}
