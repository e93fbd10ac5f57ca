package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// stored puts a file into the bucket and returns its key and content.
func (b *bench) stored(size int) (fileKey, content string) {
	b.Helper()
	path := b.file("stored", size)
	id := b.add(path)[0]
	b.arrived(id, path)
	return b.status(id).FileKey, string(b.fake.Content(b.status(id).FileKey))
}

func (b *bench) download(key, name string) (string, error) {
	return b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", name)})
}

// folder lists a folder's names and checks that nothing unfinished is there.
func (b *bench) folder() (names []string) {
	b.Helper()
	entries, err := os.ReadDir(filepath.Join(b.dir, "to"))
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".part") {
			b.Errorf("%s is left", e.Name())
		}
		names = append(names, e.Name())
	}
	return names
}

func downloading(t *testing.T, run func(b *bench)) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		if err := os.Mkdir(filepath.Join(b.dir, "to"), 0o700); err != nil {
			b.Fatal(err)
		}
		run(b)
	})
}

func TestDownloadNeverReplacesAFile(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(600_000)
		for _, want := range []string{"a.tar.gz", "a.tar (2).gz", "a.tar (3).gz"} {
			path, err := b.download(key, "a.tar.gz")
			if err != nil || filepath.Base(path) != want {
				b.Fatalf("saved as %q, %v; want %q", path, err, want)
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				b.Errorf("%s has other bytes", want)
			}
		}
		if n := len(b.folder()); n != 3 {
			b.Errorf("%d files", n)
		}
	})
}

func TestDownloadNames(t *testing.T) {
	long := strings.Repeat("п", 125) + ".jpeg" // 255 bytes
	for name, second := range map[string]string{
		".hidden": ".hidden (2)",
		"noext":   "noext (2)",
		long:      strings.Repeat("п", 123) + " (2).jpeg",
	} {
		downloading(t, func(b *bench) {
			key, _ := b.stored(1)
			for _, want := range []string{name, second} {
				if path, err := b.download(key, name); err != nil || filepath.Base(path) != want {
					b.Errorf("saved as %q, %v; want %q", path, err, want)
				}
			}
		})
	}
}

func TestDownloadSizes(t *testing.T) {
	for _, size := range []int{0, 1, 1 << 20} {
		downloading(t, func(b *bench) {
			key, content := b.stored(size)
			path, err := b.download(key, "f")
			if err != nil {
				b.Fatal(err)
			}
			if got, _ := os.ReadFile(path); string(got) != content {
				b.Errorf("%d bytes came back changed", size)
			}
		})
	}
}

// brokenLine is a bucket whose content breaks off after so many bytes.
type brokenLine struct {
	*transfertest.Fake
	breaks  atomic.Int32
	ranges  bool
	fetched atomic.Int64
}

func (l *brokenLine) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	if !l.ranges {
		from = 0
	}
	c, err := l.Fake.Fetch(ctx, link, from, until)
	if err != nil {
		return nil, err
	}
	data, _ := io.ReadAll(c)
	if until < 0 && l.breaks.Add(-1) >= 0 {
		data = data[:len(data)/2]
	}
	l.fetched.Add(int64(len(data)))
	c.ReadCloser = io.NopCloser(bytes.NewReader(data))
	return c, nil
}

func TestDownloadGoesOnWhereTheLineBroke(t *testing.T) {
	for name, ranges := range map[string]bool{"with ranges": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			downloading(t, func(b *bench) {
				key, content := b.stored(1 << 20)
				line := &brokenLine{Fake: b.fake, ranges: ranges}
				line.breaks.Store(3)
				b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: line, Limits: limits})
				path, err := b.download(key, "f")
				if err != nil {
					b.Fatal(err)
				}
				if got, _ := os.ReadFile(path); string(got) != content {
					b.Error("the bytes came back changed")
				}
				if ranges && line.fetched.Load() != 1<<20 {
					b.Errorf("%d bytes fetched for %d", line.fetched.Load(), 1<<20)
				}
			})
		})
	}
}

func TestDownloadFailsClearly(t *testing.T) {
	downloading(t, func(b *bench) {
		key, _ := b.stored(10)
		_, err := b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "nowhere", "f")})
		var f *transfer.FileError
		if !errors.As(err, &f) || f.Kind != transfer.ErrUnwritable || f.Path != filepath.Join(b.dir, "nowhere") {
			b.Errorf("into a folder that is not there: %v", err)
		}
		if _, err := b.download("no such key", "f"); !errors.Is(err, api.ErrNotFound) {
			b.Errorf("an unknown file: %v", err)
		}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: &wrongTotal{b.fake}, Limits: limits})
		if _, err := b.download(key, "f"); !errors.Is(err, transfer.ErrWrongSize) {
			b.Errorf("a content of another size: %v", err)
		}
		if names := b.folder(); len(names) != 0 {
			b.Errorf("left behind: %v", names)
		}
	})
}

// wrongTotal is a bucket that gives more than it declared.
type wrongTotal struct{ *transfertest.Fake }

func (w *wrongTotal) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c, err := w.Fake.Fetch(ctx, link, from, until)
	if err == nil {
		c.ReadCloser, c.Total = io.NopCloser(io.MultiReader(c.ReadCloser, strings.NewReader("more"))), c.Total+4
	}
	return c, err
}
