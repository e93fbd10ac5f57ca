//go:build e2e && linux

package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// DesktopConfig says what a desktop has. The zero value is a screen of
// 1280×800 pixels with an unlocked keyring.
type DesktopConfig struct {
	// Width and Height of the screen in pixels; 0 for 1280 and 800.
	Width, Height int
	// WithoutKeyring leaves the bus without org.freedesktop.secrets, as on a
	// server.
	WithoutKeyring bool
}

// A Desktop is one person's desktop: an X server that draws into memory, a
// session bus, a keyring and a home directory of its own. There is no window
// manager: windows lie at the top left and get the focus from Focus.
type Desktop struct {
	// Display is the X server's address, such as ":3".
	Display string
	// Bus is the D-Bus address of the session.
	Bus string
	// Home is an empty home directory.
	Home string

	dir   string
	ended []func() error // run backwards by Close
}

// StartDesktop returns a desktop that is ready to be used. Close ends it.
func StartDesktop(ctx context.Context, c DesktopConfig) (*Desktop, error) {
	d := &Desktop{}
	if err := d.begin(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("starting a desktop: %w", err), d.Close())
	}
	return d, nil
}

func (d *Desktop) begin(ctx context.Context, c DesktopConfig) error {
	if err := d.makeDirs(); err != nil {
		return err
	}
	if err := d.startScreen(ctx, c); err != nil {
		return err
	}
	if err := d.startBus(ctx); err != nil {
		return err
	}
	if c.WithoutKeyring {
		return nil
	}
	return d.startKeyring(ctx)
}

// Close ends what the desktop started, newest first, and removes its files.
func (d *Desktop) Close() error {
	var errs []error
	for _, end := range slices.Backward(d.ended) {
		errs = append(errs, end())
	}
	d.ended = nil
	return errors.Join(errs...)
}

// makeDirs makes the directories that a session finds at login. Fyne logs an
// error where .cache is missing.
func (d *Desktop) makeDirs() error {
	dir, err := os.MkdirTemp("", "qs-desk-")
	if err != nil {
		return err
	}
	d.dir, d.Home = dir, filepath.Join(dir, "home")
	d.ended = append(d.ended, func() error { return os.RemoveAll(dir) })
	for _, sub := range []string{"home/.cache", "home/.config", "home/.local/share", "home/Downloads", "run"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// Env is the environment of a program on this desktop. It holds nothing of the
// test's own environment but PATH, and what more was asked for; a later
// NAME=value wins.
func (d *Desktop) Env(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + d.Home,
		"XDG_CACHE_HOME=" + filepath.Join(d.Home, ".cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(d.Home, ".config"),
		"XDG_DATA_HOME=" + filepath.Join(d.Home, ".local/share"),
		"XDG_RUNTIME_DIR=" + filepath.Join(d.dir, "run"),
		"XDG_SESSION_TYPE=x11",
		"DISPLAY=" + d.Display,
		"DBUS_SESSION_BUS_ADDRESS=" + d.Bus,
		"LANG=C.UTF-8",
		"LIBGL_ALWAYS_SOFTWARE=1",
		"TMPDIR=" + d.dir,
	}, more...)
}

// startScreen lets the X server choose a free display by itself.
func (d *Desktop) startScreen(ctx context.Context, c DesktopConfig) error {
	size := fmt.Sprintf("%dx%dx24", cmp.Or(c.Width, 1280), cmp.Or(c.Height, 800))
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp", "-noreset")
	number, err := d.startService(ctx, cmd, "xvfb.log")
	if err != nil {
		return err
	}
	d.Display = ":" + number
	return nil
}

// startService runs a daemon of the desktop for as long as the desktop lives.
func (d *Desktop) startService(ctx context.Context, cmd *exec.Cmd, log string) (announced string, err error) {
	out, err := os.Create(filepath.Join(d.dir, log))
	if err != nil {
		return "", err
	}
	defer func() { _ = out.Close() }()
	cmd.Env, cmd.Dir, cmd.Stderr = d.Env(), d.dir, out
	p, announced, err := startAnnounced(ctx, cmd)
	if err != nil {
		said, _ := os.ReadFile(out.Name())
		return "", errors.Join(err, errors.New(strings.TrimSpace(string(said))))
	}
	d.ended = append(d.ended, p.stop)
	return announced, nil
}
