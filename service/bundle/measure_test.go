package bundle_test

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

// TestMeasure counts what is there, whether it is kept or not, and only what is
// kept has a size before its turn.
func TestMeasure(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "12345", "in/b.txt": "678", "none/": ""})
	whole := pack(t, dir).Size()
	for most, size := range map[int]int64{1: 0, 2: 0, 3: whole, 4: whole, 1000: whole} {
		l := bundle.Whole("all.zip", dir)
		files, bytes, err := l.Measure(t.Context(), most)
		if err != nil || files != 2 || bytes != 8 {
			t.Errorf("at most %d: %d files of %d bytes, %v", most, files, bytes, err)
		}
		if l.Size() != size {
			t.Errorf("at most %d: the archive has %d bytes, want %d", most, l.Size(), size)
		}
		if v, err := l.Stat(); err != nil || v.Size != whole || l.Size() != whole {
			t.Errorf("at most %d: %+v, %v", most, v, err)
		}
	}
	must(t, os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "broken")))
	l := bundle.Whole("all.zip", dir)
	if files, bytes, err := l.Measure(t.Context(), 10); err != nil || files != 3 || bytes != 8 || l.Size() != 0 {
		t.Errorf("with one that cannot be sent: %d files of %d bytes, %v", files, bytes, err)
	}
	if _, err := l.Stat(); !errors.Is(err, transfer.ErrVanished) {
		t.Errorf("its error is %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := l.Measure(ended, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

// TestMeasuredServesTheTurnThatComesSoon: what a person does to the folder later, or
// to its files at any time, is found all the same.
func TestMeasuredServesTheTurnThatComesSoon(t *testing.T) {
	for what, c := range map[string]struct {
		wait   time.Duration
		change func(dir string, l *bundle.Lazy)
		files  int
	}{
		"soon":         {0, func(dir string, _ *bundle.Lazy) { plant(t, filepath.Join(dir, "new"), false, "x") }, 1},
		"late":         {time.Hour, func(dir string, _ *bundle.Lazy) { plant(t, filepath.Join(dir, "new"), false, "x") }, 2},
		"let go":       {0, func(dir string, l *bundle.Lazy) { plant(t, filepath.Join(dir, "new"), false, "x"); l.Release() }, 2},
		"forgotten":    {0, func(dir string, l *bundle.Lazy) { plant(t, filepath.Join(dir, "new"), false, "x"); l.Forget() }, 2},
		"another file": {0, func(dir string, _ *bundle.Lazy) { plant(t, filepath.Join(dir, "a.txt"), false, "longer") }, 1},
	} {
		dir := tree(t, map[string]string{"a.txt": "12345"})
		l := bundle.Whole("all.zip", dir)
		synctest.Test(t, func(t *testing.T) {
			_, _, err := l.Measure(t.Context(), 10)
			must(t, err)
			c.change(dir, l)
			time.Sleep(c.wait)
			if _, err := l.Stat(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		})
		l.Release() // it is used now, and stays
		size := l.Size()
		r, err := l.Open()
		must(t, err)
		got := files(t, r, size)
		must(t, r.Close())
		if got != c.files {
			t.Errorf("%s: the archive holds %d files, want %d", what, got, c.files)
		}
	}
}

// TestALookTakesWhatWasMeasured only while it is so: what is looked at again ends with
// its context, and serves Stat and Open.
func TestALookTakesWhatWasMeasured(t *testing.T) {
	dir := tree(t, map[string]string{"a.txt": "12345"})
	l := bundle.Whole("all.zip", dir)
	_, _, err := l.Measure(t.Context(), 10)
	must(t, err)
	must(t, os.Remove(filepath.Join(dir, "a.txt")))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Look(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("what is not there any more was looked at: %v", err)
	}
	plant(t, filepath.Join(dir, "b.txt"), false, "12")
	must(t, l.Look(t.Context()))
	if v, err := l.Stat(); err != nil || v.Size != l.Size() {
		t.Errorf("%+v, %v", v, err)
	}
}

// files counts the members of an archive.
func files(t *testing.T, r transfer.Reader, size int64) int {
	t.Helper()
	z, err := zip.NewReader(r, size)
	must(t, err)
	return len(z.File)
}
