package transfer_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/service/transfer"
)

// TestWhatLiesAtThePathOfAPartFileIsNotTakenForIt: it may be anybody's by now, and is
// neither written to nor removed.
func TestWhatLiesAtThePathOfAPartFileIsNotTakenForIt(t *testing.T) {
	for name, size := range map[string]int{"shorter": 1000, "as long": 28 << 20, "longer": 29 << 20} {
		t.Run(name, func(t *testing.T) {
			resuming(t, func(b *bench) {
				_, content, d := b.interruptedDownload()
				foreign := strings.Repeat("somebody's ", size/11+1)[:size]
				write(t, d.Path+".part", foreign)
				b.restart()
				path, err := b.engine.Download(context.Background(), d)
				if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != content {
					t.Errorf("saved as %q, %v", path, err)
				}
				if got, err := os.ReadFile(d.Path + ".part"); err != nil || string(got) != foreign {
					t.Errorf("the other file was touched, %v", err)
				}
				b.restart()
				if n := len(b.engine.LeftDownloads("here")); n > 0 {
					t.Errorf("%d downloads are still left", n)
				}
			})
		})
	}
}

// TestAPartFileThatIsAwayKeepsItsName: another download of that name does not take it,
// for the first would go on in it.
func TestAPartFileThatIsAwayKeepsItsName(t *testing.T) {
	resuming(t, func(b *bench) {
		_, content, d := b.interruptedDownload()
		b.must(os.Remove(d.Path + ".part"))
		b.restart()
		key, other := b.stored(100)
		var parts []string
		b.fake.SetBefore(func(op string) error {
			if op == "fetch" {
				parts, _ = filepath.Glob(filepath.Join(b.dir, "to", "*.part"))
			}
			return nil
		})
		path, err := b.engine.Download(context.Background(), transfer.Download{Target: "here", FileKey: key, Path: d.Path})
		b.fake.SetBefore(nil)
		if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != other {
			t.Errorf("saved as %q, %v", path, err)
		}
		if want := []string{filepath.Join(b.dir, "to", "f (2).bin.part")}; !slices.Equal(parts, want) {
			t.Errorf("the part files are %q", parts)
		}
		path, err = b.engine.Download(context.Background(), d)
		if got, _ := os.ReadFile(path); err != nil || filepath.Base(path) != "f (2).bin" || string(got) != content {
			t.Errorf("the first is saved as %q, %v", path, err)
		}
	})
}
