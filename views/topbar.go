package views

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// field is a line to type in, which hands on the keys and shortcuts that mean
// something to the whole window.
type field struct {
	widget.Entry
	kit *kit
	// left is called for Down: on to what the field belongs to.
	left func()
	// lost is called when the field has lost the focus.
	lost func()
}

func newField(k *kit, placeholder string) *field {
	f := &field{kit: k}
	f.PlaceHolder = placeholder
	f.ExtendBaseWidget(f)
	return f
}

// newSecret makes a field whose text is never shown: it has no eye to uncover
// it with.
func newSecret(k *kit, placeholder string) *field {
	f := newField(k, placeholder)
	f.Password = true
	f.ActionItem = container.NewWithoutLayout()
	f.SetIcon(drawing(glyphKey, colorQuiet)) // it keeps a long text off the edge
	return f
}

// FocusGained implements fyne.Focusable.
func (f *field) FocusGained() {
	f.Entry.FocusGained()
	f.kit.reveal(f)
}

// FocusLost implements fyne.Focusable.
func (f *field) FocusLost() {
	f.Entry.FocusLost()
	if f.lost != nil {
		f.lost()
	}
}

// TypedKey implements fyne.Focusable.
func (f *field) TypedKey(event *fyne.KeyEvent) {
	switch {
	case event.Name == fyne.KeyEscape || event.Name == fyne.KeyF5:
		f.kit.key(event)
	case event.Name == fyne.KeyDown && f.left != nil:
		f.left()
	default:
		f.Entry.TypedKey(event)
	}
}

// TypedShortcut implements fyne.Shortcutable.
func (f *field) TypedShortcut(shortcut fyne.Shortcut) {
	if custom, ok := shortcut.(*desktop.CustomShortcut); ok && global(custom) {
		f.kit.shortcut(shortcut)
		return
	}
	if paste, ok := shortcut.(*fyne.ShortcutPaste); ok && !paste.Secondary {
		f.kit.actions.Copied(f.paste)
		return
	}
	f.Entry.TypedShortcut(shortcut)
}

// paste puts a text in, while the person is still there. Fyne's own way of
// reading it stands still for as long as the program that has copied it does.
func (f *field) paste(text string) {
	if f.kit.canvas().Focused() == fyne.Focusable(f) {
		f.Entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: copiedText(text)})
	}
}

// copiedText is a clipboard that holds just this text.
type copiedText string

// Content implements fyne.Clipboard.
func (c copiedText) Content() string { return string(c) }

// SetContent implements fyne.Clipboard: a paste changes nothing there.
func (copiedText) SetContent(string) {}

// restore puts a text back without telling anybody.
func (f *field) restore(text string) {
	told := f.OnChanged
	f.OnChanged = nil
	f.SetText(text)
	f.OnChanged = told
}

// placeWidth is the room of the storage's name, with what is said of its end; a
// wide window has twice as much.
const placeWidth float32 = 176

// topBar holds the storage, the search, and the way in.
type topBar struct {
	box      *fyne.Container
	place    *button
	search   *field
	add      *button
	settings *button
	spare    float32 // that the name of the storage gives back in a narrow window
}

func newTopBar(w *Window) *topBar {
	b := &topBar{search: newField(w.kit, w.words.Text("search.placeholder"))}
	b.place = newButton(w.kit, quiet, glyphDot, "", nil)
	b.place.trailer = glyphDown
	b.place.onTap = func() { w.popUp(w.placesMenu(), b.place) }
	b.search.SetIcon(drawing(glyphSearch, colorQuiet))
	b.search.OnChanged = w.actions.Search
	b.search.left = w.leaveSearch
	b.search.OnSubmitted = func(string) { w.leaveSearch() }
	b.add = newButton(w.kit, raised, glyphPlus, w.words.Text("add.button"), w.addFiles)
	b.settings = newButton(w.kit, quiet, glyphSettings, "", w.showSettings)
	room := container.New(searchLayout{}, container.NewThemeOverride(b.search, still{theme.Current()}))
	b.box = container.New(&besideLayout{gap: grid, grow: room}, b.place, room, b.add, b.settings)
	return b
}

// show tells which storage is open and how it is.
func (b *topBar) show(w *Window) {
	ends := w.endsIn(time.Now())
	name := b.name(w, ends)
	tint := colorGood
	switch {
	case w.connection.NeedsKey || w.connection.Problem != "" && !w.connection.Retrying:
		tint = colorDanger
	case !w.connection.Ready:
		tint = colorWarn
	}
	if b.place.tint != tint {
		b.place.tint = tint
		b.place.Refresh()
	}
	b.place.put(name, ends)
}

// name is the storage's, as much of it as has room beside what is said of its end.
func (b *topBar) name(w *Window, ends string) string {
	measured := measure(normalText, fyne.TextStyle{})
	room := placeWidth
	if ends != "" {
		room -= measure(captionText, fyne.TextStyle{})(ends)
	}
	name := w.placeName(w.place())
	short := elideEnd(name, max(room, placeWidth/2), measured)
	b.spare = 0
	if w.narrow() {
		return short
	}
	long := elideEnd(name, room+placeWidth, measured)
	b.spare = measured(long) - measured(short)
	return long
}

