package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/flow"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/service/transfer/transfertest"
)

// hollow is a bucket of one file of zeros, of any size.
type hollow struct {
	*transfertest.Fake
	size    int64
	mu      sync.Mutex
	largest int64        // piece that was asked for
	bytes   atomic.Int64 // that were asked for
	refuses bool
}

func (h *hollow) Stat(context.Context, string) (api.File, error) {
	return api.File{Key: "key", Size: h.size, Completed: true}, nil
}

func (h *hollow) DownloadURL(context.Context, string, api.LinkOptions) (api.Link, error) {
	return api.Link{URL: "http://bucket.invalid/d/key"}, nil
}

func (h *hollow) LinkSize(context.Context, string) (int64, error) { return h.size, nil }

// zeros never end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func (h *hollow) Fetch(_ context.Context, _ string, from, until int64) (*api.Content, error) {
	length := max(min(until+1, h.size)-from, 0)
	h.mu.Lock()
	h.largest = max(h.largest, length)
	h.mu.Unlock()
	h.bytes.Add(length)
	if h.refuses {
		return nil, &api.Error{Op: "fetch", Kind: api.ErrRefused}
	}
	return &api.Content{ReadCloser: io.NopCloser(io.LimitReader(zeros{}, length)), Total: h.size, Ranged: true}, nil
}

// hollowed has the engine of a bench know a file of zeros.
func (b *bench) hollowed(h *hollow) *hollow {
	h.Fake = b.fake
	b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: h, Limits: limits})
	return h
}

// TestPiecesOfALargeFileAreSmall over any line, so that several are under way at once
// and that a break loses little.
func TestPiecesOfALargeFileAreSmall(t *testing.T) {
	for name, line := range map[string]flow.Line{
		"not known": {}, "far": {Trip: time.Second}, "fast": {Rate: 1e11, Width: 1}, "slow": {Rate: 1, Width: flow.Widest},
	} {
		for _, size := range []int64{16 << 30, 1 << 40, 64 << 40} {
			p, ok := transfer.DownloadLimits.Plan(size, line)
			if !ok || p.PartSize > 64<<20 || p.Parts < 256 {
				t.Errorf("over a line that is %s, a file of %d GiB comes in %d pieces of %d MiB, %t", name, size>>30, p.Parts, p.PartSize>>20, ok)
			}
		}
	}
}

// TestPiecesAreAskedForAsPlanned: none is larger than those of the plan.
func TestPiecesAreAskedForAsPlanned(t *testing.T) {
	downloading(t, func(b *bench) {
		h := b.hollowed(&hollow{size: 64 << 20, refuses: true})
		if _, err := b.download("key", "f"); !errors.Is(err, api.ErrRefused) {
			b.Error(err)
		}
		if p, _ := transfer.DownloadLimits.Plan(h.size, flow.Line{}); h.largest != p.PartSize {
			b.Errorf("a piece has %d bytes, want %d", h.largest, p.PartSize)
		}
	})
}

// TestASizeThatNoFileHas is told, and nothing is left.
func TestASizeThatNoFileHas(t *testing.T) {
	downloading(t, func(b *bench) {
		b.hollowed(&hollow{size: 1 << 62})
		if path, err := b.download("key", "f"); !errors.Is(err, transfer.ErrWrongSize) {
			b.Errorf("saved as %q, %v", path, err)
		}
		if names := b.folder(); len(names) > 0 {
			b.Errorf("left behind: %v", names)
		}
	})
}

