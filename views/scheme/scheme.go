// Package scheme tells whether the desktop is light or dark, and when it changes.
//
// On Windows and macOS Fyne knows that from the start. Elsewhere it asks the
// desktop when the program runs already: the first picture would have the wrong
// look for a moment, and all of it be drawn twice. There it is left to this
// package, which asks while the window is made.
package scheme
