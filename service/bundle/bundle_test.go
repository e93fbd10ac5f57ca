package bundle_test

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
)

func TestFolderBecomesAnArchive(t *testing.T) {
	dir := tree(t, map[string]string{
		"a.txt": "one", "empty": "", "sub/б 📎.jpg": "two", "sub/deep/er/c": "three", "nothing/": "", "sub/none/": "",
	})
	b := pack(t, dir)
	want := map[string]string{
		"tree/a.txt": "one", "tree/empty": "", "tree/sub/б 📎.jpg": "two", "tree/sub/deep/er/c": "three",
		"tree/nothing/": "", "tree/sub/none/": "",
	}
	if diff := cmp.Diff(want, unpack(t, b)); diff != "" {
		t.Error(diff)
	}
	if b.Members() != len(want) || b.Name() != "all.zip" || b.Path() != dir || len(b.Problems()) != 0 {
		t.Errorf("%d members of %q at %q, problems %v", b.Members(), b.Name(), b.Path(), b.Problems())
	}
}

func TestSeveralFilesBecomeAnArchive(t *testing.T) {
	dir := tree(t, map[string]string{"x/a.txt": "1", "y/a.txt": "2", "y/b": "3", "z/y/b": "4"})
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	b := pack(t, at("z/y"), at("y/b"), at("y/a.txt"), at("x/a.txt"), at("y"), at("x/../x/a.txt"))
	want := map[string]string{
		"a.txt": "1", "y/a.txt": "2", "y/b": "3", "a (2).txt": "2", "b": "3", "y (2)/b": "4",
	}
	if diff := cmp.Diff(want, unpack(t, b)); diff != "" {
		t.Error(diff)
	}
	if b.Path() != dir {
		t.Errorf("they are in %q, and not in %q", dir, b.Path())
	}
}

func TestTimesAndModesAreKept(t *testing.T) {
	dir := tree(t, map[string]string{"f": "x", "d/": ""})
	b := pack(t, dir)
	z, err := zip.NewReader(open(t, b), b.Size())
	must(t, err)
	for _, f := range z.File {
		if want := modified.Truncate(time.Second); !f.Modified.Equal(want) {
			t.Errorf("%s is of %v, want %v", f.Name, f.Modified, want)
		}
	}
	if d, f := z.File[0].Mode(), z.File[1].Mode(); d != os.ModeDir|0o755 || f != 0o644 {
		t.Errorf("the modes are %v and %v", d, f)
	}
}

// The next run must make the same archive, in whatever order it is given the
// same files.
func TestSameFilesMakeTheSameArchive(t *testing.T) {
	dir := tree(t, map[string]string{"b": "1", "a/x": "22", "c/": ""})
	at := func(name string) string { return filepath.Join(dir, name) }
	one, two := pack(t, at("a"), at("b"), at("c")), pack(t, at("c"), at("b"), at("a"), at("b"))
	if diff := cmp.Diff(whole(t, one), whole(t, two)); diff != "" {
		t.Error(diff)
	}
	v, err := one.Stat()
	must(t, err)
	w, err := two.Stat()
	must(t, err)
	if !v.Same(w) || one.Fingerprint() != two.Fingerprint() || v.Size != one.Size() {
		t.Errorf("%v and %v, %s and %s", v, w, one.Fingerprint(), two.Fingerprint())
	}
	if !v.ModTime.Truncate(time.Second).Equal(modified.Truncate(time.Second)) {
		t.Errorf("the archive is of %v", v.ModTime)
	}
}

// Each of these makes another archive of the files: for the run that began it,
// and for one that comes later.
func TestChangesShow(t *testing.T) {
	older, newer := modified.Add(-time.Hour), modified.Add(time.Hour)
	for name, c := range map[string]struct {
		change func(t *testing.T, path string)
		kind   error
		// same tells that a later run sees no difference.
		same bool
	}{
		"longer": {func(t *testing.T, p string) { plant(t, p, false, "longer") }, transfer.ErrChanged, false},
		"older":  {func(t *testing.T, p string) { must(t, os.Chtimes(p, older, older)) }, transfer.ErrChanged, false},
		"newer":  {func(t *testing.T, p string) { must(t, os.Chtimes(p, newer, newer)) }, transfer.ErrChanged, false},
		"gone":   {func(t *testing.T, p string) { must(t, os.Remove(p)) }, transfer.ErrVanished, false},
		"folder": {func(t *testing.T, p string) {
			must(t, os.Remove(p))
			plant(t, p, true, "")
		}, transfer.ErrChanged, false},
		"another": {func(t *testing.T, p string) {
			plant(t, p+".new", false, "xx")
			must(t, os.Rename(p+".new", p))
		}, transfer.ErrChanged, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, map[string]string{"a": "1", "m": "22", "z": "333"})
			b, member := pack(t, dir), filepath.Join(dir, "m")
			before, err := b.Stat()
			must(t, err)
			c.change(t, member)
			_, err = b.Stat()
			wantFileError(t, err, member, c.kind)
			_, err = open(t, b).ReadAt(make([]byte, b.Size()), 0)
			wantFileError(t, err, member, c.kind)
			later := pack(t, dir)
			after, err := later.Stat()
			must(t, err)
			if before.Same(after) != c.same || (b.Fingerprint() == later.Fingerprint()) != c.same {
				t.Errorf("a later run takes it for the same: %v and %v", before, after)
			}
		})
	}
}

