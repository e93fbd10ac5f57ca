package views

import (
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// emptyWidth is how wide the words of an empty list may be.
const emptyWidth float32 = 424

// dropZone is the soft dashed field: it takes the place of an empty list. What
// is dropped anywhere in the window is taken; the field only says so.
type dropZone struct {
	box *fyne.Container
	add *button
}

func newDropZone(w *Window) *dropZone {
	z := &dropZone{add: newButton(w.kit, accent, glyphPlus, w.words.Text("add.button"), w.addFiles)}
	title, hint := centred(theme.SizeNameSubHeadingText), centred(theme.SizeNameText)
	title.TextStyle.Bold = true
	title.SetText(w.words.Text("empty.title"))
	hint.Importance = widget.LowImportance
	hint.SetText(w.words.Text("empty.hint"))
	middle := container.New(middleLayout{gap: grid * 2, width: emptyWidth},
		newArt(artDrop), sayings(title, hint), container.NewCenter(z.add))
	z.box = container.NewStack(newSurface(colorPanel, colorClear,
		inset(grid*2, grid*2, container.NewStack(newDashes(), container.NewPadded(middle)))))
	return z
}

// sayings puts a title and the sentence that belongs to it close together.
func sayings(title, text *paragraph) fyne.CanvasObject { return column(grid/2, title, text) }

func centred(size fyne.ThemeSizeName) *paragraph {
	label := newParagraph(size, widget.MediumImportance)
	label.Alignment = fyne.TextAlignCenter
	return label
}

// newDropField is the slim field under a list that holds something.
func newDropField(w *Window) fyne.CanvasObject {
	text := newCaption()
	text.whole = true
	text.set(w.words.Text("drop.here", words.Args{"Key": keyName(runtime.GOOS, "O")}), colorQuiet)
	return container.New(sizedLayout{height: 40}, container.NewStack(newDashes(), container.NewCenter(text)))
}
