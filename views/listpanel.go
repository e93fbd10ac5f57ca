package views

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// listPanel is the table, or what stands in its place while it is empty.
type listPanel struct {
	w      *Window
	box    *fyne.Container
	header *header
	table  fyne.CanvasObject
	drop   fyne.CanvasObject // the slim field under the rows
	zone   *dropZone
	stale  *notice
	blank  *blank
}

func newListPanel(w *Window) *listPanel {
	p := &listPanel{w: w, header: newHeader(w.kit), zone: newDropZone(w), blank: newBlank(w)}
	p.stale = newNotice(w.kit)
	rows := container.NewThemeOverride(w.list, newFlush())
	top := column(0, p.stale.box, p.header.box)
	p.drop = inset(grid/2, grid, newDropField(w))
	p.table = newSurface(colorPanel, colorClear, inset(grid/2, 0, framed(top, rows, p.drop)))
	p.box = container.NewStack(p.table, p.zone.box, p.blank.surface)
	return p
}

// show draws the list, and chooses what stands there when it is empty. Nothing
// yet, nothing found and nothing loaded are three things.
func (p *listPanel) show(list List) {
	if list.Rows == nil {
		list.Rows = RowSlice(nil)
	}
	p.header.show(list)
	p.w.list.show(list.Rows, list.Hidden)
	empty := list.Rows.Len() == 0
	fresh := empty && list.Problem == "" && !list.Loading && list.Search == "" && list.Filter == FilterAll
	show(p.zone.box, fresh)
	show(p.table, !empty)
	show(p.blank.surface, empty && !fresh)
	if empty && !fresh {
		p.fillBlank(list)
	}
	stale := p.stale.box.Visible()
	p.showStale(list)
	if stale != p.stale.box.Visible() {
		p.table.Refresh() // what is under the notice moves
	}
}

// spare tells that the rows leave room for the field in a panel of this height.
func (p *listPanel) spare(height float32) bool {
	return height >= headerSize+float32(p.w.list.rows.Len())*rowSize+p.drop.MinSize().Height+2*grid
}

// offerDrop shows the field under the rows, or leaves its room to them.
func (p *listPanel) offerDrop(roomy bool) {
	if p.drop.Visible() != roomy {
		show(p.drop, roomy)
		p.table.Refresh()
	}
}

// showStale marks a list that is not of now with its time, which comes first: the
// end of the sentence is what a narrow window leaves out.
func (p *listPanel) showStale(list List) {
	if list.Problem == "" || list.Rows.Len() == 0 {
		p.stale.hide()
		return
	}
	text := p.w.words.Text("list.staleUnknown")
	if !list.LoadedAt.IsZero() {
		text = p.w.words.Text("list.stale", words.Args{"Time": p.w.words.Moment(list.LoadedAt, time.Now())})
	}
	label, act := p.mending()
	p.stale.put(glyphAlert, colorWarn, p.w.words.Joined(text, shown(list.Problem)), label, act)
}

// mending is the button for a list that could not be loaded. Where a key is what it
// takes, trying again alone does not help.
func (p *listPanel) mending() (label string, act func()) {
	if p.w.connection.NeedsKey {
		return p.w.words.Text("place.newKey"), p.w.showNewKey
	}
	return p.w.words.Text("list.again"), p.w.actions.Reload
}

func (p *listPanel) fillBlank(list List) {
	t := p.w.words
	show(p.blank.again, list.Problem != "" && p.w.connection.NeedsKey) // a keyring may have been unlocked
	switch {
	case list.Problem != "":
		label, act := p.mending()
		p.blank.put(artProblem, t.Text("list.problem"), shown(list.Problem), label, act)
	case list.Loading:
		p.blank.put(artNothing, t.Text("list.loading"), "", "", nil)
	case list.Search != "":
		p.blank.put(artNothing, t.Text("list.noMatch", words.Args{"Search": elideEnd(shown(list.Search), 240, measure(titleText, fyne.TextStyle{}))}),
			"", t.Text("list.clearSearch"), p.w.clearSearch)
	default:
		p.blank.put(artNothing, emptyFilter(t, list.Filter), "", t.Text("list.showAll"), func() {
			p.w.actions.Filter(FilterAll)
		})
	}
}

func emptyFilter(t *words.Catalogue, f Filter) string {
	switch f {
	case FilterUploading:
		return t.Text("list.noneUploading")
	case FilterFailed:
		return t.Text("list.noneFailed")
	default:
		return t.Text("list.noneDone")
	}
}

// blank is what an empty list says: a drawing, a sentence, a button, and again
// beside one that is not Try again itself.
type blank struct {
	surface       *surface
	art           *mark
	title, text   *paragraph
	button, again *button
}

func newBlank(w *Window) *blank {
	b := &blank{art: newArt(glyphNone), title: centred(theme.SizeNameSubHeadingText), text: centred(theme.SizeNameText)}
	b.title.TextStyle.Bold = true
	b.text.Importance = widget.LowImportance
	b.button = newButton(w.kit, raised, glyphNone, "", nil)
	b.again = newButton(w.kit, raised, glyphNone, w.words.Text("list.again"), w.actions.Reload)
	b.surface = newSurface(colorPanel, colorClear, container.NewPadded(container.New(
		middleLayout{gap: grid * 2, width: emptyWidth}, b.art, sayings(b.title, b.text), container.NewCenter(beside(grid, b.button, b.again)))))
	return b
}

func (b *blank) put(g glyph, title, text, label string, onTap func()) {
	b.art.put(g, colorQuiet)
	setParagraph(b.title, title)
	setParagraph(b.text, text)
	b.button.put(label, "")
	b.button.onTap = onTap
	show(b.button, label != "")
	b.surface.Refresh()
}

// notice is one sentence with a drawing before it and a button after it.
type notice struct {
	box    *fyne.Container
	icon   *mark
	text   *line
	button *button
}

func newNotice(k *kit) *notice {
	n := &notice{icon: newMark(iconSize), text: newCaption(), button: newButton(k, small, glyphNone, "", nil)}
	n.text.clauses = true
	n.box = inset(grid/2, grid*2, container.New(&besideLayout{gap: grid, grow: n.text}, n.icon, n.text, n.button))
	n.box.Hide()
	return n
}

func (n *notice) put(g glyph, tint fyne.ThemeColorName, text, label string, onTap func()) {
	n.icon.put(g, tint)
	n.text.set(text, colorInk)
	n.button.put(label, "")
	n.button.onTap = onTap
	show(n.button, label != "")
	show(n.box, true)
}

func (n *notice) hide() { show(n.box, false) }
