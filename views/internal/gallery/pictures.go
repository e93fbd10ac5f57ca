package main

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/theme"

	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// pose is how a scene is shown.
type pose struct {
	state, language, other string
	dark                   bool
	size                   fyne.Size // in Fyne's units
	scale                  float32   // pixels a unit
}

// file is the name of the picture of the pose.
func (p pose) file() string {
	look := "light"
	if p.dark {
		look = "dark"
	}
	return fmt.Sprintf("%s-%s-%.0fx%.0f-%s@%g.png", p.state, p.language, p.size.Width, p.size.Height, look, p.scale)
}

// stand opens a window of the app that shows the scene, with what is done in it
// still to do.
func (p pose) stand(a fyne.App, data *views.Data) (*views.Window, fyne.Window, scene, error) {
	catalogue, err := words.New(p.language)
	if err != nil {
		return nil, nil, scene{}, err
	}
	variant := theme.VariantLight
	if p.dark {
		variant = theme.VariantDark
	}
	window := views.New(views.Params{
		App: views.Dress(a, variant), Words: catalogue, Data: data, Do: fyne.Do,
		Actions: actions(a, data, catalogue), Picker: nobody{},
	})
	s := scenes[p.state].in(catalogue)
	if act := s.act; p.other != "" {
		s.act = func(w fyne.Window) {
			if act != nil {
				act(w)
			}
			catalogue.SetLanguage(p.other)
			_ = data.Preferences.Set(views.Preferences{Language: p.other})
		}
	}
	all := a.Driver().AllWindows()
	target := all[len(all)-1]
	s.set(data)
	target.Resize(p.size)
	return window, target, s, nil
}

// nobody picks files: what the desktop shows for that is not ours, and in Fyne's
// test driver it would be made beside what is drawn.
type nobody struct{}

// Files implements views.Picker.
func (nobody) Files(string, func([]string)) {}

// Folder implements views.Picker.
func (nobody) Folder(string, string, func(string)) {}

// act shows a pose in an app of Fyne's test driver, does all that the scene asks
// for, and returns what closes it.
func (p pose) act(a fyne.App) (fyne.Window, func(), error) {
	window, target, s, err := p.stand(a, views.NewData())
	if err != nil {
		return nil, nil, err
	}
	if c, ok := target.Canvas().(software.WindowlessCanvas); ok {
		c.SetScale(p.scale)
	}
	settle(target, p.size)
	s.begin(window)
	for _, act := range []func(fyne.Window){s.act, s.then} {
		if act != nil {
			act(target)
			settle(target, p.size)
		}
	}
	return target, func() { window.Close(); target.Close() }, nil
}

// begin does what is asked of the window itself.
func (s scene) begin(w *views.Window) {
	if s.asks != nil {
		s.asks(w)
	}
	if s.said != "" {
		w.Say(s.said)
	}
}

// settle lays the window out anew. On a screen Fyne does so before each frame,
// in its test driver only when the size is another one.
func settle(window fyne.Window, size fyne.Size) {
	window.Resize(size.AddWidthHeight(2, 2))
	window.Resize(size)
}

// picture draws a pose without a display, into a file of dir.
func (p pose) picture(a fyne.App, dir string) error {
	target, end, err := p.act(a)
	if err != nil {
		return err
	}
	defer end()
	file, err := os.Create(filepath.Join(dir, p.file()))
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(file, target.Canvas().Capture()), file.Close())
}

// poses are all ways to show these states, languages and sizes, "640x480@2"
// with a scale, each in light and in dark. All of each is a comma between.
func poses(states, languages, sizes string) ([]pose, error) {
	var all []pose
	for _, size := range strings.Split(sizes, ",") {
		p := pose{scale: 1}
		_, err := fmt.Sscanf(size+"@1", "%fx%f@%f", &p.size.Width, &p.size.Height, &p.scale)
		if err != nil {
			return nil, fmt.Errorf("size %q: %w", size, err)
		}
		for _, p.language = range strings.Split(languages, ",") {
			for _, p.state = range strings.Fields(strings.ReplaceAll(states, ",", " ")) {
				if _, ok := scenes[p.state]; !ok {
					return nil, fmt.Errorf("no state %q; there are: %s", p.state, stateNames())
				}
				for _, p.dark = range []bool{false, true} {
					all = append(all, p)
				}
			}
		}
	}
	return slices.Clip(all), nil
}
