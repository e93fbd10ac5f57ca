// Package fonts sees that names in any language can be read.
//
// Fyne's own font has Latin, Greek and Cyrillic letters and a few symbols; for
// all others Fyne asks the fonts of the system. Windows, macOS and the usual
// Linux desktops have them. A bare Linux has no Chinese, Japanese or Korean
// letters: there a font of ours is the last that is asked.
package fonts

import (
	"errors"

	"fyne.io/fyne/v2"
)

// Load makes Fyne read the list of the system's fonts, and lends it ours, which is
// unpacked below dir as a file that only this person reads. Fyne takes from it the
// letters that the system lacks; unpacked it takes 3.5 MB of the disk.
//
// Reading takes a while, beside which a window may be opened: nothing may be
// written in it before loaded has returned. There must be a fyne.App, whose theme
// is set. With an error all works but the letters that the system lacks.
func Load(dir string) (loaded func() error) {
	unpack, giveBack := lend(dir)
	done := make(chan error, 1)
	go func() {
		err := unpack()
		look()
		done <- err
	}()
	return func() error { return errors.Join(<-done, giveBack()) }
}

// look makes Fyne read the list of fonts, which it does once, at the first text,
// and the fonts of its own that the window is written in.
func look() {
	for _, bold := range []bool{false, true} {
		fyne.MeasureText("QuickSync", 14, fyne.TextStyle{Bold: bold})
	}
}
