//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// The addresses of the two machines: a network of two from a range that no
// machine here has.
const (
	deskAddress     = "10.213.0.1"
	strangerAddress = "10.213.0.2"
	networkBits     = "/30"
)

// A Network is two machines that a cable connects: the person's own and a
// stranger's. Neither reaches anything else. Each is a network namespace that
// lives as long as the process that holds it.
type Network struct {
	// Desk is where the program runs, Stranger who opens its links.
	Desk, Stranger *Machine
}

// A Machine is one end of a network.
type Machine struct {
	// Address is the IPv4 address on the cable.
	Address string

	holder *process
	stdin  io.Closer // the holder ends when it is closed
}

// ErrNoNamespaces tells that this machine lets us make no network namespaces.
var ErrNoNamespaces = errors.New("network namespaces are not allowed here")

// NothingLeftOut tells whether tests must fail, not skip, where this machine
// lacks what they need: where CI is set, as on a CI machine.
func NothingLeftOut() bool { return os.Getenv("CI") != "" }

// StartNetwork makes two machines and the cable. Close removes all of it.
// The error is ErrNoNamespaces where Enter found no way to get the rights.
func StartNetwork(ctx context.Context) (*Network, error) {
	if err := mayMakeNetworks(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoNamespaces, err)
	}
	n := &Network{}
	if err := n.begin(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("making a network: %w", err), n.Close())
	}
	return n, nil
}

func mayMakeNetworks(ctx context.Context) error {
	return quietly(exec.CommandContext(ctx, "unshare", "--net", "true"))
}

// quietly runs a command whose output matters only when it fails.
func quietly(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (n *Network) begin(ctx context.Context) (err error) {
	if n.Desk, err = startMachine(ctx, deskAddress); err != nil {
		return err
	}
	if n.Stranger, err = startMachine(ctx, strangerAddress); err != nil {
		return err
	}
	stranger := strconv.Itoa(n.Stranger.holder.pid())
	if err := n.Desk.ip(ctx, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", stranger); err != nil {
		return err
	}
	return errors.Join(n.Desk.plug(ctx), n.Stranger.plug(ctx))
}

// startMachine starts the process that holds a namespace: cat, which ends with
// its input. It tells on file descriptor 3 that unshare has done its part.
func startMachine(ctx context.Context, address string) (*Machine, error) {
	cmd := exec.Command("unshare", "--net", "sh", "-c", "echo ready >&3; exec 3>&-; exec cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	holder, _, err := startAnnounced(ctx, cmd)
	if err != nil {
		return nil, errors.Join(err, stdin.Close())
	}
	return &Machine{Address: address, holder: holder, stdin: stdin}, nil
}

// plug gives the machine its address and brings its two devices up.
func (m *Machine) plug(ctx context.Context) error {
	return errors.Join(
		m.ip(ctx, "link", "set", "lo", "up"),
		m.ip(ctx, "addr", "add", m.Address+networkBits, "dev", "cable"),
		m.ip(ctx, "link", "set", "cable", "up"),
	)
}

func (m *Machine) ip(ctx context.Context, args ...string) error {
	return quietly(m.Command(ctx, "ip", args...))
}

// Command is a command that runs on this machine; on the test's own when m is
// nil. Files and processes are the same on all of them.
func (m *Machine) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if m == nil {
		return exec.CommandContext(ctx, name, args...)
	}
	enter := []string{"--target", strconv.Itoa(m.holder.pid()), "--net", "--", name}
	return exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
}

// Close ends both machines; the cable goes with them.
func (n *Network) Close() error {
	var errs []error
	for _, m := range []*Machine{n.Desk, n.Stranger} {
		if m != nil {
			errs = append(errs, m.stdin.Close(), m.holder.stop())
		}
	}
	n.Desk, n.Stranger = nil, nil
	return errors.Join(errs...)
}

// entered is set for the second run of a test program, the one in Enter's
// namespace.
const entered = "HARNESS_ENTERED"

// Enter gives a test program the right to make networks. Where it has none
// and user namespaces are allowed, it runs the program once more as the root of
// one and returns its exit code and true; else the program goes on by itself.
// Call it first in TestMain.
func Enter(ctx context.Context) (code int, ran bool) {
	if os.Getenv(entered) != "" || mayMakeNetworks(ctx) == nil {
		return 0, false
	}
	user := []string{"--user", "--map-root-user"}
	if quietly(exec.CommandContext(ctx, "unshare", append(user, "--net", "true")...)) != nil {
		return 0, false
	}
	cmd := exec.CommandContext(ctx, "unshare", append(append(user, "--"), os.Args...)...)
	cmd.Env = append(slices.Clone(os.Environ()), entered+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Run(); cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "entering a user namespace:", err)
		return 1, true
	}
	return cmd.ProcessState.ExitCode(), true
}
