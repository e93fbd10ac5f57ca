//go:build e2e && linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/service/settings"
)

// A node is a server for uploads: a qs node, whose folder is in memory, so that
// no disk is measured.
type node struct {
	*harness.Program
	URL, Session string
	dir          string
}

func (b *bench) node(ctx context.Context) (*node, error) {
	path, err := built(qs)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/dev/shm", "bench-node-")
	if err != nil {
		return nil, err
	}
	n := &node{dir: dir}
	n.Program, err = b.Run(harness.ProgramConfig{Path: path, Args: []string{"node", "--json", "--data", dir}, Env: []string{"QS_TOKEN=" + token}})
	if err == nil {
		err = harness.Until(ctx, "a node", func() (bool, error) { return json.Unmarshal([]byte(n.Output()), n) == nil, nil })
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return n, nil
}

func (n *node) close() error { return errors.Join(n.Kill9(), os.RemoveAll(n.dir)) }

// env is what qs finds.
func (n *node) env(home string) []string {
	return []string{"QS_SERVER=" + n.URL, "QS_TOKEN=" + token, "QS_SESSION=" + n.Session, "QUICKSYNC_HOME=" + home}
}

// completed counts the files that have arrived.
func (n *node) completed(ctx context.Context) (count int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.URL+"/buckets", nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var all []struct{ Completed bool }
	err = json.NewDecoder(answer.Body).Decode(&all)
	for _, f := range all {
		if f.Completed {
			count++
		}
	}
	return count, err
}

// drops measures many small files that are dropped at once: what the window costs
// above qs, and how long a click takes meanwhile.
func (b *bench) drops(ctx context.Context, repeat int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	folder, paths, err := b.smallFiles(b.few(10_000, 300))
	if err != nil {
		return err
	}
	for _, name := range inTurn(repeat, qs, ours) {
		var used cost
		if name == qs {
			used, err = b.sent(ctx, folder, len(paths))
		} else {
			used, err = b.dropped(ctx, repeat, paths, nil)
		}
		if err != nil {
			return err
		}
		b.note(dropCPU, name, repeat, used.cpu.Seconds())
	}
	_, err = b.dropped(ctx, repeat, paths, b.clicks)
	return err
}

// smallFiles makes a folder of files of 4 KiB, once.
func (b *bench) smallFiles(count int) (folder string, paths []string, err error) {
	folder = filepath.Join(b.Home, "many")
	content := make([]byte, 4<<10)
	for i := range count {
		path := filepath.Join(folder, fmt.Sprintf("file %05d.txt", i))
		paths = append(paths, path)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		_, _ = rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)}).Read(content)
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			return "", nil, err
		}
	}
	return folder, paths, nil
}

