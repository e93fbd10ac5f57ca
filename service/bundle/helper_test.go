package bundle_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

// modified is when the files of these tests were changed last. The seconds are
// even, as DOS counts them, and there is more to it than seconds.
var modified = time.Date(2024, 5, 6, 7, 8, 10, 123456789, time.UTC)

// tree makes files below a new folder, with their folders, and returns it. A
// name that ends with "/" is an empty folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	for name, content := range files {
		plant(t, filepath.Join(dir, filepath.FromSlash(name)), strings.HasSuffix(name, "/"), content)
	}
	return dir
}

func plant(t testing.TB, path string, folder bool, content string) {
	t.Helper()
	if folder {
		must(t, os.MkdirAll(path, 0o700))
	} else {
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(content), 0o600))
	}
	must(t, os.Chtimes(path, modified, modified))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pack(t testing.TB, paths ...string) *bundle.Bundle {
	t.Helper()
	b, err := bundle.New(t.Context(), "all.zip", paths)
	must(t, err)
	return b
}

func open(t testing.TB, b *bundle.Bundle) transfer.Reader {
	t.Helper()
	r, err := b.Open()
	must(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

// whole reads an archive from its first byte to its last.
func whole(t testing.TB, b *bundle.Bundle) []byte {
	t.Helper()
	data, err := io.ReadAll(io.NewSectionReader(open(t, b), 0, b.Size()+1))
	must(t, err)
	if int64(len(data)) != b.Size() {
		t.Fatalf("the archive has %d bytes, and Size tells %d", len(data), b.Size())
	}
	return data
}

// unpack returns what archive/zip reads of an archive: content by name.
func unpack(t testing.TB, b *bundle.Bundle) map[string]string {
	t.Helper()
	z, err := zip.NewReader(open(t, b), b.Size())
	must(t, err)
	got := map[string]string{}
	for _, f := range z.File {
		if _, twice := got[f.Name]; twice {
			t.Errorf("%q is there twice", f.Name)
		}
		got[f.Name] = content(t, f)
	}
	return got
}

func content(t testing.TB, f *zip.File) string {
	t.Helper()
	r, err := f.Open()
	must(t, err)
	defer r.Close()
	data, err := io.ReadAll(r)
	must(t, err)
	return string(data)
}
