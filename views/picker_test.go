package views

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"fyne.io/fyne/v2/storage"
)

func TestPathsIn(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths of these cases are those of Unix")
	}
	for _, test := range []struct{ text, want string }{
		{"/a/b.txt", "/a/b.txt"},
		{"/a/b.txt\n/c d\r\n", "/a/b.txt|/c d"},
		{`"/a/quoted.txt"`, "/a/quoted.txt"},
		{"file:///a/b%20c+d%2B.txt", "/a/b c+d+.txt"},
		{"file://localhost/a", "/a"},
		{"x-special/nautilus-clipboard\ncopy\nfile:///a\nfile:///b", "/a|/b"},
		{"file://elsewhere/a", ""},
		{"https://example.org/a", ""},
		{"/a\nnot a path", ""},
		{"relative.txt", ""},
		{"", ""},
		{"file://%zz", ""},
	} {
		if got := strings.Join(pathsIn(test.text), "|"); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	if path, ok := localPath(storage.NewFileURI("/a/b")); !ok || path != filepath.FromSlash("/a/b") {
		t.Errorf("%q, %v", path, ok)
	}
	if _, ok := localPath(nil); ok {
		t.Error("nothing has a path")
	}
}

func TestDesktopPicker(t *testing.T) {
	s := newStage(t)
	var asked []request
	answer := func(paths []string, err error) *desktopPicker {
		return &desktopPicker{window: s.w, choose: func(_ context.Context, r request) ([]string, error) {
			asked = append(asked, r)
			return paths, err
		}}
	}
	var got []string
	pick := func(p *desktopPicker) {
		got = nil
		p.Files("Add", func(paths []string) { got = append(got, paths...) })
		p.Folder("Save", "/home", func(path string) { got = append(got, path) })
		s.w.work.Wait()
		s.drain()
	}
	pick(answer([]string{"/a", "/b"}, nil))
	if fmt.Sprint(got) != "[/a /b /a]" && fmt.Sprint(got) != "[/a /a /b]" {
		t.Errorf("picked %q", got)
	}
	pick(answer(nil, nil))
	if got != nil || s.w.window.Canvas().Overlays().Top() != nil {
		t.Error("something is done after the person changed their mind")
	}
	for _, err := range []error{fmt.Errorf("%w: no bus", errNoChooser), errors.New("broken")} {
		pick(answer(nil, err))
		overlays := s.w.window.Canvas().Overlays()
		if len(overlays.List()) != 2 {
			t.Errorf("%v: %d dialogs of Fyne's, want 2", err, len(overlays.List()))
		}
		for _, overlay := range overlays.List() {
			overlays.Remove(overlay)
		}
	}
	for _, r := range asked {
		if r.folder != (r.title == "Save") || r.folder && r.start != "/home" {
			t.Errorf("asked for %+v", r)
		}
	}
}
