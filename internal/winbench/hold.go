//go:build e2e && linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// holds runs the benchmark of package app that has the real program with many
// files tell the real window, and notes how long a call held the UI goroutine at
// most. It has no screen: what the driver draws after such a call is not in it.
func (b *bench) holds(ctx context.Context) error {
	args := []string{"test", "-tags", "no_glfw,ci", "-run", "^$", "-bench", "^BenchmarkHold$", "-benchtime", "20x", "-count", fmt.Sprint(b.repeats), "./app"}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go test: %w: %s", err, out)
	}
	repeat := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		for i, unit := range fields {
			if unit != "hold-ms" {
				continue
			}
			held, err := strconv.ParseFloat(fields[i-1], 64)
			if err != nil {
				return err
			}
			b.note(holdMost, ours, repeat, held)
			repeat++
		}
	}
	if repeat == 0 {
		return fmt.Errorf("go test tells no hold:\n%s", out)
	}
	return nil
}
