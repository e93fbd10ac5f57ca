package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// A paragraph is text that wraps between words, without the room that Fyne leaves
// around its own.
type paragraph struct{ widget.Label }

// newParagraph makes a paragraph. Use it where little is shown and seldom:
// wrapping is slow.
func newParagraph(size fyne.ThemeSizeName, importance widget.Importance) *paragraph {
	p := &paragraph{}
	p.ExtendBaseWidget(p)
	p.Wrapping = fyne.TextWrapWord
	p.SizeName, p.Importance = size, importance
	return p
}

// newSentence makes a paragraph that says one thing, quietly.
func newSentence(text string) *paragraph {
	p := newParagraph(theme.SizeNameText, widget.LowImportance)
	p.SetText(text)
	return p
}

// CreateRenderer implements fyne.Widget.
func (p *paragraph) CreateRenderer() fyne.WidgetRenderer {
	return &paragraphRenderer{WidgetRenderer: p.Label.CreateRenderer(), paragraph: p}
}

type paragraphRenderer struct {
	fyne.WidgetRenderer
	paragraph *paragraph
}

// room is what Fyne leaves free at each side of a text.
func (r *paragraphRenderer) room() float32 {
	return r.paragraph.Theme().Size(theme.SizeNameInnerPadding)
}

// Layout implements fyne.WidgetRenderer.
func (r *paragraphRenderer) Layout(size fyne.Size) {
	room := r.room()
	r.WidgetRenderer.Layout(size.AddWidthHeight(2*room, 2*room))
	for _, o := range r.Objects() {
		o.Move(fyne.NewPos(-room, -room))
	}
}

// MinSize implements fyne.WidgetRenderer.
func (r *paragraphRenderer) MinSize() fyne.Size {
	room := r.room()
	return r.WidgetRenderer.MinSize().SubtractWidthHeight(2*room, 2*room)
}

// newNote makes a paragraph of small, quiet text.
func newNote(text string) *paragraph {
	note := newParagraph(theme.SizeNameCaptionText, widget.LowImportance)
	note.SetText(text)
	return note
}

// setParagraph shows text, or takes the paragraph away when there is none.
func setParagraph(label *paragraph, text string) {
	if label.Text != text {
		label.SetText(text)
	}
	show(label, text != "")
}
