//go:build e2e && linux

package harness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// grace is what a process gets to end by itself before it is killed.
const grace = 5 * time.Second

// A process is a child that is waited for by exactly one goroutine.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once the process has ended
	err  error         // of Wait; read it after done
}

// start runs cmd. The kernel kills the child should this process die first, so
// that a crashed test leaves nothing behind.
func start(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// pid is that of the process.
func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks the process to end, kills it where it does not, and waits.
func (p *process) stop() error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.AfterFunc(grace, func() { _ = p.signal(syscall.SIGKILL) })
	defer late.Stop()
	<-p.done
	return nil
}

// signal is nothing to a process that has ended.
func (p *process) signal(s os.Signal) error {
	err := p.cmd.Process.Signal(s)
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// startAnnounced runs cmd, which writes one line to its file descriptor 3 once
// it can be used, and returns that line.
func startAnnounced(ctx context.Context, cmd *exec.Cmd) (*process, string, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = r.Close() }()
	cmd.ExtraFiles = []*os.File{w}
	p, err := start(cmd)
	_ = w.Close()
	if err != nil {
		return nil, "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = r.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("%s did not start: %w", cmd.Path, err), ctx.Err(), p.stop())
	}
	return p, strings.TrimSpace(line), nil
}

// Descriptors counts the files, sockets and pipes that a process has open.
func Descriptors(pid int) (int, error) {
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(open), err
}
