//go:build e2e && linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cost is what a process has cost since it began, as the kernel counts it.
type cost struct {
	// cpu is the time on a core of all of its threads.
	cpu time.Duration
	// wakes is how often they waited and were woken.
	wakes int64
}

// costOf reads it thread by thread: the sum that the kernel keeps for a process is
// in hundredths of a second. Threads of Go do not end.
func costOf(pid int) (c cost, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	if err == nil && len(threads) == 0 {
		err = fmt.Errorf("process %d has ended", pid)
	}
	for _, thread := range threads {
		stat, statErr := os.ReadFile(filepath.Join(thread, "schedstat"))
		var ran int64
		if statErr == nil {
			_, statErr = fmt.Sscan(string(stat), &ran)
		}
		wakes, wakesErr := status(thread, "voluntary_ctxt_switches")
		if gone := errors.Join(statErr, wakesErr); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
		c.cpu += time.Duration(ran)
		c.wakes += wakes
	}
	return c, err
}

// status reads a number of a process or a thread, in the unit of the kernel.
func status(dir, name string) (int64, error) {
	text, err := os.ReadFile(filepath.Join(dir, "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); key == name {
			return strconv.ParseInt(strings.Fields(value)[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", dir, name)
}

// memory is a figure of a process in bytes: VmRSS for what is resident, VmHWM for
// the most that was.
func memory(pid int, name string) (float64, error) {
	kib, err := status(fmt.Sprint("/proc/", pid), name)
	return float64(kib) * 1024, err
}

// over measures what a process costs in a time.
func over(ctx context.Context, pid int, span time.Duration) (cost, error) {
	before, err := costOf(pid)
	if err != nil {
		return cost{}, err
	}
	if err := pause(ctx, span); err != nil {
		return cost{}, err
	}
	after, err := costOf(pid)
	return cost{after.cpu - before.cpu, after.wakes - before.wakes}, err
}

// share is a part of one core, in percent.
func (c cost) share(span time.Duration) float64 { return 100 * c.cpu.Seconds() / span.Seconds() }

// rest waits until a process does next to nothing for a second.
func rest(ctx context.Context, pid int) error {
	const idle = 6 // percent of a core; that of a window that stands still is 1 to 3
	for {
		c, err := over(ctx, pid, time.Second)
		if err != nil || c.share(time.Second) < idle {
			return err
		}
	}
}

// pause lets time go by that is measured.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