// endsIn says when the storage closes, to the minute: nothing counts seconds
// for the eye.
func (w *Window) endsIn(now time.Time) string {
	ends := w.connection.Ends
	if ends.IsZero() {
		return ""
	}
	left := ends.Sub(now)
	if left <= 0 {
		return w.words.Text("place.ended")
	}
	return w.words.Text("place.endsIn", words.Args{"Time": w.words.Lasting(max(left, time.Minute))})
}

// filters is the row of chips over the list, each with the number of rows that
// it keeps, and what can be done about those that failed.
type filters struct {
	box   *fyne.Container
	chips [filterCount]*button
	retry *button
}

func newFilters(w *Window) *filters {
	f := &filters{}
	var objects []fyne.CanvasObject
	for i := range f.chips {
		f.chips[i] = newButton(w.kit, chip, glyphNone, "", func() { w.actions.Filter(Filter(i)) })
		objects = append(objects, f.chips[i])
	}
	f.retry = newButton(w.kit, quiet, glyphAgain, w.words.Text("filter.retry"), w.actions.RetryFailed)
	f.retry.heirs = []*button{f.chips[FilterFailed]}
	f.retry.Hide()
	f.box = container.New(&wrapLayout{gap: grid / 2}, append(objects, f.retry)...)
	return f
}

func (f *filters) show(w *words.Catalogue, list List) {
	labels := [filterCount]string{
		w.Text("filter.all"), w.Text("filter.uploading"), w.Text("filter.failed"), w.Text("filter.done"),
	}
	for i, c := range f.chips {
		note := ""
		if list.Counts[i] > 0 {
			note = w.Number(list.Counts[i])
		}
		c.put(labels[i], note)
		c.choose(Filter(i) == list.Chosen.Filter)
	}
	show(f.retry, list.Counts[FilterFailed] > 0)
	f.box.Refresh()
}

// overallBar is the line under the list: how far everything is.
type overallBar struct {
	box    *fyne.Container
	bar    *progress
	barBox *fyne.Container
	text   *line
	hold   *button
	resume *button
	stop   *button // of what is being saved
	said   string
}

func newOverallBar(w *Window) *overallBar {
	o := &overallBar{bar: newProgress(), text: newCaption()}
	o.text.clauses = true
	o.hold = newButton(w.kit, raised, glyphPause, w.words.Text("all.pause"), w.actions.PauseAll)
	o.resume = newButton(w.kit, raised, glyphPlay, w.words.Text("all.resume"), w.actions.ResumeAll)
	o.stop = newButton(w.kit, quiet, glyphCross, w.words.Text("saving.stop"), func() { w.actions.StopSaving(nil) })
	o.hold.heirs, o.resume.heirs = []*button{o.resume}, []*button{o.hold}
	o.barBox = container.New(sizedLayout{width: 120, height: 4}, o.bar)
	o.box = container.New(&besideLayout{gap: grid * 1.5, grow: o.text}, o.barBox, o.text, o.stop, o.hold, o.resume)
	return o
}

// show draws the state of all. A sentence that was just said stays over it.
func (o *overallBar) show(w *words.Catalogue, all Overall, counts Counts) {
	show(o.hold, all.Running)
	show(o.resume, all.Paused && !all.Running)
	show(o.stop, all.Saving != "")
	busy := all.Running || all.Paused
	show(o.barBox, busy)
	share := float32(0)
	if all.Bytes > 0 {
		share = float32(min(max(float64(all.BytesDone)/float64(all.Bytes), 0), 0.99))
	}
	o.bar.set(share, all.Paused || all.Reconnecting)
	tint := colorQuiet
	if all.Reconnecting {
		tint = colorWarn
	}
	switch {
	case o.said != "":
		o.text.set(o.said, colorInk)
	case all.Message != "":
		o.text.set(shown(all.Message), colorInk)
	default:
		o.text.set(overallText(w, all, counts), tint)
	}
	o.box.Refresh()
}

func overallText(w *words.Catalogue, all Overall, counts Counts) string {
	if !all.Running && !all.Paused {
		if all.Saving != "" || counts[FilterAll] == 0 {
			return all.Saving
		}
		return w.Count("all.files", counts[FilterAll])
	}
	files := w.Count("all.filesOf", all.Files, words.Args{"Done": w.Number(all.FilesDone)})
	if all.Running && all.Reconnecting {
		return joined(waitingText(w, all), files, w.Sent(all.BytesDone, all.Bytes), all.Saving)
	}
	if all.Paused {
		return joined(w.Text("state.paused"), files, w.Sent(all.BytesDone, all.Bytes), all.Saving)
	}
	return joined(files, w.Sent(all.BytesDone, all.Bytes), w.Speed(all.Speed), w.Left(all.Left), all.Saving)
}

// waitingText says why nothing moves, and until when.
func waitingText(w *words.Catalogue, all Overall) string {
	switch {
	case all.Offline:
		return w.Text("all.offline")
	case all.NextTry > 0:
		return joined(w.Text("state.reconnecting"), w.Text("all.nextTry", words.Args{"Time": w.Lasting(all.NextTry)}))
	default:
		return w.Text("state.reconnecting")
	}
}

// percent returns how much of all is there, in whole percents below 100.
func percent(all Overall) string {
	if all.Bytes <= 0 {
		return "0"
	}
	return strconv.Itoa(int(min(max(float64(all.BytesDone)/float64(all.Bytes), 0), 0.99) * 100))
}
