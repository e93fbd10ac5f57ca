package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// dress says how a button looks.
type dress int

const (
	raised  dress = iota // on a surface of its own
	accent               // the one thing to do next
	quiet                // no surface until the pointer is over it
	chip                 // a filter: raised while it is chosen
	heading              // the title of a column
	small                // a word in the colour of links
	danger               // what cannot be undone
	tick                 // a box that is ticked or not, with its words
)

// button is a word, a drawing or both, that can be tapped, or pressed with the
// space bar and Enter while it has the focus.
type button struct {
	widget.BaseWidget
	kit   *kit
	dress dress
	onTap func()

	text, note    string // note follows text, in a quieter colour
	icon, trailer glyph
	tint          fyne.ThemeColorName // of the icon, where it is not that of the text
	right         bool                // the text stands at the right edge
	chosen        bool
	off           bool
	// heirs get the focus where the button goes while it has it: the first of them
	// that can be seen.
	heirs []*button

	hovered, focused bool
}

var (
	_ fyne.Tappable      = (*button)(nil)
	_ fyne.Focusable     = (*button)(nil)
	_ desktop.Hoverable  = (*button)(nil)
	_ desktop.Cursorable = (*button)(nil)
)

func newButton(k *kit, d dress, icon glyph, text string, onTap func()) *button {
	b := &button{kit: k, dress: d, icon: icon, text: text, onTap: onTap}
	b.ExtendBaseWidget(b)
	return b
}

// put changes what the button says, and draws it only if that is new.
func (b *button) put(text, note string) {
	if b.text == text && b.note == note {
		return
	}
	b.text, b.note = text, note
	b.Refresh()
}

func (b *button) wear(d dress) {
	if b.dress != d {
		b.dress = d
		b.Refresh()
	}
}

func (b *button) choose(chosen bool) {
	if b.chosen != chosen {
		b.chosen = chosen
		b.Refresh()
	}
}

// mark shows a choice as made, with a tick in place of its own drawing.
func (b *button) mark(chosen bool, own glyph) {
	b.icon = own
	if chosen {
		b.icon = glyphCheck
	}
	b.chosen = chosen
	b.Refresh()
}

func (b *button) enable(on bool) {
	if b.off == on {
		b.off = !on
		b.Refresh()
	}
}

// Tapped implements fyne.Tappable.
func (b *button) Tapped(*fyne.PointEvent) {
	if b.onTap != nil && !b.off {
		b.onTap()
	}
}

// FocusGained implements fyne.Focusable.
func (b *button) FocusGained() {
	b.focused = true
	b.Refresh()
	b.kit.reveal(b)
}

// FocusLost implements fyne.Focusable.
func (b *button) FocusLost() {
	b.focused = false
	b.Refresh()
}

// TypedRune implements fyne.Focusable.
func (b *button) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (b *button) TypedKey(event *fyne.KeyEvent) {
	switch event.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	default:
		b.kit.key(event)
	}
}

// MouseIn implements desktop.Hoverable.
func (b *button) MouseIn(*desktop.MouseEvent) {
	b.hovered = true
	b.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (b *button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *button) MouseOut() {
	b.hovered = false
	b.Refresh()
}

// Cursor implements desktop.Cursorable.
func (b *button) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	r := &buttonRenderer{
		button: b,
		back:   &canvas.Rectangle{CornerRadius: radius},
		ring:   &canvas.Rectangle{CornerRadius: radius, StrokeWidth: ringWidth},
		text:   &canvas.Text{}, note: &canvas.Text{},
		icon: newImage(), trailer: newImage(),
	}
	r.objects = []fyne.CanvasObject{r.back, r.icon, r.text, r.note, r.trailer, r.ring}
	r.Refresh()
	return r
}

type buttonRenderer struct {
	button            *button
	back, ring        *canvas.Rectangle
	text, note        *canvas.Text
	icon, trailer     *canvas.Image
	objects           []fyne.CanvasObject
	textSize, minimum fyne.Size
}

// colours of surface, edge and text of a button as it is now.
func (b *button) colours() (fill, edge, ink fyne.ThemeColorName) {
	fill, edge, ink = colorClear, colorClear, colorInk
	switch b.dress {
	case accent:
		fill, ink = colorAccent, colorOnAccent
	case raised, danger:
		fill, edge = colorRaised, colorEdge
	case small:
		ink = colorLink
	case heading:
		ink = colorQuiet
	case chip:
		ink = colorQuiet
	}
	if b.dress == danger {
		ink = colorDanger
	}
	return b.moved(fill, edge, ink)
}

