package views

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// mostAnswers is how many answers an offer may have.
const mostAnswers = 3

// offerCard is one offer: its sentence and its answers.
type offerCard struct {
	w       *Window
	box     *fyne.Container
	text    *paragraph
	answers [mostAnswers]*button
	shown   Offer
}

func newOfferCard(w *Window) *offerCard {
	c := &offerCard{w: w, text: newParagraph(theme.SizeNameText, widget.MediumImportance)}
	c.text.TextStyle.Bold = true
	objects := []fyne.CanvasObject{c.text}
	for i := range c.answers {
		c.answers[i] = newButton(w.kit, raised, glyphNone, "", func() { w.actions.Answer(c.shown.ID, i) })
		objects = append(objects, c.answers[i])
	}
	c.box = container.New(&offerLayout{text: c.text}, objects...)
	return c
}

// put shows an offer. It keeps the last one while it is hidden.
func (c *offerCard) put(o Offer) {
	if o.ID == "" || o.ID == c.shown.ID && o.Text == c.shown.Text && slices.Equal(o.Answers, c.shown.Answers) {
		return
	}
	c.shown = o
	c.text.SetText(shown(o.Text))
	for i, b := range c.answers {
		show(b, i < len(o.Answers))
		if i < len(o.Answers) {
			b.put(o.Answers[i], "")
		}
		b.wear(raised)
	}
	if o.Urgent {
		c.answers[0].wear(accent)
	}
	c.box.Refresh()
}

// offerLayout puts a sentence and its buttons in one line where they fit, else
// the sentence over the buttons, wrapped.
type offerLayout struct {
	text  *paragraph
	width float32 // of the last layout, which decides the height
}

// line is how wide the sentence is in one line.
func (l *offerLayout) line() float32 {
	size := theme.Size(theme.SizeNameText)
	return fyne.MeasureText(l.text.Text, size, l.text.TextStyle).Width + grid/2
}

// place tells put where everything goes, and returns the height of it all.
func (l *offerLayout) place(objects []fyne.CanvasObject, put func(object fyne.CanvasObject, x, y, width float32)) float32 {
	line, buttons := l.line(), objects[1:]
	taken := line
	for _, b := range buttons {
		if b.Visible() {
			taken += grid + b.MinSize().Width
		}
	}
	if taken <= l.width {
		tall := objects[0].MinSize().Height
		put(objects[0], 0, (buttonSize-tall)/2, line+grid)
		l.row(buttons, line+grid*1.5, 0, put)
		return buttonSize
	}
	put(objects[0], 0, 0, l.width)
	return l.row(buttons, 0, objects[0].MinSize().Height+grid, put)
}

// row puts buttons side by side, as many in a row as fit, and returns where
// the last row ends.
func (l *offerLayout) row(buttons []fyne.CanvasObject, left, y float32, put func(fyne.CanvasObject, float32, float32, float32)) float32 {
	x, tall := left, float32(0)
	for _, b := range buttons {
		if !b.Visible() {
			continue
		}
		least := b.MinSize()
		if x > left && x+least.Width > l.width {
			x, y = left, y+tall+grid
		}
		put(b, x, y, least.Width)
		x, tall = x+least.Width+grid, least.Height
	}
	return y + tall
}

// Layout implements fyne.Layout.
func (l *offerLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	// Text wraps at the width it has, and knows its height only then.
	objects[0].Resize(fyne.NewSize(size.Width, objects[0].MinSize().Height))
	l.place(objects, func(object fyne.CanvasObject, x, y, width float32) {
		object.Move(fyne.NewPos(x, y))
		object.Resize(fyne.NewSize(width, object.MinSize().Height))
	})
}

// MinSize implements fyne.Layout.
func (l *offerLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	widest := float32(0)
	tall := l.place(objects, func(object fyne.CanvasObject, _, _, _ float32) {
		widest = max(widest, object.MinSize().Width)
	})
	return fyne.NewSize(widest, tall)
}
