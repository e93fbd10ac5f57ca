package views

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// fileList is the list of files. Fyne's list lends it the rows that are on the
// screen; selection, keys and drawing are its own, because a list of Fyne
// selects one row and draws all of them again for each change.
type fileList struct {
	widget.List
	kit  *kit
	rows Rows
	// hidden are selected rows that a search or a filter keeps off the list.
	hidden []Row
	sel    selection
	// bound holds the rows on the screen by their index.
	bound map[int]*row
	// draws counts the rows that had something to draw.
	draws int

	// opened, askMenu and askDelete are what the window does for the list;
	// moved is told that the selection is another one.
	askMenu   func(at fyne.Position)
	askDelete func()
	moved     func()

	focused, shift bool
	// keys tells that the cursor is moved by keys, and wants to be seen; not
	// while a mouse button brings the focus.
	keys, pressing bool
}

var (
	_ fyne.Focusable  = (*fileList)(nil)
	_ desktop.Keyable = (*fileList)(nil)
)

func newFileList(k *kit) *fileList {
	l := &fileList{kit: k, rows: RowSlice(nil), bound: map[int]*row{}}
	l.HideSeparators = true
	l.Length = func() int { return l.rows.Len() }
	l.CreateItem = func() fyne.CanvasObject { return newRow(l) }
	l.UpdateItem = func(index int, item fyne.CanvasObject) { l.bind(index, item.(*row)) }
	l.ExtendBaseWidget(l)
	return l
}

// show takes a new list of rows over, and those that are selected without being
// shown. Only rows that look different are drawn.
func (l *fileList) show(rows Rows, hidden []Row) {
	longer := rows.Len() != l.rows.Len()
	l.rows, l.hidden = rows, hidden
	if l.sel.keep(rows, RowSlice(hidden)) {
		l.moved()
	}
	if longer {
		l.Refresh()
		return
	}
	l.redraw()
}

func (l *fileList) bind(index int, r *row) {
	if r.index != index && l.bound[r.index] == r {
		delete(l.bound, r.index)
	}
	r.index = index
	l.bound[index] = r
	l.draw(r)
}

// redraw looks at each row on the screen, and draws those that changed.
func (l *fileList) redraw() {
	first, last := l.onScreen()
	for index, r := range l.bound {
		if index < first || index > last {
			delete(l.bound, index)
			continue
		}
		l.draw(r)
	}
}

// onScreen returns the first and the last index that can be seen.
func (l *fileList) onScreen() (first, last int) {
	top := l.GetScrollOffset()
	return int(top / rowSize), int(math.Ceil(float64((top + l.Size().Height) / rowSize)))
}

func (l *fileList) draw(r *row) {
	if r.index < 0 || r.index >= l.rows.Len() {
		return
	}
	data := l.rows.At(r.index)
	c := cellsOf(l.kit.words, data, time.Now())
	c.chosen = l.sel.has(data.ID)
	c.cursor = l.focused && l.keys && l.sel.cursor == data.ID
	if r.draw(c) {
		l.draws++
	}
}

// selected returns the selected rows in the order of the list, and after them
// those that are hidden.
func (l *fileList) selected() []Row {
	return append(l.sel.chosen(l.rows), l.sel.chosen(RowSlice(l.hidden))...)
}

// selectedIDs returns the IDs of the selected rows, in the order of selected.
func (l *fileList) selectedIDs() []string {
	return append(l.sel.chosenIDs(l.rows), l.sel.chosenIDs(RowSlice(l.hidden))...)
}

// changed draws the selection and tells of it.
func (l *fileList) changed() {
	l.redraw()
	l.moved()
}

// pressed is a mouse button going down on the row at index. The secondary one
// takes the row into the selection for the menu that follows.
func (l *fileList) pressed(index int, button desktop.MouseButton, keys fyne.KeyModifier) {
	if index < 0 || index >= l.rows.Len() {
		return
	}
	l.keys, l.pressing = false, true
	l.kit.canvas().Focus(l)
	l.pressing = false
	id := l.rows.ID(index)
	switch {
	case button == desktop.MouseButtonSecondary && l.sel.has(id):
		l.sel.cursor = id
	case keys&fyne.KeyModifierShift != 0:
		l.sel.reach(l.rows, index)
	case keys&fyne.KeyModifierShortcutDefault != 0:
		l.sel.toggle(id)
	default:
		l.sel.only(id)
	}
	l.changed()
}

// open is a double tap on the row at index.
func (l *fileList) open(index int) {
	if index >= 0 && index < l.rows.Len() {
		l.kit.actions.Open(l.rows.ID(index))
	}
}

