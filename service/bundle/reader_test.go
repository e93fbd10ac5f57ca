package bundle_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

// span is what one ReadAt asks for.
type span struct{ from, length int }

func drawTree(t *rapid.T, dir string) map[string]string {
	files := rapid.MapOfN(
		rapid.StringMatching(`[a-c](/[a-c]{2}){0,2}/[d-fé📎]{1,5}`),
		rapid.StringOfN(rapid.RuneFrom([]rune("xyz\x00")), 0, 5000, -1), 1, 12).Draw(t, "files")
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func drawSpans(t *rapid.T, size int) [][]span {
	one := rapid.Custom(func(t *rapid.T) span {
		return span{rapid.IntRange(0, size).Draw(t, "from"), rapid.IntRange(0, 4000).Draw(t, "length")}
	})
	return rapid.SliceOfN(rapid.SliceOfN(one, 1, 8), 1, 4).Draw(t, "spans")
}

// Whatever is read by whom in which order, the bytes are those of one reading
// from begin to end, and archive/zip gets every file back from them.
func TestAnyOrderGivesTheSameBytes(t *testing.T) {
	parent := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(parent, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		files := drawTree(t, dir)
		fresh := func() (*bundle.Bundle, transfer.Reader) {
			b, err := bundle.New(context.Background(), "x.zip", []string{dir})
			if err != nil {
				t.Fatal(err)
			}
			r, err := b.Open()
			if err != nil {
				t.Fatal(err)
			}
			return b, r
		}
		b, r := fresh()
		defer r.Close()
		want, err := io.ReadAll(io.NewSectionReader(r, 0, 1<<62))
		if err != nil || int64(len(want)) != b.Size() {
			t.Fatalf("%d bytes of %d, %v", len(want), b.Size(), err)
		}
		_, other := fresh()
		defer other.Close()
		readSpans(t, other, want, drawSpans(t, len(want)))
		if diff := cmp.Diff(files, contents(t, want, filepath.Base(dir))); diff != "" {
			t.Fatal(diff)
		}
	})
}

