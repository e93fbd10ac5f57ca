package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"testing"
	"testing/iotest"
)

// splits are ways to cut a file into parts, aligned to leaves and not.
var splits = [][]int{
	{0}, {1}, {leaf}, {leaf + 1}, {0, 5}, {5, 0}, {leaf, 0}, {leaf, 1}, {leaf, leaf},
	{2 * leaf, leaf, 17}, {leaf - 1, leaf, leaf}, {100, 200, 300}, {1, 0, 0, leaf},
}

func TestFileIsWhatItsPartsWere(t *testing.T) {
	s := openStore(t, t.TempDir())
	for _, sizes := range splits {
		t.Run(fmt.Sprint(sizes), func(t *testing.T) {
			total := 0
			for _, size := range sizes {
				total += size
			}
			content := noise(total)
			f := storeParts(t, s, content, sizes...)
			if want := cidOf(t, content); f.CID != want {
				t.Errorf("CID %s, want %s", f.CID, want)
			}
			_, r, err := s.Open(t.Context(), f.Key)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if total < leaf/2 || len(sizes) < 3 {
				// iotest reads in small pieces, seeks everywhere, and takes its time.
				err = iotest.TestReader(r, content)
			} else {
				var got []byte
				if got, err = io.ReadAll(r); err == nil && !bytes.Equal(got, content) {
					err = errors.New("the content differs")
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestContentCopiesAcrossExtents(t *testing.T) {
	s := openStore(t, t.TempDir())
	content := noise(3*leaf + 5)
	f := storeParts(t, s, content, leaf, leaf, leaf+5)
	_, r, err := s.Open(t.Context(), f.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Seek(leaf-3, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for err == nil {
		_, err = r.(*Content).CopyTo(&got, leaf/2+1)
	}
	if err != io.EOF || !bytes.Equal(got.Bytes(), content[leaf-3:]) {
		t.Errorf("copied %d bytes, %v", got.Len(), err)
	}
}

func TestReadingADeletedFileFails(t *testing.T) {
	s := openStore(t, t.TempDir())
	f := storeParts(t, s, noise(leaf+1), leaf, 1)
	_, r, err := s.Open(t.Context(), f.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := s.Delete(t.Context(), alice, f.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read: %v", err)
	}
}

func TestTruncatedExtentIsNoEnd(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	f := storeParts(t, s, noise(100), 100)
	if err := os.Truncate(extentFiles(t, dir)[0], 50); err != nil {
		t.Fatal(err)
	}
	_, r, err := s.Open(t.Context(), f.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read: %v", err)
	}
}
