//go:build e2e && linux

package main

import (
	"bytes"
	"context"
	"image"
	"os"
	"path/filepath"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
)

// Where things are in the window, in pixels of the screen, whose top left it has.
var (
	whole     = image.Rect(0, 0, 1120, 720)
	nameLines = image.Rect(64, 150, 200, 300) // of the first rows
	dot       = image.Rect(27, 29, 29, 31)
	chipAll   = image.Pt(16, 76) // its left edge, which no count moves
	chipBusy  = image.Pt(130, 76)
	sortName  = image.Pt(46, 122)
	sortSize  = image.Pt(380, 122)
	firstRow  = image.Pt(120, 172)
	question  = image.Rect(1000, 70, 1004, 74) // of the strip, where no word is
	word      = image.Rect(530, 345, 590, 375) // of the bare window
	edgeOfAll = image.Rect(16, 70, 18, 80)
)

const (
	// closely and calmly are how often is looked: at a few lines, and at all of the
	// window, which costs the X server some milliseconds.
	closely = 2 * time.Millisecond
	calmly  = 15 * time.Millisecond
	// still is how long a window shows the same when nothing happens any more.
	still = time.Second
	// unsteady lies between two events, and is no multiple of a frame.
	unsteady = 331 * time.Millisecond
	// patience is how long is waited for what is sure to come.
	patience = 3 * time.Minute
)

// window is a program of ours that runs, and its window.
type window struct {
	*harness.Program
	harness.Window
	hand *harness.Hand
}

// home makes a folder for QUICKSYNC_HOME with what the person has chosen before:
// nobody is asked who may open the links.
func (d *desk) home(change func(*settings.Settings)) (string, error) {
	home, err := os.MkdirTemp(d.Home, "quicksync-")
	if err != nil {
		return "", err
	}
	prefs, err := settings.Open(filepath.Join(home, "settings.json"))
	if err != nil {
		return "", err
	}
	return home, prefs.Update(func(s *settings.Settings) {
		s.Audience = settings.AudienceMe
		change(s)
	})
}

// connected has the person use a storage of which the keyring has the key.
func (d *desk) connected(ctx context.Context, server, session, token string) (func(*settings.Settings), error) {
	const id = "bench"
	keys := secrets.New(secrets.Config{})
	_, err := keys.Set(ctx, id, token)
	return func(s *settings.Settings) {
		s.Current = id
		s.Connections = []settings.Connection{{ID: id, Name: "Bench", Server: server, SessionID: session, HideNames: true}}
	}, err
}

// open starts a program and waits until its window stands still.
func (d *desk) open(ctx context.Context, name, home string) (*window, error) {
	path, err := built(name)
	if err != nil {
		return nil, err
	}
	p, err := d.Run(harness.ProgramConfig{Path: path, Env: []string{"QUICKSYNC_HOME=" + home}})
	if err != nil {
		return nil, err
	}
	w := &window{Program: p}
	if w.Window, err = p.Window(ctx, ""); err != nil {
		return nil, err
	}
	if err := d.Focus(w.Window); err != nil {
		return nil, err
	}
	if _, err := d.WaitStill(ctx, w.Window, still); err != nil {
		return nil, err
	}
	w.hand, err = d.NewHand()
	return w, err
}

// end ends the program, and tells what it should not have logged.
func (w *window) end() error {
	w.hand.Close()
	if err := w.Check(); err != nil {
		return err
	}
	return w.Kill9()
}

// painted waits for the window of a program that was just started, and returns
// how long after began it showed something, and something for the last time before
// it stood still.
func (d *desk) painted(ctx context.Context, began time.Time) (first, last time.Duration, err error) {
	eye, err := d.NewEye(whole)
	if err != nil {
		return 0, 0, err
	}
	defer eye.Close()
	before, err := eye.Look()
	if err != nil {
		return 0, 0, err
	}
	_, err = eye.Until(ctx, "a window that stands still", calmly, func(now []byte) bool {
		since := time.Since(began)
		if !bytes.Equal(now, before) {
			before, last = now, since
			if first == 0 && colours(now) > 2 {
				first = since
			}
		}
		return first > 0 && since-last > still
	})
	return first, last, err
}

// colours counts the colours of a picture, up to three: before a window is drawn
// there is one or two.
func colours(pixels []byte) int {
	seen := map[[3]byte]bool{}
	for i := 0; i+3 < len(pixels) && len(seen) < 3; i += 4 {
		seen[[3]byte(pixels[i:i+3])] = true
	}
	return len(seen)
}

// takes does something and returns how long it was until a part of the screen
// showed another picture, in milliseconds.
func (d *desk) takes(ctx context.Context, part image.Rectangle, do func() error) (float64, error) {
	return d.until(ctx, part, do, nil)
}

// until is takes for a picture that is told by seen; nil takes any other one.
func (d *desk) until(ctx context.Context, part image.Rectangle, do func() error, seen func([]byte) bool) (float64, error) {
	eye, err := d.NewEye(part)
	if err != nil {
		return 0, err
	}
	defer eye.Close()
	before, err := eye.Look()
	if err != nil {
		return 0, err
	}
	if seen == nil {
		seen = func(now []byte) bool { return !bytes.Equal(now, before) }
	}
	began := time.Now()
	if err := do(); err != nil {
		return 0, err
	}
	at, err := eye.Until(ctx, "the screen to follow", closely, seen)
	return milliseconds(at.Sub(began)), err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
