// Package fonts sees that names in any language can be read.
//
// Fyne's own font has Latin, Greek and Cyrillic letters and a few symbols; for
// all others Fyne asks the fonts of the system. Windows, macOS and the usual
// Linux desktops have them. A bare Linux has no Chinese, Japanese or Korean
// letters: there a font of ours is the last that is asked.
package fonts
