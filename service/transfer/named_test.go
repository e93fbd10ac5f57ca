package transfer_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"quicksync.me/desktop/service/transfer"
)

// deaf is a journal to which a kill comes before it has forgotten anything.
type deaf struct{ transfer.Journal }

func (deaf) Forget(string) error { return nil }

// TestKilledWhenTheFileHadGotItsName: the name was given, but the journal does not
// know. The file is saved, once, and what the person has made of it since is not
// touched.
func TestKilledWhenTheFileHadGotItsName(t *testing.T) {
	changed := func(path string) error {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt([]byte("changed"), 10<<20)
		return err
	}
	for name, c := range map[string]struct {
		name   string // that it got
		linked bool   // the kill came before the old name was taken away
		since  func(path string) error
		want   string // the name that the next run returns
	}{
		"and lost the old one":              {name: "f.bin", want: "f.bin"},
		"beside somebody's file":            {name: "f (2).bin", want: "f (2).bin"},
		"and lost the old one, and changed": {name: "f.bin", since: changed, want: "f (2).bin"},
		"and has both":                      {name: "f.bin", linked: true, want: "f.bin"},
		"and has both, and changed":         {name: "f.bin", linked: true, since: changed, want: "f.bin"},
		"beside somebody's, and has both":   {name: "f (2).bin", linked: true, since: changed, want: "f (2).bin"},
	} {
		t.Run(name, func(t *testing.T) {
			resuming(t, func(b *bench) {
				d, path := b.named(c.name)
				if c.linked {
					b.must(os.Link(path, d.Path+".part"))
				}
				if c.since != nil {
					b.must(c.since(path))
				}
				b.savedAs(d, path, filepath.Join(b.dir, "to", c.want))
			})
		})
	}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// named downloads a file which gets this name, while the journal hears nothing of it.
func (b *bench) named(name string) (d transfer.Download, path string) {
	b.Helper()
	b.engine.Close()
	b.engine = transfer.New(transfer.Config{Workers: 1, Journal: deaf{b.journal}})
	b.connect("s1")
	b.must(os.Mkdir(filepath.Join(b.dir, "to"), 0o700))
	key, _ := b.stored(28 << 20)
	d = transfer.Download{Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", "f.bin")}
	if name != "f.bin" {
		write(b.T, d.Path, "somebody's")
	}
	path, err := b.engine.Download(context.Background(), d)
	if err != nil || filepath.Base(path) != name {
		b.Fatalf("saved as %q, %v", path, err)
	}
	return d, path
}

// savedAs goes on with a download that has the name path, in the next run: it is want
// that it says, and path is as it was.
func (b *bench) savedAs(d transfer.Download, path, want string) {
	b.Helper()
	before, err := os.ReadFile(path)
	b.must(err)
	b.restart()
	if n := len(b.engine.LeftDownloads("here")); n != 1 {
		b.Fatalf("%d downloads are left", n)
	}
	fetched := b.fake.Calls("fetch")
	d.Received = new(atomic.Int64)
	got, err := b.engine.Download(context.Background(), d)
	if err != nil || got != want || d.Received.Load() != 28<<20 {
		b.Errorf("saved as %q with %d bytes, %v", got, d.Received.Load(), err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		b.Errorf("%s was touched, %v", path, err)
	}
	if n := b.fake.Calls("fetch") - fetched; want == path && n > 0 {
		b.Errorf("fetched anew, in %d calls", n)
	}
	b.folder()
	b.restart()
	if n := len(b.engine.LeftDownloads("here")); n > 0 {
		b.Errorf("%d downloads are still left", n)
	}
}
