package views

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"quicksync.me/desktop/views/words"
)

// stage is a window in Fyne's test driver, with made-up data and actions that
// are written down.
type stage struct {
	t      *testing.T
	w      *Window
	data   *Data
	asked  []string
	picker *madePicker

	testStep   func(Step)
	testDone   func(bool, string)
	connecting func(string)
	cleanUps   func([]CleanUp, string)
	naming     func(string)
	pasted     bool // what is deleted has no original

	mu    sync.Mutex
	queue []func()
}

// madePicker picks what it was told to.
type madePicker struct {
	files  []string
	folder string
	titles []string
}

func (p *madePicker) Files(title string, done func([]string)) {
	p.titles = append(p.titles, title)
	done(p.files)
}

func (p *madePicker) Folder(title, start string, done func(string)) {
	p.titles = append(p.titles, title+" from "+start)
	done(p.folder)
}

func catalogue(t testing.TB) *words.Catalogue {
	t.Helper()
	c, err := words.New("en")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newStage(t *testing.T, change ...func(*Params)) *stage {
	t.Helper()
	s := &stage{t: t, data: NewData(), picker: &madePicker{files: []string{"/a", "/b"}, folder: "/down"}}
	p := Params{
		Words: catalogue(t), Actions: s.actions(), Data: s.data,
		Do: s.do, Picker: s.picker,
	}
	for _, c := range change {
		c(&p)
	}
	if p.App == nil {
		p.App = Dress(test.NewTempApp(t))
	}
	s.w = New(p)
	s.w.window.Resize(fyne.NewSize(1200, 720))
	t.Cleanup(s.w.Close)
	return s
}

func (s *stage) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, f)
}

// drain runs what was handed to Do.
func (s *stage) drain() {
	s.mu.Lock()
	queue := s.queue
	s.queue = nil
	s.mu.Unlock()
	for _, f := range queue {
		f()
	}
}

func (s *stage) note(what string, values ...any) {
	s.asked = append(s.asked, strings.TrimSpace(what+" "+strings.Trim(fmt.Sprint(values...), "")))
}

func (s *stage) hideNames(id string, hide bool, done func(string)) {
	s.note("hide names", id, " ", hide)
	s.naming = done
}

func (s *stage) actions() Actions {
	many := func(what string) func([]string) { return func(ids []string) { s.note(what, strings.Join(ids, ",")) } }
	one := func(what string) func(string) { return func(id string) { s.note(what, id) } }
	none := func(what string) func() { return func() { s.note(what) } }
	return Actions{
		Add: many("add"), QuickShare: many("quick"), Search: one("search"),
		Copied: func(done func(string)) { done(s.w.app.Clipboard().Content()) },
		Paste:  none("paste"), ShareClipboard: none("share clipboard"), SendEach: many("each"),
		Answer: func(offer string, answer int) { s.note("answer", offer, " ", answer) },
		Filter: func(f Filter) { s.note("filter", int(f)) },
		Sort:   func(c Column, down bool) { s.note("sort", int(c), " ", down) },
		Select: many("select"), Reload: none("reload"), CopyLink: one("copy"), NewLink: one("new"), Open: one("open"),
		CopyLinks: many("copy all"), MakeLink: one("make"), Sum: one("sum"), StopSum: none("stop sum"), StopSaving: many("stop saving"),
		Save:   func(ids []string, folder string) { s.note("save", strings.Join(ids, ","), " to ", folder) },
		Delete: many("delete"), Pause: many("pause"), Resume: many("resume"), Cancel: many("cancel"), Retry: many("retry"),
		RetryFailed: none("retry failed"), PauseAll: none("pause all"), ResumeAll: none("resume all"),
		Originals:   func(_ []string, done func(bool)) { done(!s.pasted) },
		SetAudience: func(a Audience) { s.note("audience", int(a)) },
		HideNames:   s.hideNames,
		Choose:      one("choose"), Forget: one("forget"), DownloadFolder: func() string { return "/home/me" }, Quit: none("quit"),
		Visible: func(bool) {}, ResetPreferences: none("reset"),
		Prefer: func(change func(*Preferences)) {
			p, _ := s.data.Preferences.Get()
			change(&p)
			s.note("prefer", fmt.Sprintf("%+v", p))
			if err := s.data.Preferences.Set(p); err != nil {
				s.t.Error(err)
			}
		},
		Diagnostics: func(done func(string)) { done("all about it") },
		CleanUps:    func(done func([]CleanUp, string)) { s.cleanUps = done },
		CleanUp:     func(days int, done func(string)) { s.note("clean up", days); done("Deleted.") },
		Test: func(form ConnectionForm, step func(Step), done func(bool, string)) func() {
			s.note("test", form.Key)
			s.testStep, s.testDone = step, done
			return none("stop test")
		},
		Connect: func(form ConnectionForm, done func(string)) func() {
			s.note("connect", fmt.Sprintf("%+v", form))
			s.connecting = done
			return none("stop connect")
		},
	}
}

