package bundle_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
)

func TestSourcesAreFilesAndFolders(t *testing.T) {
	dir := tree(t, map[string]string{"a/one": "1", "a/deep/two": "2", "b": "3"})
	given := []string{filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "gone")}
	found := func(archive func(string) transfer.Source) (names []string) {
		must(t, bundle.Sources(t.Context(), given, archive, func(src transfer.Source) { names = append(names, src.Name()) }))
		return names
	}
	whole := found(func(folder string) transfer.Source { return bundle.Later(bundle.FolderName(folder), folder) })
	if want := []string{"a.zip", "b", "gone"}; !slices.Equal(whole, want) {
		t.Errorf("with archives %q, want %q", whole, want)
	}
	each := found(nil)
	slices.Sort(each)
	if want := []string{"a/deep/two", "a/one", "b", "gone"}; !slices.Equal(each, want) {
		t.Errorf("one by one %q, want %q", each, want)
	}
}

func TestFolderName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Holiday 2026.d")
	must(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	root := filepath.VolumeName(dir) + string(filepath.Separator)
	for folder, want := range map[string]string{
		dir: "Holiday 2026.d.zip", dir + string(filepath.Separator): "Holiday 2026.d.zip", ".": "Holiday 2026.d.zip", root: "Files.zip",
	} {
		if got := bundle.FolderName(folder); got != want {
			t.Errorf("%q: %q, want %q", folder, got, want)
		}
	}
}

// TestWholeLeavesNothingOut: what cannot be taken in fails it by its name, until
// that has gone.
func TestWholeLeavesNothingOut(t *testing.T) {
	dir := sendable(t)
	astray := filepath.Join(dir, "astray")
	must(t, os.Symlink(filepath.Join(dir, "nowhere"), astray))
	l := bundle.Whole("tree.zip", dir)
	_, err := l.Stat()
	if file := (*transfer.FileError)(nil); !errors.As(err, &file) || file.Path != astray || file.Kind != transfer.ErrVanished {
		t.Fatalf("%v", err)
	}
	if _, err := bundle.Later("tree.zip", dir).Stat(); err != nil {
		t.Errorf("one that may leave something out: %v", err)
	}
	must(t, os.Remove(astray))
	if v, err := l.Stat(); err != nil || v.Size == 0 {
		t.Errorf("after it has gone: %+v, %v", v, err)
	}
}

// TestBundlesOfOneFolderAreTheirOwn although they share its path and a name.
func TestBundlesOfOneFolderAreTheirOwn(t *testing.T) {
	dir := tree(t, map[string]string{"a": "1", "b": "2", "c": "3"})
	at := func(name string) string { return filepath.Join(dir, name) }
	e := transfer.New(transfer.Config{})
	defer e.Close()
	e.Connect(transfer.Target{ID: "here", Bucket: transfertest.NewFake(), Limits: limits, Seal: func(name string) (string, error) { return name, nil }})
	e.PauseAll()
	for _, c := range []struct {
		paths []string
		added bool
	}{
		{[]string{at("a"), at("b")}, true}, {[]string{at("b"), at("c")}, true}, {[]string{at("b"), at("a")}, false},
	} {
		if _, added := e.Add("here", bundle.Whole("files.zip", c.paths...)); added != c.added {
			t.Errorf("%q: added is %t", c.paths, added)
		}
	}
}

// TestALookEndsWithItsContext, and what was not looked through is by the next one.
func TestALookEndsWithItsContext(t *testing.T) {
	l := bundle.Whole("tree.zip", sendable(t))
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("over")
	cancel(over)
	if err := l.Look(ctx); !errors.Is(err, over) {
		t.Errorf("ended with %v", err)
	}
	must(t, l.Look(t.Context()))
	if v, err := l.Stat(); err != nil || v.Size == 0 {
		t.Errorf("%+v, %v", v, err)
	}
}
