//go:build linux

package line

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// dial, where set, has the test program connect to that address, with BBR asked
// for, and tell the congestion control that it got.
const dial = "LINE_TEST_DIAL"

func TestMain(m *testing.M) {
	if address := os.Getenv(dial); address != "" {
		if err := tellCongestion(address); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// TestLine goes over a real line: a connection gets the congestion control that
// the route says, or with a free route the one that it asked for.
func TestLine(t *testing.T) {
	ctx := context.Background()
	if err := mayMake(ctx); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	l, err := Open(ctx, Config{Rate: 50e6, RoundTrip: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, c := range []struct {
		lock bool
		want string
	}{{true, "cubic"}, {false, "bbr"}} {
		if !c.lock && !knows(t, c.want) {
			continue
		}
		if err := errors.Join(l.LockCubic(ctx, c.lock), l.Forget(ctx)); err != nil {
			t.Fatal(err)
		}
		if got := connect(ctx, t, l); got != c.want {
			t.Errorf("locked %v: the connection has %q, want %q", c.lock, got, c.want)
		}
	}
	if there, back := l.Tallies(); there.Carried == 0 || back.Carried == 0 {
		t.Errorf("the line has carried %+v and %+v", there, back)
	}
}

func mayMake(ctx context.Context) error {
	if err := quietly(exec.CommandContext(ctx, "unshare", "--net", "true")); err != nil {
		return err
	}
	f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err == nil {
		err = f.Close()
	}
	return err
}

func knows(t *testing.T, control string) bool {
	all, err := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(all), control)
}

// connect runs this program at the desk against one that listens at the far end.
func connect(ctx context.Context, t *testing.T, l *Line) string {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The far end refuses nobody: a listener whose port its kernel chose.
	far := append(l.Far.Enter(), self)
	listener := exec.CommandContext(ctx, far[0], far[1:]...)
	listener.Env = append(os.Environ(), dial+"=listen")
	stdin, err := listener.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := listener.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stdin.Close()
		_ = listener.Wait()
	}()
	address := make([]byte, 64)
	n, err := stdout.Read(address)
	if err != nil {
		t.Fatal(err)
	}
	desk := append(l.Desk.Enter(), self)
	cmd := exec.CommandContext(ctx, desk[0], desk[1:]...)
	cmd.Env = append(os.Environ(), dial+"="+string(address[:n]))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// tellCongestion is the test program at either end.
func tellCongestion(address string) error {
	if address == "listen" {
		return listenUntilTold()
	}
	return dialWithBBR(address, func(fd int) error {
		got, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION)
		if err == nil {
			_, err = os.Stdout.WriteString(strings.TrimRight(got, "\x00"))
		}
		return err
	})
}

// listenUntilTold takes connections until its input ends, and tells its address.
func listenUntilTold() error {
	listener, err := net.Listen("tcp", net.JoinHostPort(FarAddress, "0"))
	if err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString(listener.Addr().String()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, listener.Close())
}

// dialWithBBR connects with BBR asked for before and after, as a program may
// do, and shows the socket.
func dialWithBBR(address string, show func(fd int) error) error {
	ask := func(fd uintptr) {
		// A route that has decided refuses it, which is what is tested.
		_ = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, "bbr")
	}
	dialer := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error { return c.Control(ask) }}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	var showErr error
	err = errors.Join(raw.Control(ask), raw.Control(func(fd uintptr) { showErr = show(int(fd)) }))
	return errors.Join(err, showErr)
}
