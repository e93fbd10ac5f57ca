package transfer_test

import (
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dirty counts the pages of a file that have not reached the disk, with
// cachestat(2); false where the kernel has none (before Linux 6.5).
func dirty(t *testing.T, path string) (pages uint64, known bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all [2]uint64 // struct cachestat_range: of length 0, which is the whole file
	var told struct{ Cached, Dirty, Writeback, Evicted, RecentlyEvicted uint64 }
	_, _, errno := unix.Syscall6(unix.SYS_CACHESTAT, f.Fd(), uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&told)), 0, 0, 0)
	return told.Dirty + told.Writeback, errno == 0
}

// TestWhatIsSavedIsOnTheDisk: it outlives a power cut.
func TestWhatIsSavedIsOnTheDisk(t *testing.T) {
	unsynced := filepath.Join(t.TempDir(), "unsynced")
	if err := os.WriteFile(unsynced, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if pages, known := dirty(t, unsynced); !known || pages == 0 {
		t.Skip("the system does not tell what is on the disk here")
	}
	downloading(t, func(b *bench) {
		key, _ := b.stored(5_000_000)
		path, err := b.download(key, "f")
		if err != nil {
			b.Fatal(err)
		}
		if pages, _ := dirty(t, path); pages > 0 {
			b.Errorf("%d pages are not on the disk", pages)
		}
	})
}
