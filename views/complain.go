package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// Complain shows why the program cannot start, and returns when the person has
// closed that.
func Complain(app fyne.App, text *words.Catalogue, problem string) {
	w := Dress(app).NewWindow(text.Text("window.title"))
	why := widget.NewLabel(text.Text("start.failed", words.Args{"Text": shown(problem)}))
	why.Wrapping = fyne.TextWrapWord
	end := widget.NewButton(text.Text("start.close"), app.Quit)
	w.SetContent(container.NewBorder(nil, container.NewHBox(layout.NewSpacer(), end), nil, nil, why))
	w.SetIcon(AppIcon())
	w.Resize(fyne.NewSize(480, 180))
	w.ShowAndRun()
}
