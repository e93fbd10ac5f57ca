package views

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/storage"
)

func TestLocalPath(t *testing.T) {
	if path, ok := localPath(storage.NewFileURI("/a/b")); !ok || path != filepath.FromSlash("/a/b") {
		t.Errorf("%q, %v", path, ok)
	}
	if _, ok := localPath(nil); ok {
		t.Error("nothing has a path")
	}
}

// madeChooser answers the same each time, and remembers what it was asked for.
type madeChooser struct {
	paths []string
	err   error
	asked request
}

func (c *madeChooser) choose(_ context.Context, r request) ([]string, error) {
	c.asked = r
	return c.paths, c.err
}

// pick asks for files and then for a folder, and returns what came of each.
func (s *stage) pick(c *madeChooser) (files []string, folder string) {
	s.t.Helper()
	p := &desktopPicker{window: s.w, choose: c.choose}
	p.Files("Add", func(paths []string) { files = paths })
	p.Files("Twice", func([]string) { s.t.Error("two choosers at once") })
	s.w.work.Wait()
	s.drain()
	if c.asked.title != "Add" || c.asked.folder {
		s.t.Errorf("asked for %+v", c.asked)
	}
	p.open = false
	p.Folder("Save", "/home", func(path string) { folder = path })
	s.w.work.Wait()
	s.drain()
	if c.asked.title != "Save" || !c.asked.folder || c.asked.start != "/home" {
		s.t.Errorf("asked for %+v", c.asked)
	}
	return files, folder
}

func TestDesktopPicker(t *testing.T) {
	s := newStage(t)
	files, folder := s.pick(&madeChooser{paths: []string{"/a", "/b"}})
	if strings.Join(files, "|") != "/a|/b" || folder != "/a" {
		t.Errorf("picked %q and %q", files, folder)
	}
	files, folder = s.pick(&madeChooser{})
	if files != nil || folder != "" || s.w.window.Canvas().Overlays().Top() != nil {
		t.Error("something is done after the person changed their mind")
	}
}

func TestFyneAsksWhereTheDesktopDoesNot(t *testing.T) {
	for _, err := range []error{fmt.Errorf("%w: no bus", errNoChooser), errors.New("broken")} {
		s := newStage(t)
		files, folder := s.pick(&madeChooser{err: err})
		if n := len(s.w.window.Canvas().Overlays().List()); n != 2 || files != nil || folder != "" {
			t.Errorf("%v: %d dialogs of Fyne's, want 2; picked %q and %q", err, n, files, folder)
		}
	}
}
