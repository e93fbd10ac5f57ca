package views

import (
	"context"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// Params is what the window is made of.
type Params struct {
	// App wears what Dress gives it.
	App     fyne.App
	Words   *words.Catalogue
	Actions Actions
	Data    *Data
	// Do runs a function on the UI goroutine: fyne.Do in the program.
	Do func(func())
	// Tray tells that the desktop has a notification area; without one, closing
	// the window leaves the program.
	Tray bool
	// TrayHint tells whether to say now that closing the window did not stop the
	// program. It is asked each time, and answers yes once. May be nil.
	TrayHint func() bool
	// Size is that of the window as it was left; the usual one where it is zero.
	Size fyne.Size
	// Ready is called when the desktop has made the window, before anything is
	// written in it: what it waits for goes on meanwhile. May be nil.
	Ready func()
	// Picker is the desktop's where nil.
	Picker Picker
}

// Window is the one window of the program, with its menu in the notification
// area. Its methods are for the UI goroutine.
type Window struct {
	app     fyne.App
	window  fyne.Window
	words   *words.Catalogue
	actions Actions
	do      func(func())
	picker  Picker
	hint    func() bool
	kit     *kit

	top      *topBar
	strip    *strip
	filters  *filters
	list     *fileList
	panel    *listPanel
	pane     *detailPane
	bottom   *overallBar
	layout   *windowLayout
	content  *fyne.Container
	tray     *tray
	sheet    *sheet
	dialog   *fileDialog // of Fyne's, while it is open
	leaving  *quitPage   // the question whether to quit, once it was asked
	page     *connectPage
	settings *settingsPage // while it is open
	qr       *qrPage
	saying   *time.Timer

	shownList   List
	overall     Overall
	connection  Connection
	preferences Preferences

	technical bool // what is technical of a file is shown
	onScreen  bool

	look   *look  // nil where the caller has brought another theme
	spoken string // the language of all that was made

	ends   []func()
	alive  context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// usualSize is that of a window that was never left with another one.
var usualSize = fyne.NewSize(1120, 720)

// New puts the window on the screen, and shows the snapshots of p.Data in it from
// now on. The caller calls Show when it runs, and Close when the program ends.
func New(p Params) *Window {
	w := &Window{
		app: p.App, window: p.App.NewWindow(p.Words.Text("window.title")), words: p.Words,
		actions: p.Actions, do: p.Do, picker: p.Picker, hint: p.TrayHint, onScreen: true,
	}
	w.look, _ = p.App.Settings().Theme().(*look)
	w.alive, w.cancel = context.WithCancel(context.Background())
	if w.picker == nil {
		w.picker = &desktopPicker{window: w, choose: desktopChooser()}
	}
	w.kit = &kit{
		words: p.Words, actions: p.Actions, canvas: w.window.Canvas,
		key: w.typedKey, shortcut: w.typedShortcut, reveal: w.reveal,
	}
	w.open(p)
	w.window.SetOnDropped(func(_ fyne.Position, uris []fyne.URI) { w.dropped(uris) })
	w.bindKeys()
	w.makeTray(p.Tray) // after the first picture: it takes the desktop a while
	return w
}

// open puts the window on the screen, in the look that the person has chosen. All
// that it holds is made and told what there is in time for its first picture.
func (w *Window) open(p Params) {
	if chosen, err := p.Data.Preferences.Get(); err == nil && w.look != nil {
		w.look.chosen = chosen.Look
	}
	w.window.SetIcon(AppIcon())
	w.window.SetPadded(false)
	content := newCurtain(func() fyne.CanvasObject {
		if p.Ready != nil {
			p.Ready()
		}
		w.assemble()
		w.listen(p.Data)
		return w.content
	})
	w.window.SetContent(content)
	w.window.Resize(usualSize)
	if p.Size.Width > 0 && p.Size.Height > 0 {
		w.window.Resize(p.Size)
	}
	content.lift()
	w.window.Show()
	content.lay()
}

// assemble makes all that the window holds, in the language of now.
func (w *Window) assemble() {
	w.spoken = w.words.Language()
	w.list = newFileList(w.kit)
	w.list.askMenu, w.list.askDelete = w.openMenu, w.askDelete
	w.list.moved = func() { w.actions.Select(w.list.selectedIDs()) }
	w.top, w.strip, w.filters = newTopBar(w), newStrip(w), newFilters(w)
	w.pane = newDetailPane(w)
	w.panel = newListPanel(w)
	w.bottom = newOverallBar(w)
	w.layout = &windowLayout{w: w}
	w.content = container.New(w.layout,
		w.top.box, w.strip.box, w.filters.box, w.panel.box, w.pane.box, w.bottom.box)
}

func (w *Window) makeTray(present bool) {
	if host, ok := w.app.(trayHost); ok && present {
		w.tray = newTray(w, host)
		w.tray.show(w.overall)
	}
	w.window.SetCloseIntercept(w.closing)
}

func (w *Window) listen(data *Data) {
	w.ends = []func(){
		listen(data.Connection, w.showConnection),
		listen(data.List, w.showList),
		listen(data.Detail, w.showDetail),
		listen(data.Overall, w.showOverall),
		listen(data.Preferences, w.showPreferences),
	}
}

// Show puts the window on the screen, in front of the others.
func (w *Window) Show() {
	if !w.onScreen {
		w.onScreen = true
		w.window.Show()
	}
	w.window.RequestFocus()
	w.actions.Visible(true)
}

// Size is that of what the window holds, in Fyne's units; zero before it was on the
// screen.
func (w *Window) Size() fyne.Size { return w.layout.size }

// Close ends what the window has going on, and returns when it has ended. Call
// it after the app stopped running; the window itself goes with the app.
func (w *Window) Close() {
	for _, end := range w.ends {
		end()
	}
	w.cancel()
	if w.tray != nil {
		w.tray.close()
	}
	if w.saying != nil {
		w.saying.Stop()
	}
	w.work.Wait()
}

// Say shows one sentence at the bottom of the window for a few seconds: what
// became of something that was just asked for.
func (w *Window) Say(sentence string) {
	const long = 5 * time.Second
	if w.saying != nil {
		w.saying.Stop()
	}
	w.bottom.said = shown(sentence)
	w.showBottom()
	var timer *time.Timer
	timer = time.AfterFunc(long, func() {
		w.do(func() {
			if w.saying == timer { // nothing newer was said
				w.saying, w.bottom.said = nil, ""
				w.showBottom()
			}
		})
	})
	w.saying = timer
}

// Quit leaves the program, after asking once when that leaves something undone.
func (w *Window) Quit() {
	if !w.overall.leaves() {
		w.actions.Quit()
		return
	}
	w.Show()
	w.askQuit()
}

// closing is the window's own button: with a tray the program stays.
func (w *Window) closing() {
	if w.tray == nil {
		w.Quit()
		return
	}
	w.onScreen = false
	w.window.Hide()
	w.actions.Visible(false)
	if w.hint != nil && w.hint() {
		w.app.SendNotification(fyne.NewNotification(w.words.Text("hint.title"), w.words.Text("hint.text")))
	}
}

func (w *Window) showList(list List) {
	w.shownList = list
	w.top.show(w) // the minutes to the storage's end go on
	w.filters.show(w.words, list)
	w.panel.show(list)
	w.layout.arrange()
	w.showBottom()
	w.keepFocus()
}

func (w *Window) showDetail(d Detail) {
	w.pane.show(d)
	w.keepFocus()
}

func (w *Window) showOverall(all Overall) {
	w.overall = all
	w.showBottom()
	w.updateQuit()
	if w.tray != nil {
		w.tray.show(all)
	}
	w.keepFocus()
}

func (w *Window) showBottom() { w.bottom.show(w.words, w.overall, w.shownList.Counts) }

func (w *Window) showConnection(c Connection) {
	asks, other := c.NeedsKey && !w.connection.NeedsKey, c.NeedsKey != w.connection.NeedsKey
	w.connection = c
	w.top.show(w)
	if other {
		w.panel.show(w.shownList) // a key is what it offers
	}
	w.strip.show(c)
	w.layout.arrange()
	if asks && !w.covered() {
		w.showNewKey()
	}
	w.keepFocus()
}

// background runs work off the UI goroutine, and what it returns on it. Work
// must end soon after its context does; nothing is called once it has.
func (w *Window) background(work func(context.Context) func()) {
	w.work.Go(func() {
		after := work(w.alive)
		if w.alive.Err() == nil {
			w.do(after)
		}
	})
}

func (w *Window) addFiles() { w.picker.Files(w.words.Text("pick.add"), w.actions.Add) }

func (w *Window) quickShare() { w.picker.Files(w.words.Text("pick.quick"), w.actions.QuickShare) }

func (w *Window) saveTo(ids []string) {
	w.picker.Folder(w.words.Text("pick.save"), w.actions.DownloadFolder(), func(folder string) {
		w.actions.Save(ids, folder)
	})
}

// dropped takes files and folders that were dropped anywhere in the window.
func (w *Window) dropped(uris []fyne.URI) {
	var paths []string
	for _, uri := range uris {
		if path, ok := localPath(uri); ok {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		w.Say(w.words.Text("drop.nothing"))
		return
	}
	w.actions.Add(paths)
}

func (w *Window) copyText(text string) {
	w.app.Clipboard().SetContent(text)
	w.Say(w.words.Text("fact.copied"))
}

func (w *Window) clearSearch() { w.top.search.SetText("") }

func (w *Window) moment(t time.Time) string { return w.words.Moment(t, time.Now()) }

func (w *Window) openMenu(at fyne.Position) {
	menu := w.fileMenu()
	if len(menu.Items) > 0 {
		widget.ShowPopUpMenuAtPosition(menu, w.window.Canvas(), at)
	}
}

// popUp opens a menu under an object.
func (w *Window) popUp(menu *fyne.Menu, under fyne.CanvasObject) {
	below := fyne.NewPos(0, under.Size().Height+theme.Padding())
	widget.ShowPopUpMenuAtRelativePosition(menu, w.window.Canvas(), below, under)
}