// sent has qs send the files, and returns what that cost.
func (b *bench) sent(ctx context.Context, folder string, files int) (used cost, err error) {
	n, err := b.node(ctx)
	if err != nil {
		return used, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	home, err := b.home(unchanged)
	if err != nil {
		return used, err
	}
	used, err = b.runs(ctx, n.env(home), "send", "--each", folder)
	if err != nil {
		return used, err
	}
	return used, n.holds(ctx, files)
}

// holds checks that all files have arrived.
func (n *node) holds(ctx context.Context, files int) error {
	count, err := n.completed(ctx)
	if err == nil && count != files {
		err = fmt.Errorf("%d of %d files have arrived", count, files)
	}
	return err
}

// ready starts a node and the window, which uses that.
func (b *bench) ready(ctx context.Context, change func(*settings.Settings)) (*node, *window, error) {
	n, err := b.node(ctx)
	if err != nil {
		return nil, nil, err
	}
	storage, err := b.connected(ctx, n.URL, n.Session, token)
	if err != nil {
		return nil, nil, errors.Join(err, n.close())
	}
	home, err := b.home(func(s *settings.Settings) { storage(s); change(s) })
	if err != nil {
		return nil, nil, errors.Join(err, n.close())
	}
	w, err := b.open(ctx, ours, home)
	if err != nil {
		return nil, nil, errors.Join(err, n.close())
	}
	return n, w, nil
}

// dropped drops the files, does something until all have arrived and the window
// rests, and returns what that has cost the program.
func (b *bench) dropped(ctx context.Context, repeat int, paths []string, meanwhile func(context.Context, *window, int) error) (used cost, err error) {
	n, w, err := b.ready(ctx, unchanged)
	if err != nil {
		return used, err
	}
	defer func() { err = errors.Join(err, w.end(), n.close()) }()
	before, err := costOf(w.Program.PID())
	if err != nil {
		return used, err
	}
	busy, over := context.WithCancel(ctx)
	defer over()
	beside := make(chan error, 1)
	go func() {
		if meanwhile == nil {
			beside <- nil
			return
		}
		beside <- meanwhile(busy, w, repeat)
	}()
	err = errors.Join(b.Drop(ctx, w.Window, paths...), b.arrive(ctx, n, w, len(paths)))
	over()
	err = errors.Join(err, <-beside)
	after, costErr := costOf(w.Program.PID())
	return cost{after.cpu - before.cpu, after.wakes - before.wakes}, errors.Join(err, costErr)
}

// arrive waits until all files have arrived and their links were looked up.
func (b *bench) arrive(ctx context.Context, n *node, w *window, files int) error {
	for count := 0; count < files; {
		if err := pause(ctx, time.Second); err != nil {
			return fmt.Errorf("%d of %d files have arrived: %w", count, files, err)
		}
		var err error
		if count, err = n.completed(ctx); err != nil {
			return err
		}
	}
	return nil
}

// forgotten is when a click has missed.
const forgotten = 5 * time.Second

// clicks chooses one filter and the other in turn, until ctx ends, and measures
// how long each click takes to be seen. There are no filters before there is a
// file, and they go down when the program asks whether all shall have one link: a
// click that was on its way then has missed, and is not counted.
func (b *bench) clicks(ctx context.Context, w *window, repeat int) error {
	white := []byte{0xFF, 0xFF, 0xFF}
	if _, err := b.until(ctx, edgeOfAll, func() error { return nil }, func(now []byte) bool { return same(now, white) }); err != nil {
		return err
	}
	var all []float64
	for chosen := false; ctx.Err() == nil; chosen = !chosen {
		chip := chipBusy
		if chosen {
			chip = chipAll
		}
		down, err := b.lowered()
		if err != nil {
			return err
		}
		soon, cancel := context.WithTimeout(ctx, forgotten)
		took, err := b.until(soon, edgeOfAll.Add(down), func() error { return w.hand.Click(chip.Add(down)) },
			func(now []byte) bool { return same(now, white) == chosen })
		cancel()
		now, lookErr := b.lowered()
		switch {
		case ctx.Err() != nil:
		case now != down:
			chosen = !chosen
		case err != nil || lookErr != nil:
			return errors.Join(err, lookErr)
		default:
			all = append(all, took)
		}
		_ = pause(ctx, unsteady)
	}
	if len(all) == 0 {
		return errors.New("there was no time for a click")
	}
	slices.Sort(all)
	b.note(clickCount, ours, repeat, float64(len(all)))
	b.note(clickMost, ours, repeat, all[len(all)-1])
	b.note(click95, ours, repeat, all[len(all)*95/100])
	b.note(clickMedian, ours, repeat, all[len(all)/2])
	return nil
}

// lowered is how far down the filters are: a question is as high as that.
func (b *bench) lowered() (down image.Point, err error) {
	eye, err := b.NewEye(question)
	if err != nil {
		return down, err
	}
	defer eye.Close()
	pixels, err := eye.Look()
	if same(pixels, []byte{0xFF, 0xFF, 0xFF}) {
		down.Y = 60
	}
	return down, err
}
