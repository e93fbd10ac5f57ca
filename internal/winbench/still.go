//go:build e2e && linux

package main

import (
	"bytes"
	"context"
	"errors"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/service/settings"
)

func unchanged(*settings.Settings) {}

// starts measures a start on a folder that was used before, of which the files
// are in the page cache. It is over with the last thing that changes on the
// screen: in ours that is the storage being ready, which its dot tells.
func (b *bench) starts(ctx context.Context, repeat int) error {
	for _, name := range inTurn(repeat, bare, ours) {
		home, err := b.home(unchanged)
		if err != nil {
			return err
		}
		first, err := b.start(ctx, name, home)
		if err != nil {
			return err
		}
		again, err := b.start(ctx, name, home)
		if err != nil {
			return err
		}
		b.note(startFirst, name, repeat, milliseconds(first.all))
		b.note(startFrame, name, repeat, milliseconds(again.frame))
		b.note(startReady, name, repeat, milliseconds(again.all))
	}
	return nil
}

// begun is how long a start took: to the first frame, and to the last.
type begun struct{ frame, all time.Duration }

func (b *bench) start(ctx context.Context, name, home string) (took begun, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	path, err := built(name)
	if err != nil {
		return took, err
	}
	began := time.Now()
	p, err := b.Run(harness.ProgramConfig{Path: path, Env: []string{"QUICKSYNC_HOME=" + home}})
	if err != nil {
		return took, err
	}
	took.frame, took.all, err = b.painted(ctx, began)
	if err == nil && name == ours {
		err = b.green()
	}
	if err = errors.Join(err, p.Check(), p.Terminate()); err != nil {
		return took, err
	}
	_, err = p.Wait(ctx)
	return took, err
}

// green checks that the dot of the storage is green: it is ready.
func (b *bench) green() error {
	eye, err := b.NewEye(dot)
	if err != nil {
		return err
	}
	defer eye.Close()
	pixels, err := eye.Look()
	if err == nil && !(pixels[1] > pixels[0]+20 && pixels[1] > pixels[2]+20) {
		err = errors.New("the storage is not ready in a window that stands still")
	}
	return err
}

// idles measures a window that nobody touches, and a key in one.
func (b *bench) idles(ctx context.Context, repeat int) error {
	for _, name := range inTurn(repeat, bare, ours) {
		if err := b.idle(ctx, name, repeat); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) idle(ctx context.Context, name string, repeat int) error {
	home, err := b.home(unchanged)
	if err != nil {
		return err
	}
	w, err := b.open(ctx, name, home)
	if err != nil {
		return err
	}
	if err := pause(ctx, 5*time.Second); err != nil {
		return err
	}
	if err := b.noteMemory(w, repeat, name); err != nil {
		return err
	}
	span := b.span(20)
	c, err := over(ctx, w.Program.PID(), span)
	if err != nil {
		return err
	}
	b.note(idleCPU, name, repeat, c.share(span))
	b.note(idleWakes, name, repeat, float64(c.wakes)/span.Seconds())
	if name == bare {
		err = b.aKey(ctx, w, repeat)
	}
	return errors.Join(err, w.end())
}

// aKey measures a sign that is typed and shown in the bare window: the least that
// Fyne, the X server and the eye take together.
func (b *bench) aKey(ctx context.Context, w *window, repeat int) error {
	for range b.few(10, 2) {
		took, err := b.takes(ctx, word, func() error { return w.hand.Press("7") })
		if err != nil {
			return err
		}
		b.note(keyShown, bare, repeat, took)
		if err := pause(ctx, unsteady); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) noteMemory(w *window, repeat int, name string) error {
	resident, err := memory(w.Program.PID(), "VmRSS")
	if err != nil {
		return err
	}
	peak, err := memory(w.Program.PID(), "VmHWM")
	b.note(memoryNow, name, repeat, resident/mib)
	b.note(memoryPeak, name, repeat, peak/mib)
	return err
}

const mib = 1 << 20

// same tells whether all pixels of a picture have one colour, in the order of the
// X server: blue, green, red.
func same(pixels []byte, colour []byte) bool {
	for i := 0; i+3 < len(pixels); i += 4 {
		if !bytes.Equal(pixels[i:i+3], colour) {
			return false
		}
	}
	return true
}
