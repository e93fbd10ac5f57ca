package store

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"quicksync.me/desktop/service/node/unixfs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var alice, bob = Owner{1}, Owner{2}

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// begin starts an upload of alice's.
func begin(t *testing.T, s *Store, size int64, parts int) Ref {
	t.Helper()
	f, err := s.Begin(t.Context(), alice, Draft{Name: "name", TotalParts: parts, Size: size}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return Ref{alice, f.Key, f.UploadID}
}

func put(t *testing.T, s *Store, ref Ref, number int, content []byte) string {
	t.Helper()
	p, err := s.PutPart(t.Context(), ref, number, bytes.NewReader(content), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return p.Tag()
}

// store puts content as parts of the given sizes and completes it.
func storeParts(t *testing.T, s *Store, content []byte, sizes ...int) File {
	t.Helper()
	ref := begin(t, s, int64(len(content)), len(sizes))
	var tags []string
	for i, size := range sizes {
		tags = append(tags, put(t, s, ref, i+1, content[:size]))
		content = content[size:]
	}
	f, err := s.Complete(t.Context(), ref, tags)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

func cidOf(t *testing.T, content []byte) string {
	t.Helper()
	var b unixfs.Builder
	for chunk := range slices.Chunk(content, unixfs.LeafSize) {
		if err := b.Leaf(sha256.Sum256(chunk), len(chunk)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root.String()
}

// extentFiles returns the extents in a directory.
func extentFiles(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, extentsName), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const leaf = unixfs.LeafSize
