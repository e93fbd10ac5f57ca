package api

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// unsent is how much a socket holds that has not gone over the line, in bytes:
// what was handed to it then tells how fast the line is, and progress is true.
const unsent = 16 << 10

// tune has a new socket use BBR, which does not take each lost packet for a full
// line. A kernel that does not know it, or does not let us, goes on with its
// own. Within this computer there is no line, and both would only slow down.
func tune(_, address string, c syscall.RawConn) error {
	if to, err := netip.ParseAddrPort(address); err == nil && to.Addr().Unmap().IsLoopback() {
		return nil
	}
	return c.Control(func(fd uintptr) {
		_ = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "bbr")
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, unsent)
	})
}

// isPaced tells whether a connection over a line uses BBR: a route may have
// settled on another congestion control.
func isPaced(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	if !ok || tcp.RemoteAddr().(*net.TCPAddr).IP.IsLoopback() {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return false
	}
	var name string
	err = raw.Control(func(fd uintptr) {
		name, _ = unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	})
	return err == nil && name == "bbr"
}
