//go:build unix

package bundle

import (
	"golang.org/x/sys/unix"

	"quicksync.me/desktop/service/transfer"
)

// readable tells, without opening it, whether a file can be read. An archive is begun
// with all that it holds: what is found to be closed later on stops all of it.
func readable(path string) *transfer.FileError {
	if err := unix.Access(path, unix.R_OK); err != nil {
		return transfer.NewFileError(path, err)
	}
	return nil
}
