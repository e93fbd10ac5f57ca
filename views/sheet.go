package views

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// sheet is a page over the window: a title, what it holds, and its buttons at
// the bottom. There is at most one.
type sheet struct {
	popUp  *widget.PopUp
	title  *line
	scroll *container.Scroll
	closed func() // told once when the sheet goes
}

// openSheet shows content in a sheet and gives first the focus. closed may be
// nil.
func (w *Window) openSheet(title string, content, buttons fyne.CanvasObject, first fyne.Focusable, closed func()) {
	w.openPage(sheetWidth, title, content, buttons, first, closed)
}

// openPage is openSheet for a sheet of another width, where the window has it.
func (w *Window) openPage(width float32, title string, content, buttons fyne.CanvasObject, first fyne.Focusable, closed func()) {
	w.closeSheet()
	heading := newTitle()
	heading.set(title, colorInk)
	content = container.New(layout.NewCustomPaddedLayout(0, 0, ringRoom, ringRoom+barRoom), content)
	scroll := container.NewVScroll(content)
	body := container.New(&sheetLayout{window: w, content: content, width: width},
		heading, container.NewThemeOverride(scroll, newFlush()), buttons)
	w.sheet = &sheet{title: heading, scroll: scroll, popUp: widget.NewModalPopUp(edged(body), w.window.Canvas()), closed: closed}
	w.sheet.popUp.Show()
	if first != nil {
		w.window.Canvas().Focus(first)
	}
}

// closeSheet takes the sheet away, if there is one, and tells whether. A dialog
// that lies over it goes too, and none is left under the next one.
func (w *Window) closeSheet() bool {
	if w.dialog != nil {
		w.dialog.Dismiss()
	}
	if w.sheet == nil {
		return false
	}
	gone := w.sheet
	w.sheet = nil
	gone.popUp.Hide()
	if gone.closed != nil {
		gone.closed()
	}
	w.keepFocus()
	if w.window.Canvas().Focused() == nil {
		w.focusList()
	}
	return true
}

// resizeSheet follows content that grew or shrank.
func (w *Window) resizeSheet() {
	if w.sheet != nil {
		w.sheet.popUp.Refresh()
		w.sheet.popUp.Resize(w.sheet.popUp.MinSize())
	}
}

// What scrolls in a sheet leaves ringRoom at both sides: the rings of what has no
// surface stick out that far. Its bar has barRoom, beside all that it scrolls.
const (
	ringRoom = grid / 2
	barRoom  = grid * 1.5
)

// edged puts the edge of a sheet around it, of which what scrolls has some already.
func edged(body fyne.CanvasObject) fyne.CanvasObject {
	const vertical, side = grid * 2.5, grid * 3
	return container.New(layout.NewCustomPaddedLayout(vertical, vertical, side-ringRoom, side-ringRoom-barRoom), body)
}

// sheetLayout puts title, content and buttons under each other. The content
// scrolls where the window is too low for all of it.
type sheetLayout struct {
	window  *Window
	content fyne.CanvasObject
	width   float32
}

// Layout implements fyne.Layout.
func (l *sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	head, foot := objects[0].MinSize().Height, objects[2].MinSize().Height
	wide := size.Width - 2*ringRoom - barRoom
	objects[0].Move(fyne.NewPos(ringRoom, 0))
	objects[0].Resize(fyne.NewSize(wide, head))
	objects[1].Move(fyne.NewPos(0, head+grid))
	objects[1].Resize(fyne.NewSize(size.Width, size.Height-head-foot-grid*3))
	objects[2].Move(fyne.NewPos(ringRoom, size.Height-foot))
	objects[2].Resize(fyne.NewSize(wide, foot))
}

// MinSize implements fyne.Layout.
func (l *sheetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	canvas := l.window.window.Canvas().Size()
	width := min(l.width, canvas.Width-grid*8)
	width = max(width, objects[2].MinSize().Width) + 2*ringRoom + barRoom
	if l.content.Size().Width != width {
		l.content.Resize(fyne.NewSize(width, l.content.MinSize().Height))
	}
	rest := objects[0].MinSize().Height + objects[2].MinSize().Height + grid*3
	middle := max(l.content.MinSize().Height, objects[1].MinSize().Height)
	return fyne.NewSize(width, min(middle+rest, canvas.Height-grid*7))
}

// askDelete asks, once, before what is selected is deleted for good.
func (w *Window) askDelete() {
	rows := w.list.selected()
	ids := idsOf(rows, func(c Can) bool { return c.Delete })
	if len(ids) == 0 {
		return
	}
	title := w.words.Count("delete.title", len(ids))
	name := newParagraph(theme.SizeNameText, widget.MediumImportance)
	name.TextStyle.Bold = true
	name.Wrapping = fyne.TextWrapBreak
	name.Hide()
	for _, row := range rows {
		if len(ids) == 1 && row.ID == ids[0] {
			setParagraph(name, named(w.words, row.Name))
		}
	}
	text := newSentence(w.words.Text("delete.links"))
	w.ask(title, column(grid, name, text), w.words.Count("delete.yes", len(ids)), danger, func() { w.actions.Delete(ids) })
	asked := w.sheet
	w.actions.Originals(ids, func(all bool) {
		if w.sheet == asked {
			text.SetText(w.words.Joined(w.deletes(len(ids), all), w.words.Text("delete.links")))
			w.resizeSheet()
		}
	})
}

// deletes says what deleting so many files leaves.
func (w *Window) deletes(files int, originals bool) string {
	if originals {
		return w.words.Text("delete.text")
	}
	return w.words.Count("delete.only", files)
}

// sendEach sends the files of archives one by one instead. Where that deletes
// what is finished it asks first.
func (w *Window) sendEach(ids []string) {
	finished := 0
	for _, row := range w.list.selected() {
		if row.State == Done && slices.Contains(ids, row.ID) {
			finished++
		}
	}
	if finished == 0 {
		w.actions.SendEach(ids)
		return
	}
	text := newSentence(w.words.Text("each.text"))
	w.ask(w.words.Text("each.title"), text, w.words.Text("each.yes"), raised, func() { w.actions.SendEach(ids) })
}

// ask puts one question with two answers, of which one is Cancel.
func (w *Window) ask(title string, content fyne.CanvasObject, yes string, d dress, act func()) {
	w.askEither(title, content, w.words.Text("ask.no"), yes, d, act)
}

// askEither puts one question with two answers. Enter takes the one that changes
// nothing.
func (w *Window) askEither(title string, content fyne.CanvasObject, not, yes string, d dress, act func()) {
	no := newButton(w.kit, raised, glyphNone, not, func() { w.closeSheet() })
	do := newButton(w.kit, d, glyphNone, yes, func() {
		w.closeSheet()
		act()
	})
	w.openSheet(title, content, atEnd(no, do), no, nil)
}

// atEnd puts buttons at the right end of a sheet.
func atEnd(buttons ...fyne.CanvasObject) fyne.CanvasObject {
	space := newLine(captionText, colorQuiet, fyne.TextStyle{})
	return container.New(&besideLayout{gap: grid, grow: space}, append([]fyne.CanvasObject{space}, buttons...)...)
}
