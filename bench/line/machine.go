//go:build linux

package line

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// A Machine is one end of a line: a network namespace that lives as long as the
// process that holds it.
type Machine struct {
	// Address is its IPv4 address on the line.
	Address string

	holder *exec.Cmd
	stdin  io.Closer // the holder ends when it is closed
}

// startMachine starts the holder: cat, which ends with its input. It says ready
// once unshare has done its part.
func startMachine(ctx context.Context, address string) (*Machine, error) {
	cmd := exec.Command("unshare", "--net", "sh", "-c", "echo ready; exec cat")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m := &Machine{Address: address, holder: cmd, stdin: stdin}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		return nil, errors.Join(errors.New("network namespaces are not allowed here"), m.close())
	}
	return m, errors.Join(
		m.Run(ctx, LossBased()...),
		m.Run(ctx, "ip", "link", "set", "lo", "up"),
	)
}

// LossBased is the command that gives the namespace it runs in a default that
// neither hides losses nor paces, whatever the system's is: cubic, or reno where
// the kernel leaves cubic to routes and to its first namespace
// (net.ipv4.tcp_allowed_congestion_control).
func LossBased() []string {
	const file = "/proc/sys/net/ipv4/tcp_congestion_control"
	return []string{"sh", "-c", "echo cubic 2>/dev/null > " + file + " || echo reno > " + file}
}

// Enter is what stands before a command that shall run on this machine. Files
// and processes are the same on all of them.
func (m *Machine) Enter() []string {
	return []string{"nsenter", "--target", strconv.Itoa(m.holder.Process.Pid), "--net", "--"}
}

// Run runs a command on this machine. What it printed is told in the error.
func (m *Machine) Run(ctx context.Context, args ...string) error {
	args = append(m.Enter(), args...)
	return quietly(exec.CommandContext(ctx, args[0], args[1:]...))
}

func quietly(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (m *Machine) close() error { return errors.Join(m.stdin.Close(), m.holder.Wait()) }
