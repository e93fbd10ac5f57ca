package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

const (
	mib = 1 << 20
	// part is the size of the parts of a small file.
	part = mib
)

// odd are names that a file can have, and that few programs get right.
func odd() []string {
	names := []string{
		"emoji 👩‍👩‍👧‍👦 🎁.txt", "עברית وعربي.txt", "-o", "--", "--json", " spaces ", "%41%2F.txt", "a;b&c$d'e.txt",
		"e\u0301 and é.txt", strings.Repeat("n", 251) + ".txt", strings.Repeat("ü", 125) + ".txt", ".hidden", "CON.txt.zip",
	}
	if runtime.GOOS != "windows" {
		names = append(names, "new\nline", "tab\tand\x1b[31mred", "rtl \u202Efdp.exe", `back\slash "quoted"`, "<html>?*|:")
	}
	return names
}

// TestWayOfFiles sends files and folders in all ways, and fetches them again.
func TestWayOfFiles(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, q qs) {
		contents := map[string][]byte{"empty": nil, "one": []byte("1"), "folder/deep/er/part+1": noise(1, part+1)}
		for i, name := range odd() {
			contents["folder/"+name] = noise(i, 100+i)
		}
		for name, content := range contents {
			q.onDisk(name, content)
		}
		empty := filepath.Join(q.dir, "folder", "nothing in it")
		if err := os.Mkdir(empty, 0o777); err != nil {
			t.Fatal(err)
		}
		sent := q.sendEach(0, "empty", "one", "folder")
		if len(sent) != len(contents) {
			t.Errorf("%d files were sent, want %d", len(sent), len(contents))
		}
		stored := q.list()
		for name, content := range contents {
			s, f := sent[name], stored[name]
			if s.State != "done" || s.Size != int64(len(content)) || s.Path != filepath.Join(q.dir, filepath.FromSlash(name)) {
				t.Fatalf("%q: %+v", name, s)
			}
			if f.FileKey != *s.FileKey || !f.Completed || *f.Size != s.Size || f.Creator == "" || f.CID == nil {
				t.Errorf("%q: %+v", name, f)
			}
			q.arrived(*s.FileKey, digestOf(t, bytes.NewReader(content)))
		}
	})
}

// TestOneFile follows one file with each command, for people and for programs.
func TestOneFile(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, q qs) {
		content := noise(9, 1234567)
		want := digestOf(t, bytes.NewReader(content))
		q.onDisk("Ünïque.bin", content)
		key := *q.send(0, "Ünïque.bin")["Ünïque.bin"].FileKey

		f := one[storedFile](q.run("info", "--json", key))
		if listed := q.list()["Ünïque.bin"]; !reflect.DeepEqual(f, listed) {
			t.Errorf("info says %+v, list %+v", f, listed)
		}
		shown := []string{"Ünïque.bin", "1.2 MB", "done", key}
		wantTexts(t, q.ok("list").stdout, shown...)
		wantTexts(t, q.ok("info", key).stdout, append(shown, *f.CID, f.Creator)...)

		header := q.linked(key, want)
		if got := header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") || !strings.Contains(got, "%C3%9Cn%C3%AFque.bin") {
			t.Errorf("the browser is told %q", got)
		}
		if got, _ := download(t, strings.TrimSpace(q.ok("link", key).stdout)); got != want {
			t.Error("the link for people gives another file")
		}

		q.ok("rm", key)
		if list := q.list(); len(list) > 0 {
			t.Errorf("left: %v", list)
		}
		for _, verb := range []string{"info", "link", "get", "rm"} {
			q.run(verb, key).wants(1).says("does not have this file")
		}
	})
}

func wantTexts(t *testing.T, text string, texts ...string) {
	t.Helper()
	for _, want := range texts {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing: %s", want, text)
		}
	}
}

