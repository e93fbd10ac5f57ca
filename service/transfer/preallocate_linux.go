package transfer

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// preallocate gives the file its size, also where it was longer, and takes the room
// on the disk. Where the file system cannot say so beforehand, the room is taken as
// it is written.
func preallocate(f *os.File, size int64) error {
	if err := f.Truncate(size); err != nil || size == 0 {
		return err
	}
	err := unix.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return nil
	}
	return err
}
