// Command barewindow is a window of the program's size with one word in it: the
// least that a Fyne program takes. What the program's own window takes is measured
// beside it. Each sign that is typed changes the word.
package main

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

func main() {
	ui := app.NewWithID("me.quicksync.barewindow")
	window := ui.NewWindow("Bare")
	word := widget.NewLabel("0")
	window.SetContent(container.NewCenter(word))
	window.Resize(fyne.NewSize(1120, 720))
	typed := 0
	window.Canvas().SetOnTypedRune(func(rune) {
		typed++
		word.SetText(strconv.Itoa(typed))
	})
	window.ShowAndRun()
}
