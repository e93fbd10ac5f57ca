package awake

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// hold runs the system's own caffeinate(8): against sleep for want of use, with
// the screen left alone. It ends with this process, however that ends.
func hold(context.Context, string) (release func(), err error) {
	cmd := exec.Command("/usr/bin/caffeinate", "-i", "-w", strconv.Itoa(os.Getpid()))
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("running caffeinate: %w", err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed is how it ends
	}, nil
}
