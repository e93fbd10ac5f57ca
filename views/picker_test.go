package views

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"
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

// fynePicks opens a dialog of Fyne's for files, or for a folder.
func (s *stage) fynePicks(folder bool, done func(string)) {
	s.t.Helper()
	c := &madeChooser{err: errNoChooser}
	p := &desktopPicker{window: s.w, choose: c.choose}
	if folder {
		p.Folder("Save to", s.t.TempDir(), done)
	} else {
		p.Files("Add files", func(paths []string) { done(paths[0]) })
	}
	s.w.work.Wait()
	s.drain()
	if s.w.dialog == nil {
		s.t.Fatal("no dialog is open")
	}
}

// fyneButtons are the words on the buttons of Fyne's that can be seen.
func (s *stage) fyneButtons() (all []string) {
	s.walk(func(object fyne.CanvasObject) {
		if b, ok := object.(*widget.Button); ok && b.Text != "" {
			all = append(all, b.Text)
		}
	})
	return all
}

// TestEscLeavesADialogOfFynes: Esc goes back in the dialog and out of it, and what
// lies under it stays as it was.
func TestEscLeavesADialogOfFynes(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.press(0, 0)
	s.w.showSettings()
	s.want("select 1")
	for _, folder := range []bool{true, false} {
		s.fynePicks(folder, func(string) { t.Error("Esc has picked something") })
		widget.NewModalPopUp(container.NewStack(), s.w.window.Canvas()).Show() // such as a new folder's name
		s.key(fyne.KeyEscape)
		if s.w.dialog == nil {
			t.Fatal("Esc takes the dialog before what it has opened")
		}
		s.key(fyne.KeyDelete, fyne.KeyDown)
		s.shortcut(&fyne.ShortcutSelectAll{})
		s.key(fyne.KeyEscape)
		if s.w.dialog != nil || s.w.sheet == nil {
			t.Error("Esc does not close the dialog alone")
		}
	}
	s.key(fyne.KeyEscape)
	s.want()
	if s.w.sheet != nil || len(s.w.list.selected()) != 1 {
		t.Error("the settings are still there, or the selection is not")
	}
}

// TestASheetTakesTheDialogAway: nothing lies open under a question.
func TestASheetTakesTheDialogAway(t *testing.T) {
	s := newStage(t)
	s.fynePicks(true, func(string) { t.Error("something was picked") })
	s.w.askQuit()
	if n := len(s.w.window.Canvas().Overlays().List()); n != 1 || s.w.dialog != nil {
		t.Errorf("%d layers over the window, want the question alone", n)
	}
}

// TestADialogOfFynesSaysWhatItDoes: in the words of the window.
func TestADialogOfFynesSaysWhatItDoes(t *testing.T) {
	for folder, yes := range map[bool]string{true: "Hier speichern", false: "Add files"} {
		s := newStage(t)
		s.w.words.SetLanguage("de")
		s.fynePicks(folder, nil)
		all := s.fyneButtons()
		if !slices.Contains(all, yes) || !slices.Contains(all, "Abbrechen") || slices.Contains(all, "Open") {
			t.Errorf("the buttons say %q, want %q", all, yes)
		}
	}
}
