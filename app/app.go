// Package app is the running program: which storage, what is selected, what
// happens next. It is the only place that knows both sides: it turns the state
// of the services into what views shows, and what a person asks for into calls
// of the services.
//
// The rules are:
//
//   - State is guarded by one mutex, which is never held over a call that may
//     wait: for a server, a disk, the keyring or the window.
//   - The window is told by the pump alone: a snapshot of everything, at most
//     five times in two seconds while something moves, at once after an action.
//   - Actions come on the UI goroutine and return at once; what takes time goes
//     on in goroutines that Close waits for.
package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"quicksync.me/desktop/app/table"
	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/thumbnail"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// Node is the storage on this computer.
type Node interface {
	URL() string
	Token() string
	SessionID() string
	ShareOnLAN(ctx context.Context, on bool) error
	LANLink(link string) (string, error)
	Usage(ctx context.Context) (node.Usage, error)
	Watch(changed func(key string, there bool))
}

// Secrets keeps the keys of servers.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
	Set(ctx context.Context, name, secret string) (secrets.Kept, error)
	Delete(ctx context.Context, name string) error
}

// Clipboard is the desktop's, for the UI goroutine.
type Clipboard interface {
	Content() string
	SetContent(text string)
}

// Desktop is what the program asks of the desktop around it. All is called on
// the UI goroutine.
type Desktop interface {
	Clipboard() Clipboard
	// Open opens an address with the program that the person uses for it.
	Open(address string) error
	// Notify shows a fixed sentence, never a name or a stranger's text.
	Notify(title, text string)
	// Raise brings the window to the front.
	Raise()
	Quit()
}

// Params is what an App is made of.
type Params struct {
	Settings *settings.File
	Secrets  Secrets
	Node     Node
	// Network is what the system tells; nil where it tells nothing.
	Network Network
	// Awake keeps the computer awake; nil where nothing does.
	Awake   Awake
	Engine  *transfer.Engine
	Words   *words.Catalogue
	Data    *views.Data
	Desktop Desktop
	// Do runs a function on the UI goroutine.
	Do func(func())
	// History is what earlier runs have uploaded; SetAside are the journals that
	// could not be read.
	History  []journal.Finished
	SetAside []error
	// Downloads is the person's folder for downloads.
	Downloads string
	// Clipboard reads what was copied in any program, as clipboard.Read does.
	Clipboard func(context.Context) (clipboard.Content, error)
	// ClipboardText reads the text of it, as clipboard.ReadText does; nil where the
	// window's own clipboard does so without waiting for another program.
	ClipboardText func(context.Context) (string, error)
	// Pasted is a folder of ours for what was pasted and is no file yet. Left is
	// what earlier runs have left: of the files in there, those among it are kept,
	// and all of them unless LeftWhole tells that it is all that was left.
	Pasted    string
	Left      []journal.Entry
	LeftWhole bool
	// Language is the system's, a BCP 47 tag.
	Language string
	Log      *slog.Logger
	// LogFile is where Log writes; empty where it does not write to a file.
	LogFile string
}

// App is the running program. Start it, and Close it when the window is gone.
type App struct {
	Params
	ctx   context.Context
	stop  context.CancelFunc
	group sync.WaitGroup
	kick  chan struct{}
	// stir receives when changes has something.
	stir chan struct{}
	who  atomic.Int32 // the views.Audience
	// hidden tells that nobody can see the window.
	hidden atomic.Bool
	// prefs are the settings as they hold now; what it points to never changes.
	prefs atomic.Pointer[settings.Settings]
	// thumbnails makes the picture of the pane.
	thumbnails *thumbnail.Maker

	mu        sync.Mutex
	places    []*place
	current   *place
	view      view
	shelf     shelf // belongs to the pump
	transfers transfers
	links     map[string]*linkState       // by row
	history   map[string]journal.Finished // of earlier runs, by storage and key
	sums      map[string]*sum             // by row
	picture   picture                     // of the selected file
	copied    string                      // what we put on the clipboard last
	unasked   bool                        // it was put there without a click of the person
	ask       bool                        // the strip "Who should open it?" is shown
	asked     *batch                      // what the answer is for, all in one
	held      []*parcel                   // what does not fit its storage, oldest first
	taking    int                         // parcels that are looked through, or wait for their storage
	deleting  int                         // files that are on their way out of their storage
	together  *parcel                     // what may have one link for all of it
	measured  []*bundle.Lazy              // of the parcel that was looked through last
	savings   map[*saving]bool
	fetched   fetched
	writing   bool // the settings are being written
	note      note
	usage     node.Usage
	changes   map[string]bool // in this computer's own storage, by key: whether the file is there
	posted    bool            // a call is on its way to the UI goroutine
	fresh     bool            // next has not been shown
	next      snapshots
	taken     chan struct{} // is closed when next is another one
}

