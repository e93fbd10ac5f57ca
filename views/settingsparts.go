package views

import (
	"math"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// labelWidth is the column of the names of the settings, in Fyne's units. A name
// that is longer pushes its control to the next line.
const labelWidth float32 = 176

// settingRow is the name of a setting, and what it is changed with.
func settingRow(name string, controls ...fyne.CanvasObject) fyne.CanvasObject {
	label := newBody()
	label.set(name, colorInk)
	label.whole = true
	field := container.New(sizedLayout{width: labelWidth, height: buttonSize}, label)
	return container.New(&wrapLayout{gap: grid}, append([]fyne.CanvasObject{field}, controls...)...)
}

// section is a group of settings under its title.
func section(title string, rows ...fyne.CanvasObject) fyne.CanvasObject {
	heading := newCaption()
	heading.text.TextStyle.Bold = true
	heading.set(title, colorQuiet)
	return column(grid, append([]fyne.CanvasObject{heading}, rows...)...)
}

// check is a box to tick.
type check struct {
	*button
	checked bool
	changed func(bool)
}

func newCheck(k *kit, text string, changed func(bool)) *check {
	c := &check{changed: changed}
	c.button = newButton(k, tick, glyphBoxOff, text, func() {
		c.put(!c.checked)
		c.changed(c.checked)
	})
	c.tint = colorQuiet
	return c
}

// put shows a choice without telling anybody.
func (c *check) put(on bool) {
	if c.checked == on {
		return
	}
	c.checked, c.icon = on, glyphBoxOff
	if on {
		c.icon = glyphBoxOn
	}
	c.Refresh()
}

// chips are a few choices side by side, of which one is made.
type chips struct {
	box     *fyne.Container
	buttons []*button
}

func newChips(k *kit, labels []string, pick func(int)) *chips {
	c := &chips{box: beside(grid / 2)}
	for i, label := range labels {
		b := newButton(k, chip, glyphNone, label, func() {
			c.put(i)
			pick(i)
		})
		c.buttons = append(c.buttons, b)
		c.box.Add(b)
	}
	return c
}

func (c *chips) put(chosen int) {
	for i, b := range c.buttons {
		if b.chosen != (i == chosen) {
			b.mark(i == chosen, glyphNone)
		}
	}
}

// option is one entry of a menu of values.
type option[T comparable] struct {
	value T
	label string
}

// menuButton is a button that shows the value that was chosen, and opens a menu
// of all of them.
type menuButton[T comparable] struct {
	*button
	w       *Window
	options []option[T]
	value   T
	pick    func(T)
}

func newMenuButton[T comparable](w *Window, options []option[T], pick func(T)) *menuButton[T] {
	m := &menuButton[T]{w: w, options: options, pick: pick}
	m.button = newButton(w.kit, raised, glyphNone, "", m.open)
	m.trailer = glyphDown
	return m
}

// put shows a value; one that is in no menu keeps the label that it is given.
func (m *menuButton[T]) put(value T, label string) {
	m.value = value
	for _, o := range m.options {
		if o.value == value {
			label = o.label
		}
	}
	m.button.put(label, "")
}

func (m *menuButton[T]) open() {
	menu := fyne.NewMenu("")
	for _, o := range m.options {
		item := fyne.NewMenuItem(o.label, func() {
			m.put(o.value, o.label)
			m.pick(o.value)
		})
		item.Checked = o.value == m.value
		menu.Items = append(menu.Items, item)
	}
	m.w.popUp(menu, m.button)
}

// Units of a rate, in bytes a second.
const (
	kilobytes int64 = 1_000
	megabytes int64 = 1_000_000
)

// rateField is a limit: a number and its unit. Without a number there is none.
type rateField struct {
	w       *Window
	row     fyne.CanvasObject
	number  *field
	unit    *menuButton[int64]
	wrong   *paragraph
	told    int64 // what was told last, in bytes a second
	changed func(perSecond int64)
}

func newRateField(w *Window, name string, changed func(perSecond int64)) *rateField {
	r := &rateField{w: w, changed: changed, wrong: newWrong(w.words.Text("limit.wrong"))}
	r.number = newField(w.kit, w.words.Text("limit.none"))
	r.number.OnChanged = func(string) { r.tell() }
	r.number.lost = r.empty
	unit := func(size string) string { return w.words.Text("unit.speed", words.Args{"Size": size}) }
	r.unit = newMenuButton(w, []option[int64]{{kilobytes, unit(w.words.Text("unit.kB"))}, {megabytes, unit(w.words.Text("unit.MB"))}}, func(int64) { r.tell() })
	r.unit.put(megabytes, "")
	box := beside(grid, container.New(sizedLayout{width: 96, height: buttonSize}, roomy(r.number)), r.unit.button)
	r.row = column(grid/4, settingRow(name, box), r.wrong)
	return r
}

// empty takes a number away that comes to no limit, once nobody types there: an
// empty field says so in words, and 0 says the opposite.
func (r *rateField) empty() {
	if rate, ok := parseRate(r.number.Text, r.unit.value); ok && rate == 0 {
		r.number.restore("")
	}
}

// judge marks a text that is no limit, and says what it is.
func (r *rateField) judge(ok bool) {
	r.number.complain(!ok)
	if r.wrong.Visible() == ok {
		show(r.wrong, !ok)
		r.w.resizeSheet()
	}
}

// tell hands the limit on, if it is one and another one.
func (r *rateField) tell() {
	rate, ok := parseRate(r.number.Text, r.unit.value)
	r.judge(ok)
	if ok && rate != r.told {
		r.told = rate
		r.changed(rate)
	}
}

// show puts the limit that holds into the field, unless somebody is typing there
// or the field says that already.
func (r *rateField) show(perSecond int64) {
	rate, ok := parseRate(r.number.Text, r.unit.value)
	if ok && rate == perSecond || r.w.window.Canvas().Focused() == fyne.Focusable(r.number) {
		return
	}
	unit := megabytes
	if perSecond > 0 && perSecond < megabytes {
		unit = kilobytes
	}
	text := ""
	if perSecond > 0 {
		text = strconv.FormatFloat(math.Round(float64(perSecond)/float64(unit)*1000)/1000, 'f', -1, 64)
	}
	r.told = perSecond
	r.unit.put(unit, "")
	r.number.restore(text)
	r.judge(true)
}

// parseRate reads a number in a unit as bytes a second; nothing, and 0, are no
// limit. A comma is taken for the point that it is in most languages.
func parseRate(text string, unit int64) (perSecond int64, ok bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", ".")
	if text == "" {
		return 0, true
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || number < 0 {
		return 0, false
	}
	return int64(math.Min(number*float64(unit), 1<<50)), true
}

// clockField is a time of the day.
func clockField(w *Window, hint string, changed func()) (*field, fyne.CanvasObject) {
	f := newField(w.kit, hint)
	f.OnChanged = func(string) { changed() }
	return f, container.New(sizedLayout{width: 72, height: buttonSize}, roomy(f))
}

// isClock tells that a text is a time such as 9:00 or 23:59.
func isClock(text string) bool {
	_, err := time.Parse("15:04", text)
	return err == nil
}

// complain marks a field whose text cannot be used, or takes the mark away.
func (f *field) complain(wrong bool) {
	if (f.Icon != nil) == wrong {
		return
	}
	icon := fyne.Resource(nil)
	if wrong {
		icon = drawing(glyphAlert, colorDanger)
	}
	f.SetIcon(icon)
	size := f.Size() // the text gets the icon's room, or gives it back, at another size alone
	f.Resize(size.AddWidthHeight(1, 0))
	f.Resize(size)
}

// newWrong makes the sentence of what cannot be used, which is not seen at first.
func newWrong(text string) *paragraph {
	wrong := newNote(text)
	wrong.Importance = widget.DangerImportance
	wrong.Hide()
	return wrong
}