// TestLargerPiecesOfAnEarlierVersionAreTakenUp as they are.
func TestLargerPiecesOfAnEarlierVersionAreTakenUp(t *testing.T) {
	const piece, size = 100 << 20, 101 << 20
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "f.part"), "")
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	sum := crc32.Checksum(make([]byte, piece), crc32.MakeTable(crc32.Castagnoli))
	left := journal.Entry{
		ID: "left", Download: true, Storage: "s1", FileKey: "key", Path: filepath.Join(dir, "f"), PartPath: path,
		Size: size, PartSize: piece, Parts: 2, Tags: map[int]string{1: fmt.Sprintf("crc32c-%08x", sum)},
	}
	inBubble(t, transfer.Config{Left: []journal.Entry{left}}, func(b *bench) {
		h := b.hollowed(&hollow{size: size})
		saved, err := b.engine.Download(context.Background(), b.engine.LeftDownloads("here")[0])
		got, _ := os.ReadFile(saved)
		if err != nil || saved != left.Path || len(got) != size || bytes.ContainsFunc(got, func(r rune) bool { return r != 0 }) {
			b.Errorf("%d bytes in %q, %v", len(got), saved, err)
		}
		if n := h.bytes.Load(); n != size-piece {
			b.Errorf("%d bytes fetched", n)
		}
	})
}

// TestAFileThatIsSmallerNowIsFetchedAnew: nothing of what was there before is in
// it, behind it, or counted.
func TestAFileThatIsSmallerNowIsFetchedAnew(t *testing.T) {
	const before, now = 5 << 20, 2 << 20
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "f.part"), strings.Repeat("x", before))
	sum := crc32.Checksum(bytes.Repeat([]byte("x"), 1<<20), crc32.MakeTable(crc32.Castagnoli))
	left := journal.Entry{
		ID: "left", Download: true, Storage: "s1", FileKey: "key", Path: filepath.Join(dir, "f"), PartPath: path,
		Size: before, PartSize: 1 << 20, Parts: 5, Tags: map[int]string{1: fmt.Sprintf("crc32c-%08x", sum)},
	}
	inBubble(t, transfer.Config{Left: []journal.Entry{left}}, func(b *bench) {
		b.hollowed(&hollow{size: now})
		d := b.engine.LeftDownloads("here")[0]
		d.Received = new(atomic.Int64)
		saved, err := b.engine.Download(context.Background(), d)
		if got, _ := os.ReadFile(saved); err != nil || saved != left.Path || !bytes.Equal(got, make([]byte, now)) {
			b.Errorf("%d bytes in %q, %v", len(got), saved, err)
		}
		if n := d.Received.Load(); n != now {
			b.Errorf("%d bytes counted", n)
		}
	})
}

// untold is hollow, and tells the size of its file by its link alone, at first wrongly.
type untold struct {
	*hollow
	asked atomic.Int32
}

func (u *untold) Stat(context.Context, string) (api.File, error) {
	return api.File{Key: "key", CID: "cid", Size: -1, Completed: true}, nil
}

func (u *untold) LinkSize(context.Context, string) (int64, error) {
	if u.asked.Add(1) == 1 {
		return 400_000, nil
	}
	return u.size, nil
}

// TestPiecesTellTheSizeOfTheSameContent, where nobody else does.
func TestPiecesTellTheSizeOfTheSameContent(t *testing.T) {
	const piece, size = 4 << 20, 5 << 20
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "f.part"), string(make([]byte, size)))
	sum := crc32.Checksum(make([]byte, piece), crc32.MakeTable(crc32.Castagnoli))
	left := journal.Entry{
		ID: "left", Download: true, Storage: "s1", FileKey: "key", Path: filepath.Join(dir, "f"), PartPath: path, CID: "cid",
		Size: size, PartSize: piece, Parts: 2, Tags: map[int]string{1: fmt.Sprintf("crc32c-%08x", sum)},
	}
	inBubble(t, transfer.Config{Left: []journal.Entry{left}}, func(b *bench) {
		u := &untold{hollow: b.hollowed(&hollow{size: size})}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: u, Limits: limits})
		saved, err := b.engine.Download(context.Background(), b.engine.LeftDownloads("here")[0])
		if got, _ := os.ReadFile(saved); err != nil || saved != left.Path || len(got) != size {
			b.Errorf("%d bytes in %q, %v", len(got), saved, err)
		}
		if n := u.bytes.Load(); n > size-piece+1 {
			b.Errorf("%d bytes fetched", n)
		}
	})
}
