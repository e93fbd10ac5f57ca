//go:build linux

package line

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// FarAddress is where the far end of a line is.
const FarAddress = "10.214.0.2"

// The desk's end, and the network of the two.
const (
	deskAddress = "10.214.0.1"
	network     = "10.214.0.0/30"
)

// waiting is how many packets a device holds before this process has read them.
// It is more than a burst of all connections: drops are the shaper's business.
const waiting = "20000"

// A Line is two machines and what carries their packets.
type Line struct {
	// Desk is where files are sent from, Far where the server is.
	Desk, Far *Machine

	there, back *shaper
	devices     []*os.File
	group       sync.WaitGroup
}

// Open makes a line. Close removes all of it.
func Open(ctx context.Context, c Config) (*Line, error) {
	l := &Line{there: newShaper(c, c.Loss), back: newShaper(c, 0)}
	if err := l.open(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	for _, p := range []*pipe{newPipe(l.devices[0], l.devices[1], l.there), newPipe(l.devices[1], l.devices[0], l.back)} {
		l.group.Go(p.take)
		l.group.Go(p.give)
	}
	return l, nil
}

func (l *Line) open(ctx context.Context) (err error) {
	if l.Desk, err = startMachine(ctx, deskAddress); err != nil {
		return err
	}
	if l.Far, err = startMachine(ctx, FarAddress); err != nil {
		return err
	}
	return errors.Join(l.plug(ctx, l.Desk, "qsdesk"), l.plug(ctx, l.Far, "qsfar"), l.LockCubic(ctx, true))
}

// plug gives a machine its device, with this process at the other side.
func (l *Line) plug(ctx context.Context, m *Machine, name string) error {
	device, err := openTUN(name)
	if err != nil {
		return err
	}
	l.devices = append(l.devices, device)
	if err := quietly(exec.CommandContext(ctx, "ip", "link", "set", name, "netns", strconv.Itoa(m.holder.Process.Pid))); err != nil {
		return err
	}
	return errors.Join(
		m.Run(ctx, "ip", "addr", "add", m.Address+"/30", "dev", name),
		m.Run(ctx, "ip", "link", "set", name, "mtu", strconv.Itoa(mtu), "txqueuelen", waiting, "up"),
	)
}

// openTUN makes a TUN device: whole IP packets, without a head of its own.
func openTUN(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/net/tun", Err: err}
	}
	request, err := unix.NewIfreq(name)
	if err == nil {
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
	}
	if err == nil {
		err = unix.SetNonblock(fd, true) // so that closing it ends a read
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("making a TUN device", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// LockCubic has the desk's route decide on cubic for every socket; unlocked, a
// program may choose another congestion control for its own sockets, and cubic
// is only the default.
func (l *Line) LockCubic(ctx context.Context, lock bool) error {
	route := []string{"ip", "route", "replace", network, "dev", "qsdesk", "src", deskAddress}
	if lock {
		route = append(route, "congctl", "lock", "cubic")
	}
	return l.Desk.Run(ctx, route...)
}

// Forget has both ends forget what their kernels have learned of the line, so
// that no run profits from the one before.
func (l *Line) Forget(ctx context.Context) error {
	flush := []string{"ip", "tcp_metrics", "flush", "all"}
	return errors.Join(l.Desk.Run(ctx, flush...), l.Far.Run(ctx, flush...))
}

// Tallies tell of the packets from the desk and back to it.
func (l *Line) Tallies() (there, back Tally) { return l.there.counted(), l.back.counted() }

// Close ends both machines and waits for what carries their packets.
func (l *Line) Close() error {
	var errs []error
	for _, d := range l.devices {
		errs = append(errs, d.Close())
	}
	l.group.Wait()
	for _, m := range []*Machine{l.Desk, l.Far} {
		if m != nil {
			errs = append(errs, m.close())
		}
	}
	return errors.Join(errs...)
}
