//go:build unix

package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// diskFullErrnos are what a system says when there is no room: on the disk, or
// within the user's share of it.
var diskFullErrnos = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT}

// freeSpace returns the bytes that this user may still write.
func freeSpace(path string) (uint64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil
}