// act is a tap on the word in the row at index.
func (l *fileList) act(index int) {
	if index < 0 || index >= l.rows.Len() {
		return
	}
	row := l.rows.At(index)
	switch cellsOf(l.kit.words, row, time.Now()).act {
	case actCopy:
		l.kit.actions.CopyLink(row.ID)
	case actRetry:
		l.kit.actions.Retry([]string{row.ID})
	}
}

func (l *fileList) menu(at fyne.Position) { l.askMenu(at) }

// selectAll chooses every row.
func (l *fileList) selectAll() {
	l.sel.all(l.rows)
	l.changed()
}

// chooseFirst chooses the first row, unless one of those that are shown is chosen.
func (l *fileList) chooseFirst() {
	if l.rows.Len() == 0 || len(l.sel.chosenIDs(l.rows)) > 0 {
		return
	}
	l.sel.only(l.rows.ID(0))
	l.ScrollTo(0)
	l.changed()
}

// clear chooses none, and tells whether one was chosen.
func (l *fileList) clear() bool {
	if len(l.sel.ids) == 0 {
		return false
	}
	l.sel.clear()
	l.changed()
	return true
}

// FocusGained implements fyne.Focusable. Fyne's own would draw its highlight.
func (l *fileList) FocusGained() {
	l.focused, l.keys = true, !l.pressing
	first, last := l.onScreen()
	at := indexOf(l.rows, l.sel.cursor)
	lost := at < 0 || l.keys && len(l.sel.ids) == 0 && (at < first || at >= last)
	if lost && l.rows.Len() > 0 { // it begins where it is seen
		l.sel.cursor = l.rows.ID(min(max(first, 0), l.rows.Len()-1))
	}
	l.redraw()
}

// FocusLost implements fyne.Focusable.
func (l *fileList) FocusLost() {
	l.focused, l.shift = false, false
	l.redraw()
}

// KeyDown implements desktop.Keyable.
func (l *fileList) KeyDown(event *fyne.KeyEvent) { l.held(event.Name, true) }

// KeyUp implements desktop.Keyable.
func (l *fileList) KeyUp(event *fyne.KeyEvent) { l.held(event.Name, false) }

func (l *fileList) held(name fyne.KeyName, down bool) {
	if name == desktop.KeyShiftLeft || name == desktop.KeyShiftRight {
		l.shift = down
	}
}

// TypedKey implements fyne.Focusable.
func (l *fileList) TypedKey(event *fyne.KeyEvent) {
	l.keys = true
	page := max(1, int(l.Size().Height/rowSize)-1)
	switch event.Name {
	case fyne.KeyDown:
		l.step(1)
	case fyne.KeyUp:
		l.step(-1)
	case fyne.KeyPageDown:
		l.step(page)
	case fyne.KeyPageUp:
		l.step(-page)
	case fyne.KeyHome:
		l.step(-l.rows.Len())
	case fyne.KeyEnd:
		l.step(l.rows.Len())
	case fyne.KeySpace:
		l.toggleCursor()
	case fyne.KeyReturn, fyne.KeyEnter:
		l.open(indexOf(l.rows, l.sel.cursor))
	case desktop.KeyMenu:
		l.menuAtCursor()
	case fyne.KeyF10:
		if l.shift { // Shift+F10, where a keyboard has no key for menus
			l.menuAtCursor()
		}
	default:
		l.kit.key(event)
	}
}

// step moves the cursor by so many rows and chooses the row it comes to, or
// with Shift all up to there.
func (l *fileList) step(by int) {
	if l.rows.Len() == 0 {
		return
	}
	at := indexOf(l.rows, l.sel.cursor)
	next := min(max(at+by, 0), l.rows.Len()-1)
	if len(l.sel.ids) == 0 && at >= 0 && !l.shift && (by == 1 || by == -1) {
		next = at // the first arrow chooses the row where the cursor stands
	}
	if l.shift {
		l.sel.reach(l.rows, next)
	} else {
		l.sel.only(l.rows.ID(next))
	}
	l.ScrollTo(next)
	l.changed()
}

func (l *fileList) toggleCursor() {
	if indexOf(l.rows, l.sel.cursor) >= 0 {
		l.sel.toggle(l.sel.cursor)
		l.changed()
	}
}

// menuAtCursor opens the menu under the row that the keys are at.
func (l *fileList) menuAtCursor() {
	at := indexOf(l.rows, l.sel.cursor)
	if at < 0 {
		return
	}
	if !l.sel.has(l.sel.cursor) {
		l.sel.only(l.sel.cursor)
		l.changed()
	}
	l.ScrollTo(at)
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(l)
	below := float32(at+1)*rowSize - l.GetScrollOffset()
	l.askMenu(origin.AddXY(columnsFor(l.Size().Width)[ColumnName].x, below))
}
