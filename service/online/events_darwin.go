package online

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// subscribe listens to the kernel's routing socket (see route(4)). Everybody may.
func subscribe(tell func(error)) (stop func(), err error) {
	fd, err := unix.Socket(unix.AF_ROUTE, unix.SOCK_RAW, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("opening a routing socket: %w", err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("opening a routing socket: %w", err)
	}
	return read(fd, aboutAddresses, tell), nil
}

// aboutAddresses tells whether a message is about an address or a link. Most
// are about single neighbours, which change all the time. Each begins with its
// length, in two bytes, its version and its type.
func aboutAddresses(message []byte) bool {
	if len(message) < 4 {
		return false
	}
	switch message[3] {
	case unix.RTM_NEWADDR, unix.RTM_DELADDR, unix.RTM_IFINFO:
		return true
	}
	return false
}

// routes are not looked at: a change of the network shows in its addresses.
func routes() ([]string, error) { return nil, nil }
