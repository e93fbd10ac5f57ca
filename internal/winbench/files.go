//go:build e2e && linux

package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"math"
	"time"
)

// The many files of a storage, and the few that their memory is measured beside.
const (
	many = 100_000
	some = 10
)

// manyFiles measures a storage with many files.
func (b *bench) manyFiles(ctx context.Context, repeat int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	few, err := b.listed(ctx, some, repeat, func(context.Context, *window, int) error { return nil })
	if err != nil {
		return err
	}
	rows := b.few(many, 1000)
	all, err := b.listed(ctx, rows, repeat, b.used)
	b.note(memoryRow, ours, repeat, (all-few)/float64(rows-some))
	return err
}

// listed shows a storage with so many files, and returns what is resident when
// all is quiet. Then the window is used.
func (b *bench) listed(ctx context.Context, files, repeat int, use func(context.Context, *window, int) error) (resident float64, err error) {
	server, err := newBucket(files)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.close()) }()
	storage, err := b.connected(ctx, server.url, session, token)
	if err != nil {
		return 0, err
	}
	home, err := b.home(storage)
	if err != nil {
		return 0, err
	}
	w, err := b.open(ctx, ours, home)
	if err != nil {
		return 0, err
	}
	at, err := b.firstRow(ctx, server)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(rest(ctx, w.Program.PID()), pause(ctx, 5*time.Second)); err != nil {
		return 0, err
	}
	told := server.told()
	if files > some {
		b.note(rowsAfter, ours, repeat, milliseconds(at.Sub(told[0].ended)))
		b.note(rowsSince, ours, repeat, milliseconds(at.Sub(told[0].began)))
		b.note(listsAsked, ours, repeat, float64(len(told)))
	}
	if resident, err = memory(w.Program.PID(), "VmRSS"); err != nil {
		return 0, err
	}
	return resident, errors.Join(use(ctx, w, repeat), w.end())
}

// firstRow lets the list go and returns when its first rows were seen.
func (b *bench) firstRow(ctx context.Context, server *bucket) (time.Time, error) {
	eye, err := b.NewEye(nameLines)
	if err != nil {
		return time.Time{}, err
	}
	defer eye.Close()
	before, err := eye.Look()
	if err != nil {
		return time.Time{}, err
	}
	close(server.open)
	return eye.Until(ctx, "the first rows", closely, func(now []byte) bool { return !bytes.Equal(now, before) })
}

// used searches, sorts and scrolls, as a person does.
func (b *bench) used(ctx context.Context, w *window, repeat int) error {
	return errors.Join(b.sorts(ctx, w, repeat), b.searches(ctx, w, repeat), b.scrolls(ctx, w, repeat))
}

// sorts clicks headers, each of which brings other rows to the top.
func (b *bench) sorts(ctx context.Context, w *window, repeat int) error {
	for _, header := range []image.Point{sortSize, sortSize, sortName, sortName} {
		if err := b.step(ctx, w, sortShown, repeat, func() error { return w.hand.Click(header) }); err != nil {
			return err
		}
	}
	return nil
}

// searches types digits, each of which leaves fewer rows.
func (b *bench) searches(ctx context.Context, w *window, repeat int) error {
	if err := errors.Join(w.hand.Press("ctrl+f"), pause(ctx, unsteady)); err != nil {
		return err
	}
	for _, digit := range []string{"1", "7", "3"} {
		if err := b.step(ctx, w, filterShown, repeat, func() error { return w.hand.Press(digit) }); err != nil {
			return err
		}
	}
	for range 3 {
		if err := b.step(ctx, w, filterShown, repeat, func() error { return w.hand.Press("BackSpace") }); err != nil {
			return err
		}
	}
	return nil
}

// step measures one thing that a person does to the rows, and lets it settle.
func (b *bench) step(ctx context.Context, w *window, figure string, repeat int, do func() error) error {
	took, err := b.takes(ctx, nameLines, do)
	if err != nil {
		return err
	}
	b.note(figure, ours, repeat, took)
	return pause(ctx, still+unsteady)
}

// A key that is held comes again thirty times a second.
const again = time.Second / 30

// scrolls holds page down.
func (b *bench) scrolls(ctx context.Context, w *window, repeat int) error {
	if err := errors.Join(w.hand.Click(firstRow), rest(ctx, w.Program.PID())); err != nil {
		return err
	}
	eye, err := b.NewEye(nameLines)
	if err != nil {
		return err
	}
	defer eye.Close()
	span := b.span(5)
	before, err := costOf(w.Program.PID())
	if err != nil {
		return err
	}
	pages, end := time.NewTicker(again), time.Now().Add(span)
	defer pages.Stop()
	var shown []byte
	frames, longest, since := 0, 0.0, time.Now()
	for time.Now().Before(end) {
		select {
		case <-pages.C:
			err = w.hand.Press("PageDown")
		case <-time.After(closely):
		}
		now, lookErr := eye.Look()
		if err := errors.Join(err, lookErr, ctx.Err()); err != nil {
			return err
		}
		if !bytes.Equal(now, shown) {
			longest = math.Max(longest, milliseconds(time.Since(since)))
			shown, since = now, time.Now()
			frames++
		}
	}
	after, err := costOf(w.Program.PID())
	b.note(scrollFrames, ours, repeat, float64(frames)/span.Seconds())
	b.note(scrollGap, ours, repeat, longest)
	b.note(scrollCPU, ours, repeat, cost{cpu: after.cpu - before.cpu}.share(span))
	return err
}
