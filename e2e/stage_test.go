//go:build e2e && linux

package e2e

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/e2e/harness"
)

const (
	// patience is how long a test waits for a thing that is sure to come.
	patience = 60 * time.Second
	// still is how long a window shows the same picture when nothing moves.
	still = 500 * time.Millisecond
)

func TestMain(m *testing.M) {
	if code, ran := harness.Enter(context.Background()); ran {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// stageConfig says what a scene needs other than a desktop with a keyring and
// a tray, on the test's own network.
type stageConfig struct {
	withoutTray, withoutKeyring bool
	// network puts the desktop on a network of two machines, where this one may
	// make such; cable needs it, and skips the test where there is none.
	network, cable bool
}

// A stage is a desktop with one person's files and programs, and verbs that end
// the test where they cannot be done.
type stage struct {
	*testing.T
	desk   *harness.Desktop
	portal *harness.Portal
	notes  *harness.Notifications
	tray   *harness.Tray    // nil without one
	net    *harness.Network // nil without one
	// data is the program's QUICKSYNC_HOME.
	data string
	// dark tells that the person prefers dark windows.
	dark bool
}

func newStage(t *testing.T, c stageConfig) *stage {
	t.Helper()
	s := &stage{T: t}
	if c.network || c.cable {
		s.connectMachines(c.cable)
	}
	desk, err := harness.StartDesktop(within(t), harness.DesktopConfig{WithoutKeyring: c.withoutKeyring})
	s.must(err)
	t.Cleanup(func() { s.note(desk.Close()) })
	s.desk, s.data = desk, filepath.Join(desk.Home, ".quicksync")
	s.portal, err = desk.StartPortal(harness.SchemeLight)
	s.must(err)
	t.Cleanup(func() { s.note(s.portal.Close()) })
	s.notes, err = desk.StartNotifications()
	s.must(err)
	t.Cleanup(func() { s.note(s.notes.Close()) })
	if !c.withoutTray {
		s.tray, err = desk.StartTray()
		s.must(err)
		t.Cleanup(func() { s.note(s.tray.Close()) })
	}
	return s
}

// connectMachines makes the network, where that is allowed.
func (s *stage) connectMachines(needed bool) {
	s.Helper()
	network, err := harness.StartNetwork(within(s.T))
	if errors.Is(err, harness.ErrNoNamespaces) && !harness.NothingLeftOut() {
		if needed {
			s.Skip(err)
		}
		return
	}
	s.must(err)
	s.Cleanup(func() { s.note(network.Close()) })
	s.net = network
}

// machine is where the person's programs run; nil is the test's own.
func (s *stage) machine() *harness.Machine {
	if s.net == nil {
		return nil
	}
	return s.net.Desk
}

// within is the test's time with an end.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) note(err error) {
	s.Helper()
	if err != nil {
		s.Error(err)
	}
}

// until waits for something that sends no event.
func (s *stage) until(what string, seen func() bool) {
	s.Helper()
	s.must(harness.Until(within(s.T), what, func() (bool, error) { return seen(), nil }))
}

// env is what the programs of the person find, beside their desktop's.
func (s *stage) env() []string {
	return []string{"QUICKSYNC_HOME=" + s.data}
}

// built is the path of a program that was built for the tests.
func (s *stage) built(name string) string {
	s.Helper()
	path, err := filepath.Abs(filepath.Join("..", "bin", name))
	s.must(err)
	return path
}

// start starts the program. What it logs is looked through when the test ends,
// and shown if the test failed, with the screen.
func (s *stage) start(args ...string) *harness.Program {
	s.Helper()
	program, err := s.desk.Run(harness.ProgramConfig{
		Path: s.built("quicksync"), Args: args, Env: s.env(), Machine: s.machine(),
	})
	s.must(err)
	s.Cleanup(func() {
		s.note(program.Check())
		if s.Failed() {
			s.Logf("the program's error output:\n%s", program.Log())
			s.keepScreen("failed-" + strings.ReplaceAll(s.Name(), "/", "-") + ".png")
		}
	})
	return program
}

// open starts the program and returns its window once it stands still.
func (s *stage) open(args ...string) (*harness.Program, harness.Window) {
	s.Helper()
	program := s.start(args...)
	return program, s.window(program)
}

// window waits for the program's window to stand still, and gives it the
// keyboard, as a window manager does.
func (s *stage) window(p *harness.Program) harness.Window {
	s.Helper()
	w, err := p.Window(within(s.T), "")
	s.must(err)
	s.must(s.desk.Focus(w))
	s.see(w, "the window to be drawn", s.drawn)
	s.stillPicture(w)
	return w
}

// ends waits for the program's end, which must be the one that is wanted.
func (s *stage) ends(p *harness.Program, want int) {
	s.Helper()
	code, err := p.Wait(within(s.T))
	s.must(err)
	if code != want {
		s.Fatalf("the program ended with %d, want %d; it said:\n%s", code, want, p.Log())
	}
}

func (s *stage) stillPicture(w harness.Window) *image.RGBA {
	s.Helper()
	picture, err := s.desk.WaitStill(within(s.T), w, still)
	s.must(err)
	return picture
}

// settling is how long a photograph waits for the window to stand still.
const settling = 3 * time.Second

// photograph keeps what the window shows when it stands still, or, where a
// sentence counts the seconds, after a while.
func (s *stage) photograph(w harness.Window, name string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), settling)
	defer cancel()
	picture, err := s.desk.WaitStill(ctx, w, still)
	if picture == nil {
		s.must(err)
	}
	s.must(harness.SavePNG(filepath.Join("out", name), picture))
}

// keepScreen keeps the screen as it is, for whoever looks into a failure.
func (s *stage) keepScreen(name string) {
	if picture, err := s.desk.Screenshot(); err == nil {
		s.note(harness.SavePNG(filepath.Join("out", name), picture))
	}
}
