package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// row draws one file. It is made of bare texts and rectangles, because the list
// draws some thirty of them at every step of an upload.
type row struct {
	widget.BaseWidget
	apart
	list  *fileList
	index int
	drawn cells

	back, ring          *canvas.Rectangle
	icon                *canvas.Image
	name, size, added   *canvas.Text
	status, note, share *canvas.Text
	track, fill         *canvas.Rectangle
	action              *word
	hovered             bool
}

var (
	_ desktop.Mouseable      = (*row)(nil)
	_ desktop.Hoverable      = (*row)(nil)
	_ fyne.DoubleTappable    = (*row)(nil)
	_ fyne.SecondaryTappable = (*row)(nil)
)

func newRow(list *fileList) *row {
	text := func(size float32, align fyne.TextAlign) *canvas.Text {
		return &canvas.Text{TextSize: size, Alignment: align, Color: theme.Color(colorInk)}
	}
	r := &row{
		list: list, index: -1,
		back: &canvas.Rectangle{CornerRadius: radius},
		ring: &canvas.Rectangle{CornerRadius: radius, StrokeWidth: ringWidth},
		icon: newImage(),
		name: text(normalText, fyne.TextAlignLeading), size: text(normalText, fyne.TextAlignTrailing),
		added:  text(captionText, fyne.TextAlignTrailing),
		status: text(normalText, fyne.TextAlignLeading), note: text(captionText, fyne.TextAlignLeading),
		share: text(captionText, fyne.TextAlignTrailing),
		track: &canvas.Rectangle{CornerRadius: 2}, fill: &canvas.Rectangle{CornerRadius: 2},
	}
	r.action = newWord(func() { r.list.act(r.index) })
	r.ExtendBaseWidget(r)
	return r
}

// draw shows c, and tells whether there was anything to change.
func (r *row) draw(c cells) bool {
	if c == r.drawn {
		return false
	}
	r.drawn = c
	r.paint()
	return true
}

// paint puts the cells that are to be drawn into the texts and the bar; what
// says the same already is left alone.
func (r *row) paint() {
	c := r.drawn
	setImage(r.icon, c.kind.glyph, c.kind.tint)
	setText(r.size, c.size, colorQuiet)
	setText(r.added, c.added, colorQuiet)
	r.ring.StrokeColor, r.ring.FillColor = theme.Color(colorFocus), theme.Color(colorClear)
	show(r.ring, c.cursor)
	r.paintBack()
	show(r.track, c.bar)
	show(r.fill, c.bar)
	show(r.share, c.bar)
	show(r.status, !c.bar)
	setFill(r.track, colorTrack)
	if c.held {
		setFill(r.fill, colorDash)
	} else {
		setFill(r.fill, colorAccent)
	}
	setText(r.share, c.percent, colorQuiet)
	r.action.put(c.action)
	r.place(r.Size())
}

func (r *row) paintBack() {
	switch {
	case r.drawn.chosen:
		setFill(r.back, colorSelected)
	case r.hovered:
		setFill(r.back, colorHover)
	default:
		setFill(r.back, colorClear)
	}
}

// place lays the parts out in the columns of the list; the texts that are cut
// to their column are cut here.
func (r *row) place(size fyne.Size) {
	if size.Width <= 0 {
		return
	}
	r.sayStatus()
	columns := columnsFor(size.Width)
	back := fyne.NewSize(size.Width-grid, size.Height-2)
	for _, rectangle := range []*canvas.Rectangle{r.back, r.ring} {
		rectangle.Move(fyne.NewPos(grid/2, 1))
		rectangle.Resize(back)
	}
	r.placeName(columns[ColumnName], size.Height)
	centre(r.size, columns[ColumnSize], size.Height)
	centre(r.added, columns[ColumnAdded], size.Height)
	r.placeProgress(columns[ColumnProgress], size.Height)
}

func (r *row) placeName(column span, height float32) {
	r.icon.Move(fyne.NewPos(column.x, (height-kindSize)/2))
	r.icon.Resize(fyne.NewSquareSize(kindSize))
	taken := kindSize + grid*1.5
	room := column.w - taken
	setText(r.name, elideMiddle(r.drawn.name, room, measure(r.name.TextSize, r.name.TextStyle)), colorInk)
	centre(r.name, span{column.x + taken, room}, height)
}

// sayStatus puts the state in, with the dot before the word that may be tapped.
func (r *row) sayStatus() {
	status := r.drawn.status
	if r.drawn.action != "" {
		status += " ·"
	}
	setText(r.status, status, r.drawn.statusTint)
}

