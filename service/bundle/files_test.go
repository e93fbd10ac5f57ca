package bundle

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Far more goroutines than files may be open read far more members: all get
// their bytes, and no more than maxOpen are open at any time.
func TestFewMembersAreOpenAtOnce(t *testing.T) {
	const members, readers = 10 * maxOpen, 4 * maxOpen
	dir := t.TempDir()
	for i := range members {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d", i)), fmt.Appendf(nil, "%03d", i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := New(t.Context(), "x.zip", []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	f := newFiles()
	var group sync.WaitGroup
	for r := range readers {
		group.Go(func() {
			for i := range members {
				n := (i*7 + r*13) % members
				p := make([]byte, 3)
				if err := f.readAt(b.members[n], p, 0); err != nil || string(p) != fmt.Sprintf("%03d", n) {
					t.Errorf("member %d: %q, %v", n, p, err)
				}
				f.mu.Lock()
				if len(f.open) > maxOpen {
					t.Errorf("%d files are open", len(f.open))
				}
				f.mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(f.open) != maxOpen {
		t.Errorf("%d files are kept open", len(f.open))
	}
}

func TestCloseClosesWhatIsReadWhenItIsNotAnyMore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := New(t.Context(), "x.zip", []string{path})
	if err != nil {
		t.Fatal(err)
	}
	f := newFiles()
	h, err := f.take(b.members[0])
	if err != nil {
		t.Fatal(err)
	}
	f.close()
	if _, err := h.file.Stat(); err != nil {
		t.Errorf("it was closed while it was read: %v", err)
	}
	if _, err := f.take(b.members[0]); err != os.ErrClosed {
		t.Errorf("got %v", err)
	}
	f.giveBack(h)
	if _, err := h.file.Stat(); err == nil || len(f.open) != 0 {
		t.Error("it is still open")
	}
}
