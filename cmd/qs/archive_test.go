package main_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// inArchive fetches a file with get and reads it as an archive: what is in it,
// by name.
func (q qs) inArchive(key string) map[string]string {
	q.Helper()
	got := one[fetchedFile](q.ok("get", "--json", "-o", q.TempDir()+string(filepath.Separator), "--", key))
	z, err := zip.OpenReader(got.Path)
	if err != nil {
		q.Fatal(err)
	}
	defer z.Close()
	content := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			q.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			q.Fatalf("%s: %v", f.Name, err)
		}
		content[f.Name] = string(data)
	}
	return content
}

// A folder is one archive, with one link; sent again unchanged, it is there
// already.
func TestFolderIsOneArchive(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, q qs) {
		q.onDisk("Holiday/one.txt", []byte("1"))
		q.onDisk("Holiday/deep/zwei 📎.bin", noise(1, 3*part))
		sent := one[sentFile](q.ok("send", "--json", "Holiday"))
		if sent.State != "done" || sent.Name != "Holiday.zip" || sent.Path != filepath.Join(q.dir, "Holiday") || sent.Size < 3*part {
			t.Errorf("%+v", sent)
		}
		content := q.inArchive(*sent.FileKey)
		if len(content) != 2 || content["Holiday/one.txt"] != "1" || content["Holiday/deep/zwei 📎.bin"] != string(noise(1, 3*part)) {
			t.Errorf("%d members", len(content))
		}
		if again := one[sentFile](q.ok("send", "--json", "Holiday")); again.State != "already" || *again.FileKey != *sent.FileKey {
			t.Errorf("%+v", again)
		}
		q.onDisk("Holiday/one.txt", []byte("2"))
		anew := one[sentFile](q.ok("send", "--json", "Holiday"))
		if anew.State != "done" || q.inArchive(*anew.FileKey)["Holiday/one.txt"] != "2" {
			t.Errorf("%+v", anew)
		}
	})
}

// What cannot be read is left out, and named; the rest is sent.
func TestArchiveLeavesOutWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	q := onHome(t)
	q.onDisk("f/good", []byte("good"))
	if err := os.Symlink("nowhere", filepath.Join(q.dir, "f", "bad")); err != nil {
		t.Fatal(err)
	}
	r := q.run("send", "--json", "f").wants(1).says("left out of f.zip", filepath.Join("f", "bad"))
	sent := objects[sentFile](r)[0]
	if content := q.inArchive(*sent.FileKey); sent.State != "done" || len(content) != 1 || content["f/good"] != "good" {
		t.Errorf("%+v: %v", sent, content)
	}
	q.onDisk("f/good", []byte("better"))
	q.run("send", "f", "missing").wants(1).says("missing: it is not there", "left out of f.zip")
	if r := q.run("send", "--each", "--json", "f").wants(1); !strings.Contains(r.stdout, `"code":"vanished"`) {
		t.Errorf("%s", r.stdout)
	}
}
