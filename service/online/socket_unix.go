//go:build linux || darwin

package online

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// read takes over a socket that does not block, and tells of the messages that
// are wanted, until stop, which waits. One message at least is told when the
// kernel had to drop some.
func read(fd int, wanted func([]byte) bool, tell func(error)) (stop func()) {
	socket := os.NewFile(uintptr(fd), "network events")
	var group sync.WaitGroup
	group.Go(func() {
		message := make([]byte, 64<<10)
		for {
			n, err := socket.Read(message)
			switch {
			case errors.Is(err, os.ErrClosed):
				return
			case err != nil && !errors.Is(err, unix.ENOBUFS):
				tell(err)
				return
			case err != nil || wanted(message[:n]):
				tell(nil)
			}
		}
	})
	return func() {
		_ = socket.Close()
		group.Wait()
	}
}
