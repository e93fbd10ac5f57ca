package views

import (
	"context"
	"errors"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
)

// A Picker lets a person point at files and folders. Both methods are called
// on the UI goroutine and return at once; done comes on the UI goroutine, and
// not at all when nothing was picked.
type Picker interface {
	// Files asks for one file or several.
	Files(title string, done func(paths []string))
	// Folder asks for one folder; start is where to begin, or empty.
	Folder(title, start string, done func(path string))
}

// errNoChooser tells that the desktop has no chooser of its own.
var errNoChooser = errors.New("no file chooser of the desktop answers")

// request is what a chooser of the desktop is asked for.
type request struct {
	title, start string
	folder       bool
	parent       string // the window, as the desktop names it
}

// chooser asks the desktop and returns what was picked: nothing when the
// person changed their mind, errNoChooser when there is nobody to ask.
type chooser func(context.Context, request) ([]string, error)

// desktopPicker asks the desktop's own chooser, off the UI goroutine, and
// Fyne's where there is none.
type desktopPicker struct {
	window *Window
	choose chooser
	open   bool // one chooser at a time
}

// Files implements Picker.
func (p *desktopPicker) Files(title string, done func([]string)) {
	p.ask(request{title: title}, done, func() { p.fyneFile(title, done) })
}

// Folder implements Picker.
func (p *desktopPicker) Folder(title, start string, done func(string)) {
	first := func(paths []string) { done(paths[0]) }
	p.ask(request{title: title, start: start, folder: true}, first, func() { p.fyneFolder(title, start, done) })
}

func (p *desktopPicker) ask(r request, done func([]string), instead func()) {
	if p.open {
		return
	}
	p.open = true
	r.parent = parentOf(p.window.window)
	p.window.background(func(ctx context.Context) func() {
		paths, err := p.choose(ctx, r)
		return func() {
			if err != nil {
				if !errors.Is(err, errNoChooser) {
					fyne.LogError("The desktop's file chooser failed", err)
				}
				instead()
				return
			}
			p.open = false
			if len(paths) > 0 {
				done(paths)
			}
		}
	})
}

func (p *desktopPicker) fyneFile(title string, done func([]string)) {
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		_ = file.Close() // only its name is wanted
		if path, ok := localPath(file.URI()); ok {
			done([]string{path})
		}
	}, p.window.window)
	p.showDialog(title, title, d)
}

func (p *desktopPicker) fyneFolder(title, start string, done func(string)) {
	d := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err != nil || folder == nil {
			return
		}
		if path, ok := localPath(folder); ok {
			done(path)
		}
	}, p.window.window)
	if start != "" {
		if at, err := storage.ListerForURI(storage.NewFileURI(start)); err == nil {
			d.SetLocation(at)
		}
	}
	p.showDialog(title, p.window.words.Text("pick.here"), d)
}

// fileDialog is one of Fyne's that is open, and the layer of the window on which
// it lies.
type fileDialog struct {
	*dialog.FileDialog
	layer fyne.CanvasObject
}

// showDialog opens a dialog of Fyne's; yes is the word on the button that takes
// what was picked. Fyne's own words follow the system's language and not the
// window's.
func (p *desktopPicker) showDialog(title, yes string, d *dialog.FileDialog) {
	d.SetTitleText(title)
	d.SetConfirmText(yes)
	d.SetDismissText(p.window.words.Text("ask.no"))
	d.SetOnClosed(func() { p.open, p.window.dialog = false, nil })
	canvas := p.window.window.Canvas()
	size := canvas.Size()
	d.Show() // before that it has no size to change
	p.window.dialog = &fileDialog{d, canvas.Overlays().Top()}
	d.Resize(fyne.NewSize(min(size.Width, 860), min(size.Height, 600)))
}

// closeDialog goes one step back in a dialog of Fyne's, if one is open, and tells
// whether: what the dialog has opened goes first. A piece of the dialog that has
// the focus keeps Esc to itself, and Fyne lets nobody have it.
func (w *Window) closeDialog() bool {
	if w.dialog == nil {
		return false
	}
	overlays := w.window.Canvas().Overlays()
	if top := overlays.Top(); top != nil && top != w.dialog.layer {
		overlays.Remove(top)
	} else {
		w.dialog.Dismiss()
	}
	return true
}

// localPath returns the path on this computer that a URI names.
func localPath(uri fyne.URI) (string, bool) {
	if uri == nil || uri.Scheme() != "file" || uri.Path() == "" {
		return "", false
	}
	return filepath.FromSlash(uri.Path()), true
}
