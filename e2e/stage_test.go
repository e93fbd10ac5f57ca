//go:build e2e && linux

package e2e

import (
	"context"
	"os"
	"path/filepath"
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

// A stage is a desktop with a tray, and verbs that end the test where they
// cannot be done.
type stage struct {
	*testing.T
	desk *harness.Desktop
}

func newStage(t *testing.T) *stage {
	t.Helper()
	desk, err := harness.StartDesktop(within(t), harness.DesktopConfig{})
	s := &stage{T: t, desk: desk}
	s.must(err)
	t.Cleanup(func() { s.note(desk.Close()) })
	tray, err := desk.StartTray()
	s.must(err)
	t.Cleanup(func() { s.note(tray.Close()) })
	return s
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

// open starts the program and returns its window once it stands still. What it
// logs is looked through when the test ends.
func (s *stage) open(args ...string) (*harness.Program, harness.Window) {
	s.Helper()
	path, err := filepath.Abs("../bin/quicksync")
	s.must(err)
	program, err := s.desk.Run(harness.ProgramConfig{Path: path, Args: args})
	s.must(err)
	s.Cleanup(func() { s.note(program.Check()) })
	window, err := program.Window(within(s.T), "")
	s.must(err)
	_, err = s.desk.WaitStill(within(s.T), window, still)
	s.must(err)
	return program, window
}

// file makes a file of the person's and returns its path.
func (s *stage) file(name string, content []byte) string {
	s.Helper()
	path := filepath.Join(s.desk.Home, name)
	s.must(os.WriteFile(path, content, 0o600))
	return path
}

// photograph saves what the window shows when it stands still.
func (s *stage) photograph(w harness.Window, name string) {
	s.Helper()
	picture, err := s.desk.WaitStill(within(s.T), w, still)
	s.must(err)
	s.must(harness.SavePNG(filepath.Join("out", name), picture))
}