func (b *button) moved(fill, edge, ink fyne.ThemeColorName) (_, _, _ fyne.ThemeColorName) {
	switch {
	case b.off && b.dress == tick:
		return fill, edge, colorDash
	case b.off:
		return colorTrack, colorClear, colorQuiet
	case b.chosen && b.dress == chip:
		return colorRaised, colorEdge, colorInk
	case b.chosen:
		return fill, edge, colorInk
	case b.hovered && b.dress == accent:
		return colorOverlay, edge, ink
	case b.hovered && (b.dress == small || b.dress == heading || b.dress == tick):
		return fill, edge, colorInk
	case b.hovered && b.dress == chip:
		return colorTrack, edge, colorInk
	case b.hovered:
		return colorTrack, edge, ink
	}
	return fill, edge, ink
}

func (r *buttonRenderer) Refresh() {
	b := r.button
	fill, edge, ink := b.colours()
	r.back.FillColor, r.back.StrokeColor = theme.Color(fill), theme.Color(edge)
	r.back.StrokeWidth = 1
	r.ring.FillColor, r.ring.StrokeColor = theme.Color(colorClear), theme.Color(colorFocus)
	show(r.ring, b.focused)
	r.text.Text, r.text.Color, r.text.TextSize = b.text, theme.Color(ink), b.letters()
	r.text.TextStyle.Bold = b.dress == accent || b.dress == heading
	r.note.Text, r.note.Color, r.note.TextSize = b.note, theme.Color(colorQuiet), captionText
	tint := b.tint
	if tint == colorClear {
		tint = ink
	}
	setImage(r.icon, b.icon, tint)
	setImage(r.trailer, b.trailer, colorQuiet)
	r.measure()
	r.Layout(b.Size())
	canvas.Refresh(b)
}

func (b *button) letters() float32 {
	if b.dress == small || b.dress == heading {
		return captionText
	}
	return normalText
}

func (b *button) margins() (around, height float32) {
	switch b.dress {
	case small:
		return 0, 24
	case tick:
		return 0, 24
	case heading:
		return 0, headerSize - grid
	case quiet:
		return grid, buttonSize
	}
	return grid * 1.5, buttonSize
}

func (r *buttonRenderer) measure() {
	b := r.button
	around, height := b.margins()
	r.textSize = fyne.MeasureText(b.text, r.text.TextSize, r.text.TextStyle)
	width := 2 * around
	for _, part := range r.widths() {
		width += part
	}
	r.minimum = fyne.NewSize(max(width, height*0.75), height)
}

// widths of icon, text, note and trailer, each with the gap before it.
func (r *buttonRenderer) widths() [4]float32 {
	b := r.button
	var w [4]float32
	if b.icon != glyphNone {
		w[0] = iconSize
	}
	if b.text != "" {
		w[1] = r.textSize.Width
		if w[0] > 0 {
			w[1] += 6
		}
	}
	if b.note != "" {
		w[2] = fyne.MeasureText(b.note, captionText, fyne.TextStyle{}).Width + 6
	}
	if b.trailer != glyphNone {
		w[3] = iconSize + 4
	}
	return w
}

func (r *buttonRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.placeRing(size)
	w := r.widths()
	total := w[0] + w[1] + w[2] + w[3]
	x := (size.Width - total) / 2
	if r.button.dress == heading {
		x = 0
		if r.button.right {
			x = size.Width - total
		}
	}
	middle := size.Height / 2
	r.icon.Move(fyne.NewPos(x, middle-iconSize/2))
	r.icon.Resize(fyne.NewSquareSize(iconSize))
	r.text.Move(fyne.NewPos(x+w[0]+w[1]-r.textSize.Width, middle-r.textSize.Height/2))
	r.text.Resize(r.textSize)
	noteSize := r.note.MinSize()
	r.note.Move(fyne.NewPos(x+w[0]+w[1]+6, middle-noteSize.Height/2))
	r.note.Resize(noteSize)
	r.trailer.Move(fyne.NewPos(x+total-iconSize, middle-iconSize/2))
	r.trailer.Resize(fyne.NewSquareSize(iconSize))
}

// placeRing keeps the ring off a word that has no surface, and off a surface of its
// own colour, on which it would not be seen.
func (r *buttonRenderer) placeRing(size fyne.Size) {
	var aside, over float32
	switch r.button.dress {
	case small, heading, tick:
		aside = grid / 2
	case accent:
		aside, over = ringWidth+1, ringWidth+1
	}
	r.ring.CornerRadius = radius + over
	r.ring.Move(fyne.NewPos(-aside, -over))
	r.ring.Resize(size.AddWidthHeight(2*aside, 2*over))
}

func (r *buttonRenderer) MinSize() fyne.Size           { return r.minimum }
func (r *buttonRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *buttonRenderer) Destroy()                     {}