func wantFileError(t *testing.T, err error, path string, kind error) {
	t.Helper()
	var f *transfer.FileError
	if !errors.As(err, &f) || f.Kind != kind || f.Path != path {
		t.Errorf("got %v, want that %q %v", err, path, kind)
	}
}

func TestAMemberThatIsCutWhileItIsReadHasChanged(t *testing.T) {
	dir := tree(t, map[string]string{"m": "content"})
	b, member := pack(t, dir), filepath.Join(dir, "m")
	r := open(t, b)
	_, err := r.ReadAt(make([]byte, 60), 0) // opens it
	must(t, err)
	must(t, os.Truncate(member, 3))
	_, err = r.ReadAt(make([]byte, b.Size()), 0)
	wantFileError(t, err, member, transfer.ErrChanged)
}

func TestWhatCannotBeSentIsLeftOutAndTold(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	dir := tree(t, map[string]string{"good": "x", "sub/also": "y"})
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, to := range map[string]string{
		"around": dir, "itself": "itself", "nowhere": "nothing", "alias": "good", "device": "/dev/null",
	} {
		must(t, os.Symlink(to, at(name)))
	}
	b := pack(t, dir, at("missing"))
	want := map[string]string{"tree/good": "x", "tree/alias": "x", "tree/sub/also": "y"}
	if diff := cmp.Diff(want, unpack(t, b)); diff != "" {
		t.Error(diff)
	}
	kinds := map[string]error{}
	for _, err := range b.Problems() {
		var f *transfer.FileError
		if !errors.As(err, &f) {
			t.Fatalf("%v is no FileError", err)
		}
		kinds[f.Path] = f.Kind
	}
	for name, kind := range map[string]error{
		"around": transfer.ErrLoop, "itself": transfer.ErrLoop, "nowhere": transfer.ErrVanished,
		"device": transfer.ErrNotFile, "missing": transfer.ErrVanished,
	} {
		if kinds[at(name)] != kind {
			t.Errorf("%s: %v, want %v", name, kinds[at(name)], kind)
		}
	}
	if len(kinds) != 5 {
		t.Errorf("problems: %v", b.Problems())
	}
}

// A link that cannot be read has not become a loop.
func TestALinkToAFileThatChangesHasChanged(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("symbolic links need a privilege on Windows")
	}
	dir := tree(t, map[string]string{"file": "x", "links/": ""})
	link := filepath.Join(dir, "links", "link")
	must(t, os.Symlink("../file", link))
	b := pack(t, filepath.Dir(link))
	plant(t, filepath.Join(dir, "file"), false, "longer")
	_, err := b.Stat()
	wantFileError(t, err, link, transfer.ErrChanged)
	_, err = open(t, b).ReadAt(make([]byte, b.Size()), 0)
	wantFileError(t, err, link, transfer.ErrChanged)
}

func TestNothingToSendIsAnError(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := bundle.New(t.Context(), "x.zip", []string{missing})
	wantFileError(t, err, missing, transfer.ErrVanished)
	if _, err := bundle.New(t.Context(), "x.zip", nil); !errors.Is(err, bundle.ErrNothing) {
		t.Errorf("got %v", err)
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if _, err := bundle.New(ctx, "x.zip", []string{t.TempDir()}); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestMoreThanAnArchiveHoldsIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge")
	must(t, os.WriteFile(path, nil, 0o600))
	if err := os.Truncate(path, 1<<62); err != nil {
		t.Skip("this file system has no files of such a size:", err)
	}
	_, err := bundle.New(t.Context(), "x.zip", []string{path})
	wantFileError(t, err, path, transfer.ErrTooBig)
}
