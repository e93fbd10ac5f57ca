package transfer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// preallocate takes size bytes on the disk. Where the file system cannot say
// so beforehand, the room is taken as it is written.
func preallocate(f *os.File, size int64) error {
	if size == 0 {
		return f.Truncate(0)
	}
	err := unix.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return f.Truncate(size)
	}
	return err
}
