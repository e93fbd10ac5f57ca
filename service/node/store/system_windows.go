package store

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// diskFullErrnos are what Windows says when there is no room.
var diskFullErrnos = []syscall.Errno{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL}

// freeSpace returns the bytes that this user may still write.
func freeSpace(path string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return free, err
}
