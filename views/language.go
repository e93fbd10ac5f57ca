package views

import "fyne.io/fyne/v2"

// standing is what a person has done to the window, and finds again when it was
// made anew.
type standing struct {
	search  string
	sel     selection
	offset  float32
	details bool
	detail  Detail
	scroll  fyne.Position
	focus   focused
}

// focused says which piece of the window the keys go to.
type focused int

const (
	focusElsewhere focused = iota
	focusOnList
	focusOnSearch
)

func (w *Window) standing() standing {
	s := standing{
		search: w.top.search.Text, sel: w.list.sel, offset: w.list.GetScrollOffset(),
		details: w.layout.details, detail: w.pane.now, scroll: w.pane.scroll.Offset,
	}
	switch w.window.Canvas().Focused() {
	case w.list:
		s.focus = focusOnList
	case w.top.search:
		s.focus = focusOnSearch
	}
	return s
}

// restore shows the snapshots of now in pieces that have shown nothing yet. The
// search is put into its field without being asked for again.
func (w *Window) restore(was standing) {
	w.top.search.restore(was.search)
	w.list.sel = was.sel
	w.layout.details = was.details
	w.showConnection(w.connection)
	w.showList(w.shownList)
	w.list.ScrollToOffset(was.offset)
	w.pane.show(was.detail)
	w.pane.scroll.ScrollToOffset(was.scroll)
	w.layout.arrange()
	switch was.focus {
	case focusOnList:
		w.focusList()
	case focusOnSearch:
		w.window.Canvas().Focus(w.top.search)
	}
}

// hush ends a sentence that is being said: it is in the language of before.
func (w *Window) hush() {
	if w.saying != nil {
		w.saying.Stop()
		w.saying = nil
	}
}
