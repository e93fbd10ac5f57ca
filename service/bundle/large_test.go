package bundle_test

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"quicksync.me/desktop/service/bundle"
)

// many is more members than 16 bits count.
const many = 100_000

// forest is one folder of a thousand files, most of them empty, and many links
// to it, each of which is taken for a folder of its own.
func forest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	thousand := filepath.Join(dir, "a folder of a thousand")
	must(t, os.Mkdir(thousand, 0o700))
	for i := range 1000 {
		var data []byte
		if i%10 == 0 {
			data = strconv.AppendInt(nil, int64(i), 10)
		}
		must(t, os.WriteFile(filepath.Join(thousand, fmt.Sprintf("a file with a usual name %06d.txt", i)), data, 0o600))
	}
	links := filepath.Join(dir, "forest")
	must(t, os.Mkdir(links, 0o700))
	for i := range many / 1000 {
		must(t, os.Symlink(thousand, filepath.Join(links, fmt.Sprintf("a folder of a thousand %03d", i))))
	}
	return links
}

// inUse is what the program holds in memory, in bytes.
func inUse() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestManyMembers(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	dir := forest(t)
	before := inUse()
	b := pack(t, dir)
	r := open(t, b)
	n, err := io.Copy(io.Discard, io.NewSectionReader(r, 0, b.Size()))
	must(t, err)
	used := inUse() - before
	t.Logf("%d members: %d MiB in memory, an archive of %d MiB", b.Members(), used>>20, b.Size()>>20)
	if n != b.Size() || b.Members() != many || used > 60<<20 {
		t.Errorf("%d of %d bytes, %d members, %d bytes in memory", n, b.Size(), b.Members(), used)
	}
	z, err := zip.NewReader(r, b.Size())
	must(t, err)
	if len(z.File) != many {
		t.Fatalf("archive/zip finds %d members", len(z.File))
	}
	for i := 0; i < many; i += 1010 {
		want := ""
		if i%10 == 0 {
			want = strconv.Itoa(i % 1000)
		}
		if got := content(t, z.File[i]); got != want {
			t.Errorf("%s holds %q, want %q", z.File[i].Name, got, want)
		}
	}
	t.Run("unzip", func(t *testing.T) { run(t, "", tool(t, "unzip"), "-tqq", save(t, b)) })
	t.Run("python", func(t *testing.T) {
		out := run(t, "", tool(t, "python3"), "-c", pythonTest, save(t, b))
		if strings.TrimSpace(out) != strconv.Itoa(many) {
			t.Errorf("it finds %s members", out)
		}
	})
}

// film is the size of a member that 32 bits do not hold.
const film = 4_400_000_000

// filmTree is a folder with a member of 4.1 GiB, which is nearly all a hole,
// and one behind it.
func filmTree(t *testing.T) string {
	t.Helper()
	dir := tree(t, map[string]string{"a film": "begin", "behind it": "small"})
	f, err := os.OpenFile(filepath.Join(dir, "a film"), os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	if err := f.Truncate(film); err != nil {
		t.Skip("this file system has no files of such a size:", err)
	}
	_, err = f.WriteAt([]byte("end"), film-3)
	must(t, err)
	return dir
}

func TestAMemberAndAPlaceOver4GiB(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads 4 GiB of zeros")
	}
	b := pack(t, filmTree(t))
	r := open(t, b)
	z, err := zip.NewReader(r, b.Size())
	must(t, err)
	large, behind := z.File[0], z.File[1]
	if large.UncompressedSize64 != film || large.CompressedSize64 != film || content(t, behind) != "small" {
		t.Errorf("%d bytes, and %q behind them", large.UncompressedSize64, content(t, behind))
	}
	at, err := large.DataOffset()
	must(t, err)
	for where, want := range map[int64]string{at: "begin\x00", at + film/2: "\x00\x00", at + film - 4: "\x00endPK\x07\x08"} {
		got := make([]byte, len(want))
		if _, err := r.ReadAt(got, where); err != nil || string(got) != want {
			t.Errorf("at %d: %q, %v; want %q", where, got, err, want)
		}
	}
	if at, err := behind.DataOffset(); err != nil || at < 1<<32 {
		t.Errorf("the second is at %d, %v", at, err)
	}
}

// The real programs read all of a large member, and its checksum.
func TestToolsReadOver4GiB(t *testing.T) {
	if os.Getenv("QUICKSYNC_SOAK") == "" {
		t.Skip("a long run: set QUICKSYNC_SOAK")
	}
	archive := save(t, pack(t, filmTree(t)))
	t.Run("archive/zip", func(t *testing.T) { checkAll(t, archive) })
	t.Run("unzip", func(t *testing.T) { run(t, "", tool(t, "unzip"), "-tqq", archive) })
	t.Run("python", func(t *testing.T) { run(t, "", tool(t, "python3"), "-c", pythonTest, archive) })
}

// checkAll lets archive/zip read every member and compare its checksum.
func checkAll(t *testing.T, archive string) {
	t.Helper()
	z, err := zip.OpenReader(archive)
	must(t, err)
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		if n, err := io.Copy(io.Discard, r); err != nil || n != int64(f.UncompressedSize64) {
			t.Errorf("%s: %d bytes, %v", f.Name, n, err)
		}
		r.Close()
	}
}

// A sweep over all members is what Stat costs.
func BenchmarkStat(b *testing.B) {
	dir := b.TempDir()
	for i := range 10_000 {
		must(b, os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), nil, 0o600))
	}
	archive := pack(b, dir)
	b.ResetTimer()
	for b.Loop() {
		if _, err := archive.Stat(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads one large member that is summed up on the way.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "f")
	must(b, os.WriteFile(path, make([]byte, 256<<20), 0o600))
	b.SetBytes(256 << 20)
	for b.Loop() {
		archive, err := bundle.New(b.Context(), "x.zip", []string{path})
		must(b, err)
		r, err := archive.Open()
		must(b, err)
		_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.NewSectionReader(r, 0, archive.Size()), make([]byte, 32<<10))
		must(b, err)
		r.Close()
	}
}
