package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// troubleFact is what the system or the server said when a file could not go on, to
// the letter: nobody has to read it, but whoever helps may ask for it.
type troubleFact struct {
	box  *fyne.Container
	text *paragraph
	copy *button
	full string
}

func newTroubleFact(w *Window) *troubleFact {
	f := &troubleFact{text: newParagraph(theme.SizeNameText, widget.MediumImportance)}
	name := newCaption()
	name.set(w.words.Text("fact.trouble"), colorQuiet)
	f.copy = newButton(w.kit, quiet, glyphCopy, "", func() { w.copyText(f.full) })
	f.copy.tint = colorQuiet
	text := column(0, name, f.text)
	f.box = container.New(&besideLayout{gap: grid / 2, grow: text}, text, f.copy)
	return f
}

// put shows the text, and hides the fact where there is none.
func (f *troubleFact) put(text string) {
	f.full = text
	setParagraph(f.text, shown(text))
	show(f.box, text != "")
}
