package bundle_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quicksync.me/desktop/service/bundle"
)

// tool finds a program that reads archives, as anybody may use who gets one.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" && runtime.GOOS == "linux" {
		t.Fatalf("%s is not installed, and CI must have it", name)
	}
	t.Skipf("%s is not installed", name)
	return ""
}

// run runs a program in dir, which must end well.
func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	// Names that are not ASCII come out as they are.
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "PYTHONUTF8=1", "TZ=UTC")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", filepath.Base(program), args, err, out)
	}
	return string(out)
}

// save writes an archive to a new folder. Runs of zeros become holes, so that
// it takes no more room than its content.
func save(t *testing.T, b *bundle.Bundle) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.zip")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{&sparse{f}}, io.NewSectionReader(open(t, b), 0, b.Size()), make([]byte, 1<<20))
	must(t, err)
	must(t, f.Truncate(b.Size()))
	return path
}

// sparse leaves out what is nothing but zeros.
type sparse struct{ f *os.File }

func (s *sparse) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != 0 {
			return s.f.Write(p)
		}
	}
	_, err := s.f.Seek(int64(len(p)), io.SeekCurrent)
	return len(p), err
}

// toolTree is what other programs are asked to read.
var toolTree = map[string]string{
	"a.txt": "one", "empty": "", "nothing/": "", "deep/er/б 📎.jpg": "two",
	"long": strings.Repeat("0123456789abcdef", 50_000), "zeros": string(make([]byte, 100_000)),
	"PK": "PK\x03\x04PK\x07\x08PK\x01\x02PK\x05\x06",
}

// unpacked returns what a program has unpacked: content by name.
func unpacked(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		must(t, err)
		rel, err := filepath.Rel(dir, path)
		must(t, err)
		if name := filepath.ToSlash(rel); !d.IsDir() {
			data, err := os.ReadFile(path)
			must(t, err)
			got[name] = string(data)
		} else if entries, err := os.ReadDir(path); err == nil && len(entries) == 0 {
			got[name+"/"] = ""
		}
		return nil
	}))
	return got
}

func TestUnzipReadsIt(t *testing.T) {
	unzip := tool(t, "unzip")
	archive := save(t, pack(t, tree(t, toolTree)))
	out := run(t, "", unzip, "-t", archive)
	if !strings.Contains(out, "No errors detected") {
		t.Error(out)
	}
	dir := t.TempDir()
	run(t, dir, unzip, "-q", archive)
	if diff := cmp.Diff(toolTree, unpacked(t, filepath.Join(dir, "tree"))); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(dir, "tree", "a.txt"))
	must(t, err)
	if info.ModTime().Unix() != modified.Unix() {
		t.Errorf("it is of %v, want %v", info.ModTime(), modified)
	}
}

// pythonTest checks all of an archive, and prints how many members it has.
const pythonTest = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
bad = z.testzip()
if bad: sys.exit("bad: " + bad)
print(len(z.namelist()))`

func TestPythonReadsIt(t *testing.T) {
	python := tool(t, "python3")
	archive := save(t, pack(t, tree(t, toolTree)))
	if out := strings.TrimSpace(run(t, "", python, "-c", pythonTest, archive)); out != "7" {
		t.Errorf("it has %s members", out)
	}
	dir := t.TempDir()
	run(t, dir, python, "-m", "zipfile", "-e", archive, ".")
	if diff := cmp.Diff(toolTree, unpacked(t, filepath.Join(dir, "tree"))); diff != "" {
		t.Error(diff)
	}
}

// A reader that takes the archive as a stream has nothing but what stands in
// front of the data.
func TestAStreamTellsItsSizes(t *testing.T) {
	python := tool(t, "python3")
	archive := save(t, pack(t, tree(t, toolTree)))
	out := run(t, "", python, "-c", `import struct, sys, zlib
s, n = open(sys.argv[1], "rb"), 0
while True:
    head = s.read(30)
    if head[:4] != b"PK\x03\x04": break
    flags, size, name, extra = struct.unpack("<6xH10xI4xHH", head)
    s.read(name + extra)
    crc = zlib.crc32(s.read(size))
    if flags & 8: assert struct.unpack("<4sIII", s.read(16)) == (b"PK\x07\x08", crc, size, size)
    n += 1
print(n)`, archive)
	if strings.TrimSpace(out) != "7" {
		t.Errorf("the stream has %s members", out)
	}
}
