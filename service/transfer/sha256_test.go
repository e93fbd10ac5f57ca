package transfer_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/service/transfer"
)

func TestSHA256OfWhatWasUploaded(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		for _, size := range []int{0, 1, 3<<20 + 1} {
			path := b.file("f", size)
			id := b.add(path)[0]
			b.arrived(id, path)
			var read atomic.Int64
			got, err := b.engine.SHA256(context.Background(), id, &read)
			want := sha256.Sum256(b.fake.Content(b.status(id).FileKey))
			if err != nil || got != hex.EncodeToString(want[:]) {
				b.Errorf("%d bytes: %s, %v; want %x", size, got, err, want)
			}
			if read.Load() != int64(size) {
				b.Errorf("%d bytes were counted, of %d", read.Load(), size)
			}
		}
	})
}

func TestSHA256OnlyOfWhatWasUploaded(t *testing.T) {
	inBubble(t, transfer.Config{}, func(b *bench) {
		path := b.file("f", 1000)
		id := b.add(path)[0]
		b.arrived(id, path)
		sum := func(ctx context.Context) error {
			got, err := b.engine.SHA256(ctx, id, new(atomic.Int64))
			if err != nil && got != "" {
				b.Errorf("%q beside an error", got)
			}
			return err
		}
		errStop := errors.New("nobody wants it any more")
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(errStop)
		if err := sum(ctx); !errors.Is(err, errStop) {
			b.Errorf("cancelled: %v", err)
		}
		write(b.T, path, "another content")
		if err := sum(context.Background()); !errors.Is(err, transfer.ErrChangedSince) {
			b.Errorf("changed: %v", err)
		}
		if err := os.Remove(path); err != nil {
			b.Fatal(err)
		}
		if err := sum(context.Background()); !errors.Is(err, transfer.ErrVanished) {
			b.Errorf("vanished: %v", err)
		}
		if _, err := b.engine.SHA256(context.Background(), "nobody", nil); !errors.Is(err, transfer.ErrNotFinished) {
			b.Errorf("not there: %v", err)
		}
	})
}

// changing is a source that changes while it is read.
type changing struct{ transfer.Source }

func (c changing) Open() (transfer.Reader, error) {
	r, err := c.Source.Open()
	if err == nil {
		err = os.Chtimes(c.Path(), time.Time{}, time.Now().Add(time.Hour))
	}
	return r, err
}

func TestSHA256OfAFileThatChangesMeanwhile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "f"), "content")
	src := changing{transfer.FileAt(path)}
	was, err := src.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if sum, err := transfer.SHA256(t.Context(), src, was, new(atomic.Int64)); !errors.Is(err, transfer.ErrChangedSince) || sum != "" {
		t.Errorf("%q, %v, want ErrChangedSince", sum, err)
	}
}
