// Command quicksync is the desktop program: drop files on its window, get
// links. It only puts the parts together and runs them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"gopkg.in/natefinch/lumberjack.v2"

	"quicksync.me/desktop/app"
	"quicksync.me/desktop/service/awake"
	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/service/instance"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/online"
	"quicksync.me/desktop/service/paths"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/fonts"
	"quicksync.me/desktop/views/scheme"
	"quicksync.me/desktop/views/words"
)

// appID names the program to the desktop, as FyneApp.toml does.
const appID = "me.quicksync.desktop"

// waiting is how long a start waits for a program on the same data folder that
// is just starting or ending.
const waiting = 10 * time.Second

// ending bounds how long each part may take to end.
const ending = 10 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "QuickSync: %v\n", err)
		complain(err)
		os.Exit(1)
	}
}

// complain shows why the program cannot start: few look at standard error.
func complain(problem error) {
	text, err := words.New(language(""))
	if err != nil {
		return
	}
	ui := fyneapp.NewWithID(appID)
	if where, err := paths.Find(); err == nil {
		_ = fonts.Load(where.Data)() // the person has another problem
	}
	views.Complain(ui, text, problem.Error())
}

// run is one start of the program: it hands its files to the program that runs
// already, or becomes it.
func run(args []string) error {
	asked, files := languageIn(args)
	where, err := paths.Find()
	if err != nil {
		return err
	}
	if err := where.Make(); err != nil {
		return err
	}
	gate := newGate()
	mine, err := acquire(where, gate)
	if running := (*instance.Running)(nil); errors.As(err, &running) {
		return handOver(running, files)
	}
	if err != nil {
		return err
	}
	// Whoever uses this program is turned away, or waited for, before anything
	// that they use ends.
	leave := sync.OnceFunc(func() {
		gate.shut()
		within(ending, mine.Close)
	})
	defer leave()
	return serve(where, gate, language(asked), files, leave)
}

func acquire(where paths.Paths, h instance.Handler) (*instance.Instance, error) {
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	return instance.Acquire(ctx, instance.Config{Dir: where.Data, Kind: "desktop", Handler: h})
}

// handOver gives the files to the running program.
func handOver(running *instance.Running, files []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	if err := running.HandOver(ctx, files); err != nil {
		return fmt.Errorf("the data folder is in use by another program (%s, process %d): wait until it has ended (%w)", running.Kind, running.PID, err)
	}
	return nil
}

// serve runs the node, the engine and the window, until the window is gone. It
// calls leave before it ends any of them.
func serve(where paths.Paths, gate *gate, language string, files []string, leave func()) error {
	logFile := filepath.Join(where.Data, "log.jsonl")
	log := slog.New(slog.NewJSONHandler(&lumberjack.Logger{Filename: logFile, MaxSize: 5, MaxBackups: 2}, nil))
	prefs, err := settings.Open(filepath.Join(where.Config, "settings.json"))
	if err != nil {
		return err
	}
	here, err := node.Open(context.Background(), node.Config{Dir: filepath.Join(where.Data, "node"), Log: log})
	if err != nil {
		return err
	}
	defer within(ending, here.Close)
	keys := secrets.New(secrets.Config{})
	defer within(ending, keys.Close)
	cfg := transfer.Config{Reopen: bundle.ReopenWhole, Log: log}
	kept, setAside, end := keep(where, &cfg)
	defer end()
	engine := transfer.New(cfg)
	defer engine.Close()
	network := online.New(online.Config{Log: log})
	defer network.Close()
	sleepless := awake.New(awake.Config{Log: log})
	defer sleepless.Close()
	text, err := words.New(language)
	if err != nil {
		return err
	}
	show(where, app.Params{
		Settings: prefs, Secrets: keys, Node: here, Network: network, Awake: sleepless, Engine: engine, Words: text, Data: views.NewData(),
		History: cfg.History, SetAside: setAside, Do: fyne.Do, Downloads: paths.Downloads(), Language: language,
		Clipboard: clipboard.Read, ClipboardText: clipboardText(), Pasted: filepath.Join(where.Data, "pasted"), Left: cfg.Left, LeftWhole: kept != nil && kept.Whole(), Log: log, LogFile: logFile,
	}, gate, files, leave)
	return nil
}

