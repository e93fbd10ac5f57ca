package clipboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// wayland is Wayland's clipboard as wl-paste tells it, by the path of that
// program. A client without a window that has the keyboard may not look at the
// clipboard itself.
type wayland string

// types implements board. Where nothing is copied wl-paste ends with 1.
func (w wayland) types(ctx context.Context) ([]string, error) {
	out, err := w.run(ctx, "--list-types")
	var ended *exec.ExitError
	if errors.As(err, &ended) && ctx.Err() == nil {
		return nil, ErrEmpty
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n"), err
}

// fetch implements board.
func (w wayland) fetch(ctx context.Context, kind string) ([]byte, error) {
	out, err := w.run(ctx, "--no-newline", "--type", kind)
	var ended *exec.ExitError
	if errors.As(err, &ended) && ctx.Err() == nil {
		return nil, errRefused
	}
	return out, err
}

// run returns what wl-paste writes, at most MaxSize bytes of it.
func (w wayland) run(ctx context.Context, args ...string) ([]byte, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, string(w), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	data, err := io.ReadAll(io.LimitReader(out, MaxSize+1))
	if len(data) > MaxSize {
		err = ErrTooLarge
		stop()
	}
	ended := cmd.Wait()
	switch {
	case err != nil:
		return nil, err
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return data, ended
}
