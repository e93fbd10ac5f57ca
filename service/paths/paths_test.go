package paths

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestHomeMovesEverything(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv(Home, "portable")
	found, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	want := Paths{Config: filepath.Join(here, "portable"), Data: filepath.Join(here, "portable", "data")}
	if found != want {
		t.Errorf("Find() = %v, want %v", found, want)
	}
}

func TestMake(t *testing.T) {
	old := t.TempDir()
	if err := os.Chmod(old, 0o755); err != nil {
		t.Fatal(err)
	}
	p := Paths{Config: old, Data: filepath.Join(old, "deep", "data")}
	for range 2 {
		if err := p.Make(); err != nil {
			t.Fatal(err)
		}
	}
	wantMode(t, p.Data, 0o700)
	wantMode(t, filepath.Dir(p.Data), 0o700)
	wantMode(t, old, 0o755)
}

func TestMakeTellsWhatIsInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Paths{Config: file, Data: file}).Make(); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("Make: %v", err)
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // the directory's access list rules there
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", path, got, want)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	if err := os.WriteFile(path, []byte("the old one, which is longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"new", "", strings.Repeat("long", 1<<18)} {
		if err := WriteFile(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("read %d bytes, %v; want %d", len(got), err, len(content))
		}
		wantMode(t, path, 0o600)
	}
	wantOnly(t, dir, "a.json")
}

func TestWriteFileLeavesNothingBehindWhenItFails(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(target, "child"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(target, []byte("x")); err == nil {
		t.Error("a directory was replaced by a file")
	}
	wantOnly(t, dir, "taken")
	if err := WriteFile(filepath.Join(dir, "missing", "a"), nil); err == nil {
		t.Error("a file was written where there is no directory")
	}
}

func wantOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the directory holds %v, %v; want only %s", entries, err, name)
	}
}

// Whoever reads while others write sees one of the contents, whole.
func TestWriteFileIsAtomic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	content := func(letter byte) []byte { return bytes.Repeat([]byte{letter}, 64<<10) }
	if err := WriteFile(path, content('a')); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, letter := range []byte("bcd") {
		writers.Go(func() {
			for range 20 {
				if err := WriteFile(path, content(letter)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		got, err := os.ReadFile(path)
		if err != nil || len(got) == 0 || !bytes.Equal(got, content(got[0])) {
			t.Errorf("read %d bytes of a torn file, %v", len(got), err)
		}
	}
}

func TestDownloads(t *testing.T) {
	if dir := Downloads(); !filepath.IsAbs(dir) {
		t.Errorf("Downloads() = %q", dir)
	}
}
