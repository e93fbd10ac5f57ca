//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// This file runs a client and measures it. The client is not started by the
// bench itself but by a second, small process of it: Linux counts the memory of
// the process that starts a program as that program's (the peak of getrusage
// survives vfork and exec), and the bench is larger than what it measures.

// sample is what one run has cost. The server's work is not in it.
type sample struct {
	// Seconds from the start of the process to its end.
	Seconds float64
	// CPU seconds of the process and of those that it waited for, user and
	// system together.
	CPU float64
	// RSS is the most memory that was resident, in bytes.
	RSS int64
}

// launched is what the launcher tells of a client.
type launched struct {
	sample
	Exit int
}

// told is the file descriptor that the launcher answers on.
const told = 3

// maxWords is how much of a client's last words is kept for an error, in bytes.
const maxWords = 4 << 10

// timed runs a program to its end. The words before it, such as those of
// nsenter, are not measured. A program that fails is an error.
func timed(ctx context.Context, before, args, env []string) (sample, error) {
	self, err := os.Executable()
	if err != nil {
		return sample{}, err
	}
	answer, end, err := os.Pipe()
	if err != nil {
		return sample{}, err
	}
	defer answer.Close()
	line := append(append(append([]string{}, before...), self, "launch"), args...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env, cmd.ExtraFiles = env, []*os.File{end}
	cmd.WaitDelay = 10 * time.Second
	var words bytes.Buffer
	cmd.Stdout, cmd.Stderr = &words, &words
	if err := errors.Join(cmd.Start(), end.Close()); err != nil {
		return sample{}, err
	}
	var l launched
	decodeErr := json.NewDecoder(answer).Decode(&l)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return sample{}, fmt.Errorf("%s took too long", args[0])
	case err != nil || decodeErr != nil:
		return sample{}, errors.Join(err, decodeErr)
	case l.Exit != 0:
		return sample{}, fmt.Errorf("%s ended with %d: %s", args[0], l.Exit, lastWords(words.String()))
	}
	return l.sample, nil
}

func lastWords(s string) string {
	s = strings.TrimSpace(s)
	return s[max(0, len(s)-maxWords):]
}

// launch is the launcher: it runs a program and tells what that has cost. The
// program dies with it.
func launch(args []string) error {
	runtime.LockOSThread() // what dies with the parent dies with its thread
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	err := cmd.Run()
	l := launched{sample: sample{Seconds: time.Since(began).Seconds()}}
	if cmd.ProcessState == nil {
		return err
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	l.CPU = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	l.RSS = usage.Maxrss << 10 // Linux counts it in KiB
	l.Exit = cmd.ProcessState.ExitCode()
	return json.NewEncoder(os.NewFile(told, "answer")).Encode(l)
}