// Files that are there are never written over, wherever they are to go.
func TestGetOverwritesNothing(t *testing.T) {
	t.Parallel()
	q, _ := withServer(t)
	content := []byte("from the storage")
	q.onDisk("in/a.txt", content)
	key := *q.send(0, filepath.Join("in", "a.txt"))["a.txt"].FileKey
	q.onDisk("a.txt", []byte("mine"))
	q.onDisk("sub/a.txt", []byte("mine"))
	for _, c := range []struct{ wish, want string }{
		{"", "a (2).txt"},
		{"", "a (3).txt"},
		{"sub", "sub/a (2).txt"},
		{"sub" + string(filepath.Separator), "sub/a (3).txt"},
		{"a.txt", "a (4).txt"},
		{"new.bin", "new.bin"},
		{"sub/new.bin", "sub/new.bin"},
	} {
		args := []string{"get", "--json", key}
		if c.wish != "" {
			args = append(args, "-o", c.wish)
		}
		got := one[fetchedFile](q.ok(args...))
		if filepath.ToSlash(got.Path) != c.want || got.Size != int64(len(content)) {
			t.Errorf("-o %q: %+v, want %s", c.wish, got, c.want)
		}
		if there, err := os.ReadFile(filepath.Join(q.dir, c.want)); err != nil || !bytes.Equal(there, content) {
			t.Errorf("-o %q: %q, %v", c.wish, there, err)
		}
	}
	for _, name := range []string{"a.txt", "sub/a.txt"} {
		if mine, err := os.ReadFile(filepath.Join(q.dir, name)); err != nil || string(mine) != "mine" {
			t.Errorf("%s: %q, %v", name, mine, err)
		}
	}
	if shown := q.ok("get", key, "-o", "for people").stdout; shown != "for people\n" {
		t.Errorf("get writes %q", shown)
	}
	q.run("get", key, "-o", filepath.Join("not there", "x")).wants(1).says("qs: not there: it is not there: make it first")
	if left, _ := filepath.Glob(filepath.Join(q.dir, "*.part")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// A name in the storage may be hostile: a file lands where it was asked for, and
// what a terminal would obey is shown as an escape.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	for _, name := range []string{"../../up.txt", "/etc/passwd", `..\..\up.txt`, "\x1b]0;title\x07.txt", "rtl \u202Etxt.exe", "new\nline", "..", ".zshenv", strings.Repeat("long", 2000)} {
		key := n.stores(name, []byte(name))
		got := one[fetchedFile](q.ok("get", "--json", key))
		if got.Path != filepath.Base(got.Path) || strings.HasPrefix(got.Path, ".") || strings.ContainsAny(got.Path, "\x1b\n\u202E") || len(got.Path) > 255 {
			t.Errorf("%q lands at %q", name, got.Path)
		}
		for _, shown := range []string{q.ok("info", key).stdout, q.ok("list").stdout, q.ok("get", key).stdout} {
			if strings.ContainsAny(shown, "\x1b\x07\u202E") || strings.Contains(shown, "\nline") {
				t.Errorf("%q is shown as %q", name, shown)
			}
		}
		if f := one[storedFile](q.ok("info", "--json", key)); f.Name != name {
			t.Errorf("JSON says %q, want %q", f.Name, name)
		}
	}
}

// TestSizes takes sizes around the borders of parts through the whole chain.
func TestSizes(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, q qs) {
		sizes := []int{0, 1, part - 1, part, part + 1, 2 * part, 3*part + 12345, 4 * part, 20*part + 1}
		want := map[string]digest{}
		var args []string
		for i, size := range sizes {
			name := fmt.Sprint(size, " bytes")
			content := noise(i, size)
			q.onDisk(name, content)
			want[name] = digestOf(t, bytes.NewReader(content))
			args = append(args, name)
		}
		sent := q.send(0, args...)
		stored := q.list()
		for i, name := range args {
			parts := max(1, (sizes[i]+part-1)/part)
			if sizes[i] >= 4*part { // from here on with a tail
				parts = stored[name].Parts
			}
			if stored[name].Parts != parts {
				t.Errorf("%s: %d parts, want %d", name, stored[name].Parts, parts)
			}
			q.arrived(*sent[name].FileKey, want[name])
		}
	})
}

// TestManySmallFiles sends folders in folders.
func TestManySmallFiles(t *testing.T) {
	t.Parallel()
	count := 2000 * max(1, soak(t))
	if testing.Short() {
		count = 200
	}
	q, _ := withServer(t)
	for i := range count {
		q.onDisk(path.Join("photos", fmt.Sprint(i%7), fmt.Sprint(i%31), fmt.Sprintf("%d.jpg", i)), noise(i, i%3000))
	}
	sent := q.sendEach(0, "photos")
	stored := q.list()
	if len(sent) != count || len(stored) != count {
		t.Fatalf("%d were sent and %d are stored, want %d", len(sent), len(stored), count)
	}
	for name, s := range sent {
		if f := stored[name]; s.State != "done" || !f.Completed || *f.Size != s.Size {
			t.Errorf("%s: %+v %+v", name, s, f)
		}
	}
	for i := 0; i < count; i += count / 20 {
		name := path.Join("photos", fmt.Sprint(i%7), fmt.Sprint(i%31), fmt.Sprintf("%d.jpg", i))
		q.linked(*sent[name].FileKey, digestOf(t, bytes.NewReader(noise(i, i%3000))))
	}
}