// centre puts a text in the middle of a row, within its column.
func centre(text *canvas.Text, column span, height float32) {
	show(text, column.w > 0)
	tall := text.MinSize().Height
	text.Move(fyne.NewPos(column.x, (height-tall)/2))
	text.Resize(fyne.NewSize(column.w, tall))
}

// placeProgress lays out the two lines of the progress column, or the one.
func (r *row) placeProgress(column span, height float32) {
	measured, note := measure(captionText, r.note.TextStyle), r.drawn.note
	if r.drawn.brief != "" && measured(note) > column.w {
		note = r.drawn.brief
	}
	setText(r.note, cutToClause(note, column.w, measured), colorQuiet)
	upper, lower := height/2, height/2+3
	tall := r.note.MinSize().Height
	r.note.Move(fyne.NewPos(column.x, lower))
	r.note.Resize(fyne.NewSize(column.w, tall))
	stacked := r.drawn.note == "" && r.overflows(column)
	if r.drawn.note != "" || stacked {
		upper = height/2 - 8
	}
	if stacked { // a dot would stand at the end of the line
		setText(r.status, r.drawn.status, r.drawn.statusTint)
	}
	r.placeStatus(column, upper)
	if stacked {
		r.action.Move(fyne.NewPos(column.x, lower))
	}
	r.placeBar(column, upper)
}

// overflows tells whether the state and the word after it are too long for one
// line.
func (r *row) overflows(column span) bool {
	return r.drawn.action != "" && r.status.MinSize().Width+grid/2+r.action.MinSize().Width > column.w
}

// placeStatus puts the state in a line, and the word after it. Where both are too
// long the state is cut: the word is to be tapped.
func (r *row) placeStatus(column span, middle float32) {
	tapped := r.action.MinSize()
	if r.overflows(column) && r.drawn.note != "" {
		room := max(1, column.w-tapped.Width-grid/2)
		setText(r.status, elideEnd(r.drawn.status, room, measure(normalText, fyne.TextStyle{})), r.drawn.statusTint)
	}
	least := r.status.MinSize()
	r.status.Move(fyne.NewPos(column.x, middle-least.Height/2))
	r.status.Resize(least)
	r.action.Move(fyne.NewPos(column.x+least.Width+grid/2, middle-tapped.Height/2))
	r.action.Resize(tapped)
	show(r.action, r.drawn.action != "")
}

func (r *row) placeBar(column span, middle float32) {
	const thick, beside = 4, 44
	long := max(0, column.w-beside)
	r.track.Move(fyne.NewPos(column.x, middle-thick/2))
	r.track.Resize(fyne.NewSize(long, thick))
	r.fill.Move(fyne.NewPos(column.x, middle-thick/2))
	r.fill.Resize(fyne.NewSize(long*r.drawn.share, thick))
	tall := r.share.MinSize().Height
	r.share.Move(fyne.NewPos(column.end()-beside, middle-tall/2))
	r.share.Resize(fyne.NewSize(beside, tall))
}

// MouseDown implements desktop.Mouseable: a press selects at once, where a tap
// would first have to wait for a second one.
func (r *row) MouseDown(event *desktop.MouseEvent) {
	r.list.pressed(r.index, event.Button, event.Modifier)
}

// MouseUp implements desktop.Mouseable.
func (r *row) MouseUp(*desktop.MouseEvent) {}

// DoubleTapped implements fyne.DoubleTappable.
func (r *row) DoubleTapped(*fyne.PointEvent) { r.list.open(r.index) }

// Tapped implements fyne.Tappable; MouseDown has done it all.
func (r *row) Tapped(*fyne.PointEvent) {}

// TappedSecondary implements fyne.SecondaryTappable.
func (r *row) TappedSecondary(event *fyne.PointEvent) { r.list.menu(event.AbsolutePosition) }

// MouseIn implements desktop.Hoverable.
func (r *row) MouseIn(*desktop.MouseEvent) { r.hover(true) }

// MouseMoved implements desktop.Hoverable.
func (r *row) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *row) MouseOut() { r.hover(false) }

func (r *row) hover(over bool) {
	r.hovered = over
	r.paintBack()
}

// CreateRenderer implements fyne.Widget.
func (r *row) CreateRenderer() fyne.WidgetRenderer {
	return &rowRenderer{row: r, objects: []fyne.CanvasObject{
		r.back, r.icon, r.name, r.size, r.status, r.action, r.track, r.fill, r.share, r.note, r.added, r.ring,
	}}
}

type rowRenderer struct {
	row     *row
	objects []fyne.CanvasObject
}

func (r *rowRenderer) Layout(size fyne.Size)        { r.row.place(size) }
func (r *rowRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, rowSize) }
func (r *rowRenderer) Refresh()                     { r.row.paint() }
func (r *rowRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *rowRenderer) Destroy()                     {}
