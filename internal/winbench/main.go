//go:build e2e && linux

// Command winbench measures the real window on a screen that nobody sees, beside
// a window of Fyne's with nothing in it and beside qs, in the same run.
//
// The rules are:
//
//   - The programs are those that scripts/build makes. Nothing in them knows that
//     they are measured: time is taken from an event of the X server's to a change
//     on its screen, work and memory from the kernel.
//   - The order of the programs is turned round with each repeat; ratios are made
//     within a repeat, before the median.
//   - What falls short is printed, and is no failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"quicksync.me/desktop/e2e/harness"
)

// bench is one run of the program.
type bench struct {
	*desk
	repeats int
	quick   bool // short and small: to see that everything works
	results results
}

// scenes are what can be measured, in their order.
var scenes = []struct {
	name string
	run  func(*bench, context.Context, int) error
}{
	{"start", (*bench).starts}, {"idle", (*bench).idles}, {"files", (*bench).manyFiles},
	{"drop", (*bench).drops}, {"upload", (*bench).uploads},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench window", flag.ContinueOnError)
	repeats := flags.Int("n", 5, "repeats")
	quick := flags.Bool("quick", false, "few files and short times: to see that everything works")
	only := flags.String("scenes", "", "only these, with commas: start, idle, files, drop, upload, hold")
	if err := flags.Parse(args); err != nil {
		return err
	}
	d, err := newDesk(ctx)
	if err != nil {
		return err
	}
	b := &bench{desk: d, repeats: *repeats, quick: *quick, results: results{}}
	err = errors.Join(b.all(ctx, *only), d.close())
	b.results.print(os.Stdout)
	return err
}

// all runs the scenes that are wanted: an empty list wants all of them.
func (b *bench) all(ctx context.Context, only string) error {
	wanted := func(name string) bool { return only == "" || slices.Contains(strings.Split(only, ","), name) }
	for _, s := range scenes {
		for repeat := range b.repeats {
			if !wanted(s.name) {
				break
			}
			if err := s.run(b, ctx, repeat); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	if wanted("hold") {
		return b.holds(ctx)
	}
	return nil
}

// few is how much there is of something: less of it in a quick run.
func (b *bench) few(much, little int) int {
	if b.quick {
		return little
	}
	return much
}

// span is how long something is watched.
func (b *bench) span(seconds int) time.Duration {
	return time.Duration(b.few(seconds, 2)) * time.Second
}

// note keeps a figure of a repeat and tells it.
func (b *bench) note(figure, who string, repeat int, value float64) {
	fmt.Fprintf(os.Stderr, "%-44s %-12s %d %12.4g\n", figure, who, repeat, value)
	b.results.add(figure, who, repeat, value)
}

// The programs.
const (
	ours = "quicksync"
	bare = "barewindow"
	qs   = "qs"
)

// inTurn are the programs in the order of a repeat.
func inTurn(repeat int, programs ...string) []string {
	if repeat%2 == 1 {
		slices.Reverse(programs)
	}
	return programs
}

// built is the path of a program of scripts/build.
func built(name string) (string, error) {
	path, err := filepath.Abs(filepath.Join("bin", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	return path, err
}

// desk is the person's, for the whole run: a screen, a session bus with a
// keyring, a tray and the light look.
type desk struct {
	*harness.Desktop
	ends []func() error
}

func newDesk(ctx context.Context) (*desk, error) {
	screen, err := harness.StartDesktop(ctx, harness.DesktopConfig{})
	if err != nil {
		return nil, err
	}
	d := &desk{screen, []func() error{screen.Close}}
	portal, err := screen.StartPortal(harness.SchemeLight)
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.ends = append(d.ends, portal.Close)
	notes, err := screen.StartNotifications()
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.ends = append(d.ends, notes.Close)
	tray, err := screen.StartTray()
	if err != nil {
		return nil, errors.Join(err, d.close())
	}
	d.ends = append(d.ends, tray.Close)
	// The keyring that secrets are put into is the desk's.
	return d, os.Setenv("DBUS_SESSION_BUS_ADDRESS", screen.Bus)
}

func (d *desk) close() (err error) {
	for _, end := range slices.Backward(d.ends) {
		err = errors.Join(err, end())
	}
	return err
}
