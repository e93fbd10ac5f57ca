package views

import "fyne.io/fyne/v2"

// span is the room of a column: where it begins and how wide it is. A column
// with no width is not shown.
type span struct{ x, w float32 }

// end returns where the column ends.
func (s span) end() float32 { return s.x + s.w }

// Widths of the columns, and the widths of a list below which one gives way.
const (
	columnGap     float32 = 24
	sizeWidth     float32 = 72
	addedWidth    float32 = 96
	leastProgress float32 = 196
	mostProgress  float32 = 320
	addedFrom     float32 = 660
	sizeFrom      float32 = 440
)

// columnsFor divides the width of a list among its columns: the same for the
// header and for every row. Name and progress share what the others leave; in
// a narrow list the time goes first, then the size.
func columnsFor(width float32) (columns [columnCount]span) {
	left := 2 * grid
	room := width - 2*left
	if width >= addedFrom {
		columns[ColumnAdded] = span{w: addedWidth}
		room -= addedWidth + columnGap
	}
	if width >= sizeFrom {
		columns[ColumnSize] = span{w: sizeWidth}
		room -= sizeWidth + columnGap
	}
	room = max(0, room-columnGap)
	columns[ColumnProgress].w = min(max(room*0.46, min(leastProgress, room*0.6)), mostProgress)
	columns[ColumnName].w = room - columns[ColumnProgress].w
	for c := range columns {
		columns[c].x = left
		if columns[c].w > 0 {
			left += columns[c].w + columnGap
		}
	}
	return columns
}

// header holds the titles of the columns; a tap sorts by one, a second tap the
// other way round.
type header struct {
	kit    *kit
	box    *fyne.Container
	titles [columnCount]*button
	by     Column
	down   bool
}

func newHeader(k *kit) *header {
	h := &header{kit: k}
	for c := range h.titles {
		title := newButton(k, heading, glyphNone, "", func() { h.tapped(Column(c)) })
		title.right = Column(c) == ColumnSize || Column(c) == ColumnAdded
		h.titles[c] = title
	}
	h.box = &fyne.Container{Layout: headerLayout{h}}
	for _, title := range h.titles {
		h.box.Add(title)
	}
	h.show(List{})
	return h
}

func (h *header) tapped(by Column) {
	down := by == h.by && !h.down
	h.kit.actions.Sort(by, down)
}

// show tells what the list is sorted by.
func (h *header) show(list List) {
	h.by, h.down = list.Chosen.Sort, list.Chosen.Descending
	words := [...]string{
		h.kit.words.Text("column.name"), h.kit.words.Text("column.size"),
		h.kit.words.Text("column.progress"), h.kit.words.Text("column.added"),
	}
	for c, title := range h.titles {
		arrow := "" // of those that Fyne's own fonts have
		if Column(c) == h.by {
			arrow = " ↑"
			if h.down {
				arrow = " ↓"
			}
		}
		title.put(words[c]+arrow, "")
		title.choose(Column(c) == h.by)
	}
}

type headerLayout struct{ header *header }

// Layout implements fyne.Layout.
func (l headerLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	for c, span := range columnsFor(size.Width) {
		title := l.header.titles[c]
		show(title, span.w > 0)
		tall := title.MinSize().Height
		title.Move(fyne.NewPos(span.x, (size.Height-tall)/2))
		title.Resize(fyne.NewSize(span.w, tall))
	}
}

// MinSize implements fyne.Layout.
func (l headerLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(0, headerSize) }