// readSpans reads each list of spans in a goroutine of its own.
func readSpans(t *rapid.T, r io.ReaderAt, want []byte, all [][]span) {
	var group sync.WaitGroup
	for _, spans := range all {
		group.Go(func() {
			for _, s := range spans {
				if err := readSpan(r, want, s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func readSpan(r io.ReaderAt, want []byte, s span) error {
	p := make([]byte, s.length)
	n, err := r.ReadAt(p, int64(s.from))
	expect := want[s.from:min(s.from+s.length, len(want))]
	if !bytes.Equal(p[:n], expect) {
		return fmt.Errorf("%v: other bytes", s)
	}
	if err != nil && err != io.EOF || (err == io.EOF) != (n < s.length) {
		return fmt.Errorf("%v: %d bytes, %w", s, n, err)
	}
	return nil
}

// contents returns what is in an archive, by the name below its folder.
func contents(t *rapid.T, archive []byte, folder string) map[string]string {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(f.Name, err)
		}
		got[strings.TrimPrefix(f.Name, folder+"/")] = string(data)
	}
	return got
}

// threeFiles are larger than what is read at once for a checksum.
func threeFiles(t *testing.T) (dir string, size int) {
	const n = 700_000
	return tree(t, map[string]string{
		"a": strings.Repeat("a", n), "b": strings.Repeat("bc", n/2), "c": strings.Repeat("c", n),
	}), n
}

// Sending needs one pass: the directory is made of what was served, however it
// was cut, and needs no file again.
func TestWhatWasServedIsNotReadAgain(t *testing.T) {
	for _, parts := range []int64{1, 3, 7} {
		dir, _ := threeFiles(t)
		b := pack(t, dir)
		want := whole(t, pack(t, dir))
		r := open(t, b)
		length := (b.Size() + parts - 1) / parts
		for part := parts - 1; part >= 0; part-- {
			if err := readSpan(r, want, span{int(part * length), int(length)}); err != nil {
				t.Fatal(err)
			}
		}
		must(t, os.RemoveAll(dir))
		again := open(t, b) // has no file open
		if err := readSpan(again, want, span{len(want) - 200, 200}); err != nil {
			t.Error(err)
		}
	}
}

// After a restart, what was sent is read once more, before the part that needs
// its checksums is begun.
func TestPrepareReadsWhatLiesBefore(t *testing.T) {
	dir, n := threeFiles(t)
	want := whole(t, pack(t, dir))
	b := pack(t, dir)
	r := open(t, b)
	from := int64(2*n + n/2) // amid the third file
	must(t, r.(transfer.Preparer).Prepare(t.Context(), from, b.Size()-from))
	must(t, os.Remove(filepath.Join(dir, "a")))
	must(t, os.Remove(filepath.Join(dir, "b")))
	if err := readSpan(open(t, b), want, span{int(from), int(b.Size() - from)}); err != nil {
		t.Error(err)
	}
}

// A part that begins amid a file and holds its end needs what lies before. Here
// that is changed behind everybody's back, so that it shows who reads it again.
func TestPrepareForADescriptor(t *testing.T) {
	dir, n := threeFiles(t)
	want := whole(t, pack(t, dir))
	r := open(t, pack(t, dir))
	part := span{n - 1000, 2000}
	must(t, r.(transfer.Preparer).Prepare(t.Context(), int64(part.from), int64(part.length)))
	path := filepath.Join(dir, "a")
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("other")
	must(t, errors.Join(err, f.Close(), os.Chtimes(path, modified, modified)))
	if err := readSpan(r, want, part); err != nil {
		t.Error(err)
	}
}

func TestPrepareReadsNothingThatIsNotNeeded(t *testing.T) {
	dir, n := threeFiles(t)
	b := pack(t, dir)
	r := open(t, b)
	must(t, os.RemoveAll(dir))
	p := r.(transfer.Preparer)
	must(t, p.Prepare(t.Context(), 0, b.Size()))            // it will all be read anyway
	must(t, p.Prepare(t.Context(), int64(n/3), int64(n/3))) // data alone
	must(t, p.Prepare(t.Context(), b.Size()-22, 22))        // the end record
	must(t, p.Prepare(t.Context(), b.Size()+1, 5))          // nothing
	err := p.Prepare(t.Context(), int64(n/3), int64(n))     // a descriptor
	wantFileError(t, err, filepath.Join(dir, "a"), transfer.ErrVanished)
	err = p.Prepare(t.Context(), b.Size()-30, 10) // the directory's last entry
	wantFileError(t, err, filepath.Join(dir, "c"), transfer.ErrVanished)
}

func TestPrepareEndsWithItsContextAndTheReader(t *testing.T) {
	dir, _ := threeFiles(t)
	b := pack(t, dir)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	r := open(t, b)
	if err := r.(transfer.Preparer).Prepare(ctx, b.Size()-100, 100); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	must(t, r.Close())
	if err := r.(transfer.Preparer).Prepare(t.Context(), b.Size()-100, 100); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
	for _, at := range []int64{100, b.Size() - 100} {
		if _, err := r.ReadAt(make([]byte, 50), at); !errors.Is(err, os.ErrClosed) {
			t.Errorf("at %d: got %v", at, err)
		}
	}
}

// Many who need the same checksums at once get them.
func TestChecksumsAreMadeByManyAtOnce(t *testing.T) {
	dir, _ := threeFiles(t)
	want := whole(t, pack(t, dir))
	r := open(t, pack(t, dir))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := readSpan(r, want, span{len(want) - 300, 300}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestReadAtRefusesWhatIsBeforeTheBegin(t *testing.T) {
	b := pack(t, tree(t, map[string]string{"f": "x"}))
	if _, err := open(t, b).ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("it was read")
	}
	if n, err := open(t, b).ReadAt(make([]byte, 1), b.Size()); n != 0 || err != io.EOF {
		t.Errorf("%d bytes, %v", n, err)
	}
}
