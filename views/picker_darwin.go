package views

import "fyne.io/fyne/v2"

// parentOf names no window: on macOS dialogs belong to the program.
func parentOf(fyne.Window) string { return "" }

func ownerOf(string) any { return nil }
