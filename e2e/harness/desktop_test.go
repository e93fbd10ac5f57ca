//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for a thing that is sure to come.
const patience = 30 * time.Second

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func newDesktop(t *testing.T, c DesktopConfig) *Desktop {
	t.Helper()
	d, err := StartDesktop(within(t), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// self is this test program.
func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	check(t, err)
	return path
}

// runRole runs this test program in a role.
func runRole(t *testing.T, d *Desktop, name string, args ...string) *Program {
	t.Helper()
	p, err := d.Run(ProgramConfig{Path: self(t), Args: args, Env: []string{role + "=" + name}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func openWindow(t *testing.T, d *Desktop, title string) (*Program, Window) {
	t.Helper()
	p := runRole(t, d, "window", title)
	w, err := p.Window(within(t), title)
	if err != nil {
		t.Fatal(err)
	}
	return p, w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDesktopLeavesNothing(t *testing.T) {
	d, err := StartDesktop(within(t), DesktopConfig{})
	check(t, err)
	dir := d.dir
	p, err := d.Run(ProgramConfig{Path: "sleep", Args: []string{"1000"}})
	check(t, err)
	check(t, d.Close())
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", dir, err)
	}
	if err := syscall.Kill(p.PID(), 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("a program outlived its desktop: %v", err)
	}
	if _, err := d.dialX(); err == nil {
		t.Error("the X server outlived its desktop")
	}
}

func TestDesktopsLiveSideBySide(t *testing.T) {
	a, b := newDesktop(t, DesktopConfig{WithoutKeyring: true}), newDesktop(t, DesktopConfig{WithoutKeyring: true})
	if a.Display == b.Display || a.Bus == b.Bus || a.Home == b.Home {
		t.Errorf("two desktops share something: %+v, %+v", a, b)
	}
}

func TestStartDesktopGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := StartDesktop(ctx, DesktopConfig{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancelled start", err)
	}
}

func TestKeyring(t *testing.T) {
	for _, c := range []struct {
		name    string
		config  DesktopConfig
		code    int
		printed string
	}{
		{"unlocked", DesktopConfig{}, 0, "a secret\n"},
		{"none", DesktopConfig{WithoutKeyring: true}, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := runRole(t, newDesktop(t, c.config), "keyring")
			code, err := p.Wait(within(t))
			check(t, err)
			if code != c.code || p.Output() != c.printed {
				t.Errorf("exit %d, printed %q, want %d and %q; log: %s", code, p.Output(), c.code, c.printed, p.Log())
			}
		})
	}
}

func TestProgram(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, w := openWindow(t, d, "A title")
	if w.PID != p.PID() || w.Bounds != image.Rect(40, 30, 440, 330) {
		t.Errorf("got %+v", w)
	}
	moved, err := d.Place(w, image.Rect(0, 0, 640, 480))
	check(t, err)
	if moved.Bounds != image.Rect(0, 0, 640, 480) {
		t.Errorf("placed at %v", moved.Bounds)
	}
	check(t, d.CloseWindow(w))
	code, err := p.Wait(within(t))
	check(t, err)
	check(t, p.WaitNoWindow(within(t)))
	if code != 0 || !strings.Contains(p.Log(), "asked to close") {
		t.Errorf("exit %d, log %q", code, p.Log())
	}
	check(t, p.Check())
}

func TestProgramEnds(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	for name, end := range map[string]func(*Program) error{"Kill9": (*Program).Kill9, "Terminate": (*Program).Terminate} {
		p, err := d.Run(ProgramConfig{Path: "sleep", Args: []string{"1000"}})
		check(t, err)
		check(t, end(p))
		code, err := p.Wait(within(t))
		check(t, err)
		if code != -1 {
			t.Errorf("%s: exit %d, want a signal's end", name, code)
		}
	}
}

func TestNothingComesOfADeadProgram(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, _ := openWindow(t, d, "Killed")
	check(t, p.Kill9())
	if err := p.WaitLog(within(t), "never written"); !errors.Is(err, ErrEnded) {
		t.Errorf("waiting for the log of a dead program: %v", err)
	}
	if _, err := p.Window(within(t), "Killed"); !errors.Is(err, ErrEnded) {
		t.Errorf("waiting for the window of a dead program: %v", err)
	}
}

func TestProgramCheck(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p := runRole(t, d, "panic")
	code, err := p.Wait(within(t))
	check(t, err)
	if err := p.Check(); code != 2 || err == nil || !strings.Contains(err.Error(), "as the test asked") {
		t.Errorf("exit %d, check says %v", code, err)
	}
}

func TestPictures(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true, Width: 640, Height: 480})
	_, w := openWindow(t, d, "Colours")
	accent := color.RGBA{R: 0x10, G: 0xc0, B: 0xa0, A: 0xff}
	want := image.Rect(140, 80, 220, 100)
	check(t, Until(within(t), "the square", func() (bool, error) {
		img, err := d.Screenshot()
		if err != nil {
			return false, err
		}
		found := FindColour(img, accent, 2)
		return len(found) == 1 && found[0] == want, nil
	}))
	img, err := d.WaitStill(within(t), w, 100*time.Millisecond)
	check(t, err)
	path := filepath.Join(t.TempDir(), "out", "window.png")
	check(t, SavePNG(path, img))
	f, err := os.Open(path)
	check(t, err)
	defer func() { _ = f.Close() }()
	read, err := png.Decode(f)
	check(t, err)
	if read.Bounds().Size() != w.Bounds.Size() {
		t.Errorf("saved %v, want %v", read.Bounds(), w.Bounds)
	}
}

func TestFindColour(t *testing.T) {
	red := color.RGBA{R: 200, A: 255}
	for _, c := range []struct {
		name string
		rows []string // r red, o nearly red, . black
		want []image.Rectangle
	}{
		{"none", []string{"...", "..."}, nil},
		{"all", []string{"rr", "rr"}, []image.Rectangle{image.Rect(0, 0, 2, 2)}},
		{"nearly counts", []string{"ro."}, []image.Rectangle{image.Rect(0, 0, 2, 1)}},
		{"corners do not touch", []string{"r.", ".r"}, []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(1, 1, 2, 2)}},
		{"greatest first", []string{"r.rr", "...r"}, []image.Rectangle{image.Rect(2, 0, 4, 2), image.Rect(0, 0, 1, 1)}},
		{"round a corner", []string{"r.r", "rrr"}, []image.Rectangle{image.Rect(0, 0, 3, 2)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := FindColour(paint(c.rows, red), red, 10)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func paint(rows []string, red color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, len(rows[0]), len(rows)))
	for y, row := range rows {
		for x, r := range row {
			switch r {
			case 'r':
				img.Set(x, y, red)
			case 'o':
				img.Set(x, y, color.RGBA{R: red.R - 10, G: 10, A: 255})
			default:
				img.Set(x, y, color.Black)
			}
		}
	}
	return img
}
