package api

import (
	"net"
	"net/netip"
	"syscall"
	"time"

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

// KnowsDelay tells that Client.Delay is known on this system.
const KnowsDelay = true

// tripOf is how long packets of a connection take there and back, at best and of
// late, as the kernel has smoothed it.
func tripOf(c net.Conn) (best, latest time.Duration, ok bool) {
	raw, ok := rawLine(c)
	if !ok {
		return 0, 0, false
	}
	var info *unix.TCPInfo
	if err := raw.Control(func(fd uintptr) {
		info, _ = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	}); err != nil || info == nil {
		return 0, 0, false
	}
	return time.Duration(info.Min_rtt) * time.Microsecond, time.Duration(info.Rtt) * time.Microsecond, true
}

// rawLine is a TCP connection's socket, unless it stays within this computer.
func rawLine(c net.Conn) (raw syscall.RawConn, ok bool) {
	tcp, ok := c.(*net.TCPConn)
	if !ok || tcp.RemoteAddr().(*net.TCPAddr).IP.IsLoopback() {
		return nil, false
	}
	raw, err := tcp.SyscallConn()
	return raw, err == nil
}

// isPaced tells whether a connection over a line uses BBR: a route may have
// settled on another congestion control.
func isPaced(c net.Conn) bool {
	raw, ok := rawLine(c)
	if !ok {
		return false
	}
	var name string
	err := raw.Control(func(fd uintptr) {
		name, _ = unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	})
	return err == nil && name == "bbr"
}
