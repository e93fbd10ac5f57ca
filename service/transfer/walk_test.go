package transfer_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quicksync.me/desktop/service/transfer"
)

// write makes a file with its folders.
func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// walk returns what was found: name → "" or the kind of what is wrong.
func walk(t *testing.T, paths ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := transfer.Walk(t.Context(), paths, func(s transfer.Source) {
		found[s.Name()] = ""
		if _, err := s.Stat(); err != nil {
			var f *transfer.FileError
			if !errors.As(err, &f) {
				t.Fatalf("%v is no FileError", err)
			}
			found[s.Name()] = f.Kind.Error()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestWalkNamesFilesByTheirPathInTheFolder(t *testing.T) {
	dir := t.TempDir()
	single := write(t, filepath.Join(dir, "single.txt"), "1")
	write(t, filepath.Join(dir, "Photos", "a.jpg"), "2")
	write(t, filepath.Join(dir, "Photos", "2024", "б 📎.jpg"), "3")
	want := map[string]string{"single.txt": "", "Photos/a.jpg": "", "Photos/2024/б 📎.jpg": ""}
	if diff := cmp.Diff(want, walk(t, single, filepath.Join(dir, "Photos"))); diff != "" {
		t.Error(diff)
	}
}

func TestWalkReportsWhatCannotBeSentAndGoesOn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	dir := filepath.Join(t.TempDir(), "d")
	write(t, filepath.Join(dir, "good"), "x")
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link(dir, "around")         // a folder in itself
	link("itself", "itself")    // a link to itself
	link("nowhere", "nowhere2") // a link to nothing
	link("good", "alias")
	link("/dev/null", "device")
	want := map[string]string{
		"d/good": "", "d/alias": "",
		"d/around":   transfer.ErrLoop.Error(),
		"d/itself":   transfer.ErrLoop.Error(),
		"d/nowhere2": transfer.ErrVanished.Error(),
		"d/device":   transfer.ErrNotFile.Error(),
	}
	if diff := cmp.Diff(want, walk(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestWalkReportsWhatIsNotThere(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	if got := walk(t, missing)["missing"]; got != transfer.ErrVanished.Error() {
		t.Errorf("got %q", got)
	}
}

func TestWalkStreams(t *testing.T) {
	dir := t.TempDir()
	for i := range 1000 {
		write(t, filepath.Join(dir, strings.Repeat("n", 1+i/10), string(rune('a'+i%10))), "")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	seen := 0
	err := transfer.Walk(ctx, []string{dir}, func(transfer.Source) {
		if seen++; seen == 10 {
			cancel(enough)
		}
	})
	if !errors.Is(err, enough) || seen != 10 {
		t.Errorf("after %d files: %v", seen, err)
	}
}

func TestSameTellsVersionsApart(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "f"), "one")
	var src transfer.Source
	_ = transfer.Walk(t.Context(), []string{path}, func(s transfer.Source) { src = s })
	stat := func() transfer.Version {
		v, err := src.Stat()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := stat()
	if !first.Same(stat()) {
		t.Error("an untouched file is another")
	}
	write(t, path+".new", "two")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path+".new", info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if first.Same(stat()) {
		t.Error("another file of the same size and time passes for the first")
	}
}
