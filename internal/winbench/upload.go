//go:build e2e && linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/service/settings"
)

// rate is how fast the upload goes that is watched, in bytes a second.
const rate = 5_000_000

// uploads measures an upload that goes on, in the window and in qs.
func (b *bench) uploads(ctx context.Context, repeat int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	film, err := b.film()
	if err != nil {
		return err
	}
	for _, name := range inTurn(repeat, qs, ours) {
		watch := b.watchWindow
		if name == qs {
			watch = b.watchQS
		}
		used, err := watch(ctx, film)
		if err != nil {
			return err
		}
		b.note(uploadCPU, name, repeat, used)
	}
	return nil
}

// film makes a file that takes longer than it is watched, once.
func (b *bench) film() (string, error) {
	path := filepath.Join(b.Home, "film.mp4")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	_, err = io.CopyN(f, rand.NewChaCha8([32]byte{}), 60*rate)
	return path, errors.Join(err, f.Close())
}

// watchWindow drops the file and returns the part of a core that the window takes,
// in percent.
func (b *bench) watchWindow(ctx context.Context, film string) (used float64, err error) {
	n, w, err := b.ready(ctx, func(s *settings.Settings) { s.Limits.Up = rate })
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.end(), n.close()) }()
	if err := b.Drop(ctx, w.Window, film); err != nil {
		return 0, err
	}
	return b.watched(ctx, n, w.Program.PID())
}

// watchQS is watchWindow for qs.
func (b *bench) watchQS(ctx context.Context, film string) (used float64, err error) {
	n, err := b.node(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	path, err := built(qs)
	if err != nil {
		return 0, err
	}
	home, err := b.home(unchanged)
	if err != nil {
		return 0, err
	}
	p, err := b.Run(harness.ProgramConfig{Path: path, Args: []string{"send", "--limit-rate", fmt.Sprint(rate), film}, Env: n.env(home)})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.Kill9()) }()
	return b.watched(ctx, n, p.PID())
}

// watched measures a process once its upload runs evenly, and checks that it was
// not over meanwhile.
func (b *bench) watched(ctx context.Context, n *node, pid int) (float64, error) {
	if err := pause(ctx, 5*time.Second); err != nil {
		return 0, err
	}
	span := b.span(20)
	c, err := over(ctx, pid, span)
	if err != nil {
		return 0, err
	}
	if done, err := n.completed(ctx); err != nil || done > 0 {
		return 0, errors.Join(errors.New("the upload was over before its time"), err)
	}
	return c.share(span), nil
}

// runs runs qs to its end and returns what it cost.
func (b *bench) runs(ctx context.Context, env []string, args ...string) (cost, error) {
	path, err := built(qs)
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = b.Env(env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return cost{}, fmt.Errorf("qs: %w: %s", err, out)
	}
	return cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}
