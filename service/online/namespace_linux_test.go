package online_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"quicksync.me/desktop/service/online"
)

// inside is set for a test binary that runs in a network namespace of its own.
const inside = "ONLINE_TEST_INSIDE"

// The two ends of the cable, from a range that no machine here has.
const (
	deskAddress  = "10.213.1.1"
	otherAddress = "10.213.1.3"
	farAddress   = "10.213.1.2"
)

// namespaced has the test run once more, in a namespace where there is nothing
// but a loopback that is down; true in there. Where that is not allowed the
// test is left out, but not on a CI machine.
func namespaced(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		return true
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	_, ran := errors.AsType[*exec.ExitError](err)
	if _, missing := exec.LookPath("ip"); (err != nil && !ran || missing != nil) && os.Getenv("CI") == "" {
		t.Skipf("no network namespaces here: %v", errors.Join(err, missing))
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// wire is this computer, and another at the end of a cable.
type wire struct {
	*testing.T
	ctx context.Context
	far chan func() // what is done there
}

// newWire makes the other computer, a namespace that one thread of ours is in.
// Processes and sockets that this thread starts are there.
func newWire(t *testing.T) *wire {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	w := &wire{T: t, ctx: ctx, far: make(chan func())}
	var group sync.WaitGroup
	thread, err := 0, error(nil)
	moved := make(chan struct{})
	group.Go(func() {
		runtime.LockOSThread() // for ever: the thread ends with the goroutine
		thread, err = unix.Gettid(), unix.Unshare(unix.CLONE_NEWNET)
		close(moved)
		for do := range w.far {
			do()
		}
	})
	t.Cleanup(func() {
		close(w.far)
		group.Wait()
		cancel()
	})
	<-moved
	w.must(err)
	w.ip("link", "set", "lo", "up")
	w.ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", fmt.Sprint(thread))
	w.there(func() {
		w.ip("addr", "add", farAddress+"/24", "dev", "cable")
		w.ip("link", "set", "cable", "up")
	})
	return w
}

func (w *wire) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// there does something on the other computer.
func (w *wire) there(do func()) {
	done := make(chan struct{})
	w.far <- func() {
		defer close(done)
		do()
	}
	<-done
}

// ip runs on the computer whose thread calls it.
func (w *wire) ip(args ...string) {
	w.Helper()
	if out, err := exec.CommandContext(w.ctx, "ip", args...).CombinedOutput(); err != nil {
		w.Errorf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// plug brings the cable up with an address of ours.
func (w *wire) plug(address string) {
	w.ip("addr", "replace", address+"/24", "dev", "cable")
	w.ip("link", "set", "cable", "up")
}

// until waits for changes to be told until something is so.
func (w *wire) until(what string, watcher *online.Watcher, is func() bool) {
	w.Helper()
	for {
		select {
		case <-w.ctx.Done():
			w.Fatalf("never told: %s", what)
		case <-watcher.Changed():
			if is() {
				return
			}
		}
	}
}

func TestWatcherFollowsTheKernel(t *testing.T) {
	if !namespaced(t) {
		return
	}
	w := newWire(t)
	watcher := online.New(online.Config{})
	defer watcher.Close()
	ours := netip.MustParseAddr(deskAddress)
	here := func() bool { return !watcher.Gone() && watcher.Has(ours) }
	gone := func() bool { return watcher.Gone() && !watcher.Has(ours) }
	if !gone() {
		t.Error("a computer with a loopback alone has a network")
	}
	w.plug(deskAddress)
	w.until("the cable", watcher, here)
	w.ip("link", "set", "cable", "down")
	w.until("the cable is gone", watcher, gone)
	w.plug(deskAddress)
	w.until("the cable is back", watcher, here)
	w.there(func() { w.ip("link", "set", "cable", "down") })
	w.until("pulled at the other end", watcher, gone)
	w.there(func() { w.ip("link", "set", "cable", "up") })
	w.until("plugged in at the other end", watcher, here)
	w.ip("route", "add", "default", "via", farAddress)
	w.until("a way out", watcher, here)
	w.ip("addr", "del", deskAddress+"/24", "dev", "cable")
	w.until("no address", watcher, gone)
	if !watcher.Has(netip.MustParseAddr("127.0.0.1")) {
		t.Error("the loopback has gone too")
	}
}