// view is what the person has chosen to see.
type view struct {
	table.View
	selected map[string]bool
	number   uint64 // counts what was chosen
}

// New returns the program, which does nothing before Start.
func New(p Params) *App {
	if p.Network == nil {
		p.Network = anyNetwork{}
	}
	a := &App{
		Params: p, kick: make(chan struct{}, 1), taken: make(chan struct{}), links: map[string]*linkState{}, savings: map[*saving]bool{},
		stir: make(chan struct{}, 1), changes: map[string]bool{},
		sums: map[string]*sum{}, thumbnails: thumbnail.New(thumbnail.Config{Width: thumbnailWidth, Height: thumbnailHeight}),
		view: view{View: table.View{Choice: views.Choice{Sort: views.ColumnAdded, Descending: true}}},
	}
	a.transfers.init()
	a.history = make(map[string]journal.Finished, len(p.History))
	for _, f := range p.History {
		a.history[historyKey(f.Storage, f.FileKey)] = f
	}
	s := p.Settings.Get()
	a.prefs.Store(&s)
	a.apply(&s)
	if err := p.Data.Preferences.Set(a.preferences(&s)); err != nil {
		a.Log.Error("the window could not be told", "error", err)
	}
	a.who.Store(int32(audiences[s.Audience]))
	a.ctx, a.stop = context.WithCancel(context.Background())
	a.loadPlaces(&s)
	return a
}

// Start connects the storages and lets the window be told.
func (a *App) Start() {
	a.sweepPasted()
	a.group.Go(a.pump)
	a.group.Go(a.followNetwork)
	a.group.Go(a.followHere)
	for _, p := range a.places {
		a.group.Go(func() { a.open(p) })
	}
	a.sayTrouble()
	if a.audience() == views.AudienceNetwork {
		a.group.Go(func() { a.share(true) })
	}
}

// sayTrouble tells what of earlier runs could not be read.
func (a *App) sayTrouble() {
	switch err := a.Settings.Problem(); {
	case errors.Is(err, settings.ErrNewer):
		a.Log.Warn("the settings are those of a later version", "error", err)
		a.say(a.Words.Text("note.settingsNewer"))
	case err != nil:
		a.Log.Error("the settings were set aside", "error", err)
		a.say(a.Words.Text("note.settingsBroken"))
	}
	if len(a.SetAside) > 0 {
		a.Log.Error("journals were set aside", "errors", errors.Join(a.SetAside...))
		a.say(a.Words.Text("note.setAside"))
	}
}

// Close ends all that the App has started. What is not finished goes on at the
// next start; the engine belongs to who made it.
func (a *App) Close() {
	a.stop()
	a.group.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.places {
		if p.conn != nil {
			p.conn.Close()
		}
	}
}

func historyKey(storage, fileKey string) string { return storage + "/" + fileKey }

// now makes the pump look at once.
func (a *App) now() {
	select {
	case a.kick <- struct{}{}:
	default:
	}
}

// note is a sentence under the list, for a while.
type note struct {
	text string
	said time.Time
}

// noteFor is how long a note stays, and noteBriefly while something runs, whose
// line it covers.
const (
	noteFor     = 12 * time.Second
	noteBriefly = 5 * time.Second
)

// say shows a sentence under the list.
func (a *App) say(text string) {
	a.mu.Lock()
	a.note = note{text, time.Now()}
	a.mu.Unlock()
	a.now()
	time.AfterFunc(noteFor+time.Second, a.now)
}