// keep opens the journal for the engine. Where none can be kept, on a full disk
// say, uploads go all the same, but not over a restart: that is told with the
// journals that were set aside.
func keep(where paths.Paths, cfg *transfer.Config) (kept *journal.Journal, setAside []error, end func()) {
	kept, left, setAside, err := journal.Open(where.Journals())
	if err != nil {
		return nil, append(setAside, err), func() {}
	}
	if cfg.History, err = kept.History(); err != nil {
		setAside = append(setAside, err)
	}
	cfg.Journal, cfg.Left = kept, left
	return kept, setAside, func() { within(ending, func(context.Context) error { return kept.Close() }) }
}

// show opens the window and returns when the person has left.
func show(where paths.Paths, p app.Params, gate *gate, files []string, leave func()) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	shades, release := scheme.Follow(ctx), scheme.Take()
	ui := fyneapp.NewWithID(appID)
	desktop := &app.FyneDesktop{App: ui}
	p.Desktop = desktop
	program := app.New(p)
	program.Start() // storages are reached while the window is opened
	views.Dress(ui)
	loaded := fonts.Load(where.Data)
	window := views.New(views.Params{
		App: ui, Words: p.Words, Actions: program.Actions(), Data: p.Data, Do: p.Do,
		Tray: app.HasTray(), TrayHint: program.TrayHint, Size: program.WindowSize(),
		Ready: func() {
			if err := loaded(); err != nil {
				p.Log.Warn("the fonts are those of the system alone", "error", err)
			}
			shade(ui, shades)
			program.Tell()
		},
	})
	desktop.Show = window.Show
	ui.Lifecycle().SetOnEnteredForeground(program.Foreground)
	ui.Lifecycle().SetOnStarted(func() {
		release()
		go follow(ui, shades)
		program.Actions().QuickShare(files)
		gate.open(program, p.Node)
	})
	window.Show()
	ui.Run()
	leave()
	program.KeepWindowSize(window.Size())
	window.Close()
	program.Close()
}

// shading is how long the first picture waits for the desktop to say whether it is
// light or dark. It was asked a tenth of a second before.
const shading = 100 * time.Millisecond

// shade has the first picture be light or dark as the desktop is.
func shade(ui fyne.App, shades <-chan fyne.ThemeVariant) {
	select {
	case variant, known := <-shades:
		if known {
			views.Shade(ui, variant)
		}
	case <-time.After(shading):
	}
}

// follow has the window change with the desktop.
func follow(ui fyne.App, shades <-chan fyne.ThemeVariant) {
	for variant := range shades {
		fyne.Do(func() { views.Shade(ui, variant) })
	}
}

// clipboardText reads what was copied where the window's own clipboard may wait
// for ever for the program that has copied it: that of X11 does.
func clipboardText() func(context.Context) (string, error) {
	if runtime.GOOS != "linux" {
		return nil
	}
	return clipboard.ReadText
}

// within gives a closing its time.
func within(d time.Duration, end func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if err := end(ctx); err != nil {
		slog.Warn("the program did not end cleanly", "error", err)
	}
}

// gate answers other starts of the program from the moment the data folder is
// ours. They wait at it until the program stands, and are turned away once it
// leaves: what they would hand over then would be lost.
type gate struct {
	ready   chan struct{}
	leaving context.Context
	shut    context.CancelFunc
	program handler
	node    app.Node
}

// handler takes the files of another start, or says why not.
type handler interface {
	HandOver(ctx context.Context, files []string) error
}

func newGate() *gate {
	g := &gate{ready: make(chan struct{})}
	g.leaving, g.shut = context.WithCancel(context.Background())
	return g
}

func (g *gate) open(program handler, node app.Node) {
	g.program, g.node = program, node
	close(g.ready)
}

// wait returns an error that wraps instance.ErrBusy if the program leaves before
// it ever stood.
func (g *gate) wait() error {
	select {
	case <-g.ready:
		return nil
	case <-g.leaving.Done():
		return fmt.Errorf("%w: the program is ending", instance.ErrBusy)
	}
}

// HandOver implements instance.Handler.
func (g *gate) HandOver(files []string) error {
	err := g.wait()
	if err == nil {
		err = g.program.HandOver(g.leaving, files)
	}
	if g.leaving.Err() != nil && err != nil {
		return fmt.Errorf("%w: the program is ending", instance.ErrBusy)
	}
	return err
}

// Node implements instance.Handler. The node works until the last lease of it
// has ended.
func (g *gate) Node() (instance.NodeInfo, error) {
	if err := g.wait(); err != nil {
		return instance.NodeInfo{}, err
	}
	return instance.NodeInfo{URL: g.node.URL(), Token: g.node.Token(), SessionID: g.node.SessionID()}, nil
}
