package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// savingCard tells of what is being saved of the selection, and ends it.
type savingCard struct {
	surface *surface
	title   *paragraph
	bar     *progress
	note    *line
	stop    *button
}

func newSavingCard(w *Window) *savingCard {
	c := &savingCard{title: newParagraph(theme.SizeNameText, widget.MediumImportance), bar: newProgress(), note: newCaption()}
	c.stop = newButton(w.kit, quiet, glyphCross, w.words.Text("ask.no"), func() {
		w.actions.StopSaving(w.list.selectedIDs())
	})
	c.surface = newSurface(colorRaised, colorEdge, inset(grid*1.5, grid*1.5,
		column(grid, c.title, c.bar, besideGrowing(c.note, c.stop))))
	c.surface.Hide()
	return c
}

func (c *savingCard) show(t *words.Catalogue, s Saving) {
	show(c.surface, s.Files > 0)
	if s.Files == 0 {
		return
	}
	folder := elideMiddle(shown(s.Folder), paneWidth/2, measure(normalText, fyne.TextStyle{}))
	setParagraph(c.title, t.Count("saving.title", s.Files, words.Args{"Folder": folder}))
	share, _ := shareOf(t, s.Received, s.Size)
	c.bar.set(share, false)
	c.note.set(t.Sent(s.Received, s.Size), colorQuiet)
}

// besideGrowing puts an object in a row before others, and gives it the room
// that they leave.
func besideGrowing(first fyne.CanvasObject, others ...fyne.CanvasObject) *fyne.Container {
	return container.New(&besideLayout{gap: grid / 2, grow: first}, append([]fyne.CanvasObject{first}, others...)...)
}
