//go:build linux

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// workload is what is to be moved.
type workload struct {
	name, title string
	files       int
	size        int64 // of each file, in bytes
	down        bool  // fetched, not sent
	line        bool  // over the emulated line
	atOnce      int   // files side by side, for clients that have to be told
}

const (
	kib = int64(1) << 10
	mib = int64(1) << 20
	gib = int64(1) << 30
)

// small tells that files are counted, not bytes.
func (w workload) small() bool { return w.size > 0 && w.size <= mib }

func (w workload) bytes() int64 { return int64(w.files) * w.size }

// locals are the workloads over loopback. The quick ones are there to see that
// everything works: their figures mean little.
func locals(quick bool) []workload {
	all := []workload{
		{name: "idle", title: "an empty file", files: 1, atOnce: 1},
		{name: "big", title: "1 GiB", files: 1, size: gib, atOnce: 1},
		{name: "medium", title: "20 × 50 MiB", files: 20, size: 50 * mib, atOnce: 4},
		{name: "small", title: "1,000 × 64 KiB", files: 1000, size: 64 * kib, atOnce: 16},
		{name: "down", title: "1 GiB, fetched to disk", files: 1, size: gib, down: true, atOnce: 1},
	}
	if quick {
		all[1].title, all[1].size = "128 MiB", 128*mib
		all[2].title, all[2].files, all[2].size = "5 × 30 MiB", 5, 30*mib
		all[3].title, all[3].files = "100 × 64 KiB", 100
		all[4].title, all[4].size = "128 MiB, fetched to disk", 128*mib
	}
	return all
}

// lines are the workloads over the emulated line.
func lines(quick bool) []workload {
	all := []workload{
		{name: "line-big", title: "200 MiB", files: 1, size: 200 * mib, line: true, atOnce: 1},
		{name: "line-small", title: "1,000 × 64 KiB", files: 1000, size: 64 * kib, line: true, atOnce: 16},
	}
	if quick {
		all[0].title, all[0].size = "25 MiB", 25*mib
	}
	return all
}

// data returns the file, or the folder of files, of a workload: random bytes,
// made once, and read into the page cache.
func (w workload) data(dir string) (string, error) {
	dir = filepath.Join(dir, fmt.Sprintf("%dx%d", w.files, w.size))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for i := range w.files {
		if err := w.ready(filepath.Join(dir, fmt.Sprintf("%04d.bin", i))); err != nil {
			return "", err
		}
	}
	if w.files == 1 {
		return filepath.Join(dir, "0000.bin"), nil
	}
	return dir, nil
}

// ready makes a file where it is not there whole, and reads it once.
func (w workload) ready(path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() != w.size {
		if err := fill(path, w.size); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return err
}

func fill(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, rand.Reader, size)
	return errors.Join(err, f.Close())
}
