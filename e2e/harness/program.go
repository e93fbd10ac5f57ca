//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// ProgramConfig says what to run.
type ProgramConfig struct {
	// Path of the program, and its arguments.
	Path string
	Args []string
	// Env holds more of NAME=value; a later one wins over the desktop's own.
	Env []string
	// Dir is where it runs; empty for the desktop's home directory.
	Dir string
	// Machine is where its network is; nil for the test's own.
	Machine *Machine
}

// A Program runs on a desktop. What it writes to its error output is kept.
type Program struct {
	*process
	desk   *Desktop
	log    string
	stdout string
}

// Run starts a program on the desktop, whose Close kills it should it still
// run then.
func (d *Desktop) Run(c ProgramConfig) (*Program, error) {
	cmd := c.Machine.Command(context.Background(), c.Path, c.Args...)
	cmd.Env, cmd.Dir = d.Env(c.Env...), c.Dir
	if cmd.Dir == "" {
		cmd.Dir = d.Home
	}
	log, err := os.CreateTemp(d.dir, filepath.Base(c.Path)+"-*.err")
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	out, err := os.Create(strings.TrimSuffix(log.Name(), ".err") + ".out")
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	return d.run(cmd, out, log)
}

func (d *Desktop) run(cmd *exec.Cmd, out, log *os.File) (*Program, error) {
	cmd.Stdout, cmd.Stderr = out, log
	p, err := start(cmd)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", cmd.Path, err)
	}
	d.ended = append(d.ended, p.stop)
	return &Program{process: p, desk: d, log: log.Name(), stdout: out.Name()}, nil
}

// PID is the process ID, which is the _NET_WM_PID of its windows.
func (p *Program) PID() int { return p.pid() }

// Log is what the program has written to its error output so far.
func (p *Program) Log() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Output is what the program has written to its standard output so far.
func (p *Program) Output() string {
	b, err := os.ReadFile(p.stdout)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// WaitLog waits until the log holds text. It gives up when the program ends
// without having written it.
func (p *Program) WaitLog(ctx context.Context, text string) error {
	ctx, cancel := p.whileRunning(ctx)
	defer cancel(nil)
	err := Until(ctx, fmt.Sprintf("%q in the log", text), func() (bool, error) {
		return strings.Contains(p.Log(), text), nil
	})
	if err != nil && strings.Contains(p.Log(), text) {
		return nil
	}
	return p.explain(ctx, err)
}

// ErrEnded tells that a program ended while something was expected of it.
var ErrEnded = errors.New("the program has ended")

// whileRunning is ctx until the program ends.
func (p *Program) whileRunning(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.done:
			cancel(ErrEnded)
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// explain adds why the program is no longer waited for, and what it said last.
func (p *Program) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", err, cause)
	}
	log := p.Log()
	return fmt.Errorf("%w; its log ends:\n%s", err, log[max(0, len(log)-2000):])
}

// Kill9 ends the program as a power cut would, and waits for its end.
func (p *Program) Kill9() error {
	err := p.signal(syscall.SIGKILL)
	<-p.done
	return err
}

// Terminate asks the program to end; Wait tells what came of it.
func (p *Program) Terminate() error { return p.signal(syscall.SIGTERM) }

// Wait waits for the program's end and returns its exit code, -1 when a signal
// ended it.
func (p *Program) Wait(ctx context.Context) (int, error) {
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, p.explain(ctx, waited(ctx, p.cmd.Path+" to end", nil))
	}
}

// faults are what no run may log. Fyne writes the first when a widget is used
// from a goroutine other than its own, the race detector the last.
var faults = []string{"Error in Fyne call thread", "panic:", "fatal error:", "DATA RACE"}

// Check returns an error with the lines of the log, from the first fault on,
// when the program has logged one.
func (p *Program) Check() error {
	log := []byte(p.Log())
	for _, fault := range faults {
		if i := bytes.Index(log, []byte(fault)); i >= 0 {
			return fmt.Errorf("logged %q:\n%.4000s", fault, log[i:])
		}
	}
	return nil
}