// want fails unless just these things were asked for since the last call.
func (s *stage) want(asked ...string) {
	s.t.Helper()
	if got, want := strings.Join(s.asked, " | "), strings.Join(asked, " | "); got != want {
		s.t.Errorf("asked for %q, want %q", got, want)
	}
	s.asked = nil
}

func (s *stage) list(rows ...Row) { s.setList(List{Rows: RowSlice(rows), Counts: Counts{len(rows)}}) }

func (s *stage) setList(l List) {
	if err := s.data.List.Set(l); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) press(index int, keys fyne.KeyModifier) {
	s.mouse(index, desktop.MouseButtonPrimary, keys)
}

func (s *stage) mouse(index int, button desktop.MouseButton, keys fyne.KeyModifier) {
	s.t.Helper()
	s.row(index).MouseDown(&desktop.MouseEvent{Button: button, Modifier: keys})
	s.row(index).MouseUp(nil)
}

func (s *stage) row(index int) *row {
	s.t.Helper()
	r, ok := s.w.list.bound[index]
	if !ok {
		s.t.Fatalf("row %d is not on the screen", index)
	}
	return r
}

// key types on what has the focus, or on the window.
func (s *stage) key(names ...fyne.KeyName) {
	for _, name := range names {
		event := &fyne.KeyEvent{Name: name}
		if focused := s.w.window.Canvas().Focused(); focused != nil {
			focused.TypedKey(event)
		} else {
			s.w.window.Canvas().OnTypedKey()(event)
		}
	}
}

// shortcut is what a real driver does with one: the focused piece first, then
// the window. The canvas of Fyne's test driver knows no shortcuts.
func (s *stage) shortcut(shortcut fyne.Shortcut) {
	if focused, ok := s.w.window.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(shortcut)
		return
	}
	s.w.typedShortcut(shortcut)
}

// walk visits everything that can be seen, the overlays last.
func (s *stage) walk(visit func(fyne.CanvasObject)) {
	walk(s.w.window.Content(), visit)
	for _, overlay := range s.w.window.Canvas().Overlays().List() {
		walk(overlay, visit)
	}
}

func walk(object fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if object == nil || !object.Visible() {
		return
	}
	visit(object)
	switch o := object.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walk(child, visit)
		}
	}
}

// button finds the visible button with this text; the last one, where a sheet
// has the same as the window under it.
func (s *stage) button(text string) *button {
	var found *button
	s.walk(func(object fyne.CanvasObject) {
		if b, ok := object.(*button); ok && b.text == text {
			found = b
		}
	})
	return found
}

func (s *stage) tap(text string) {
	s.t.Helper()
	b := s.button(text)
	if b == nil {
		s.t.Fatalf("there is no button %q; there is: %s", text, s.texts())
	}
	test.Tap(b)
}

// texts returns all that can be read, a line each.
func (s *stage) texts() string {
	var all []string
	s.walk(func(object fyne.CanvasObject) {
		switch o := object.(type) {
		case *canvas.Text:
			all = append(all, o.Text)
		case *paragraph:
			all = append(all, o.Text)
		}
	})
	return strings.Join(all, "\n")
}

func (s *stage) reads(want ...string) {
	s.t.Helper()
	all := s.texts()
	for _, text := range want {
		if !strings.Contains(all, text) {
			s.t.Errorf("%q cannot be read in:\n%s", text, all)
		}
	}
}

func (s *stage) readsNot(unwanted ...string) {
	s.t.Helper()
	all := s.texts()
	for _, text := range unwanted {
		if strings.Contains(all, text) {
			s.t.Errorf("%q can be read in:\n%s", text, all)
		}
	}
}

func item(t *testing.T, menu *fyne.Menu, label string) *fyne.MenuItem {
	t.Helper()
	for _, i := range menu.Items {
		if i.Label == label {
			return i
		}
	}
	t.Fatalf("the menu has no %q: %q", label, labels(menu))
	return nil
}

func labels(menu *fyne.Menu) string {
	var all []string
	for _, i := range menu.Items {
		if i.IsSeparator {
			i = &fyne.MenuItem{Label: "-"}
		}
		all = append(all, i.Label)
	}
	return strings.Join(all, ", ")
}

var fileCan = Can{Copy: true, Save: true, Delete: true}

func doneRow(id, name string) Row {
	return Row{ID: id, Name: name, Size: 320_000, State: Done, Sent: 320_000, HasLink: true, Can: fileCan}
}

func movingRow(id, name string) Row {
	return Row{
		ID: id, Name: name, Size: 20_000_000, Sent: 12_400_000, State: Uploading, Speed: 3_100_000,
		Left: 2 * time.Second, Can: Can{Pause: true, Cancel: true},
	}
}

func failedRow(id, name string) Row {
	return Row{ID: id, Name: name, Size: 5, State: Failed, Message: "The disk is full.", Can: Can{Retry: true, Delete: true}}
}
