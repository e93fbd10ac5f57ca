package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// namesChoice is where it is chosen whether a storage hides the names of files.
// What that means, for people and for a recipient's browser, stands under it.
type namesChoice struct {
	*check
	w       *Window
	note    *paragraph
	problem *paragraph
	box     *fyne.Container
	// named tells that links carry the plain name either way; stored that files may
	// lie there already, which keep theirs.
	named, stored bool
}

// newNamesChoice shows what holds for a storage. A change is told to changed.
func newNamesChoice(w *Window, place Place, changed func(hide bool)) *namesChoice {
	c := &namesChoice{w: w, note: newNote(""), named: place.LinksNamed, stored: place.ID != ""}
	c.problem = newParagraph(theme.SizeNameText, widget.DangerImportance)
	c.problem.Hide()
	c.check = newCheck(w.kit, w.words.Text("connect.hide"), func(hide bool) {
		c.say()
		changed(hide)
	})
	c.put(place.NamesHidden)
	c.say()
	c.box = column(grid, container.NewHBox(c.check.button), c.problem, c.note)
	return c
}

// say tells what the choice means.
func (c *namesChoice) say() {
	t := c.w.words
	text := t.Text("names.readable")
	if c.checked {
		text = t.Text("privacy.names")
	}
	browser := t.Text("names.browser")
	if c.checked && !c.named {
		browser = t.Text("names.browserHidden")
	}
	text = t.Joined(text, browser)
	if c.stored {
		text = t.Joined(text, t.Text("names.kept"))
	}
	c.note.SetText(text)
}

// placeNames has names hidden in the current storage, or not, from now on. Where
// they cannot be, the box goes back and the reason stands under it.
func (w *Window) placeNames(place Place) fyne.CanvasObject {
	var c *namesChoice
	c = newNamesChoice(w, place, func(hide bool) {
		w.actions.HideNames(place.ID, hide, func(problem string) {
			if problem != "" {
				c.put(!hide)
				c.say()
			}
			setParagraph(c.problem, shown(problem))
			w.resizeSheet()
		})
	})
	return c.box
}
