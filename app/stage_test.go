package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"go.uber.org/goleak"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/clipboard"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/secrets"
	"quicksync.me/desktop/service/settings"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is the program with real services, and with a desktop and a UI
// goroutine of the test's.
type stage struct {
	*testing.T
	app  *App
	do   views.Actions
	node *node.Node
	desk *desk
	dir  string
	ring *ring
	// door is where this computer's storage is reached, from the next start on; empty
	// for its own address.
	door string
	// network is the system's word on it, from the next start on.
	network Network
	// sleep is what was wished of the computer's sleep.
	sleep *sleepless
	ui    chan func()
	stop  func()
}

func newStage(t *testing.T) *stage {
	t.Helper()
	test.NewTempApp(t) // bindings want one
	s := &stage{T: t, dir: t.TempDir(), desk: &desk{}, sleep: &sleepless{}, ring: &ring{keys: map[string]string{}}, ui: make(chan func(), 1000), stop: func() {}}
	s.node = s.startNode()
	t.Cleanup(func() { s.stop() })
	s.start()
	return s
}

// startNode runs a node until the test ends.
func (s *stage) startNode() *node.Node {
	s.Helper()
	n, err := node.Open(context.Background(), node.Config{Dir: s.T.TempDir()})
	s.must(err)
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.must(n.Close(ctx))
	})
	return n
}

// start runs the program, after it has ended if it ran, until the test ends.
func (s *stage) start() {
	s.Helper()
	s.stop()
	prefs, err := settings.Open(filepath.Join(s.dir, "settings.json"))
	s.must(err)
	text, err := words.New("en")
	s.must(err)
	keys := secrets.New(secrets.Config{Ring: s.ring})
	kept, left, setAside, err := journal.Open(filepath.Join(s.dir, "journals"))
	s.must(err)
	history, err := kept.History()
	s.must(err)
	engine := transfer.New(transfer.Config{Journal: kept, Left: left, History: history, Reopen: bundle.ReopenWhole})
	s.app = New(Params{
		History: history, SetAside: setAside,
		Settings: prefs, Secrets: keys, Node: localNode{s.node, s.door}, Network: s.network, Awake: s.sleep, Engine: engine, Words: text, Data: views.NewData(),
		Clipboard: s.desk.copied, Pasted: s.pasted(), Left: left, LeftWhole: kept.Whole(),
		Desktop: s.desk, Do: func(f func()) { s.ui <- f }, Downloads: s.dir, Log: slog.New(slog.DiscardHandler),
	})
	s.do = s.app.Actions()
	s.app.Start()
	over := make(chan struct{})
	var ui sync.WaitGroup
	ui.Go(func() { s.runUI(over) })
	s.stop = func() {
		s.app.Close()
		engine.Close()
		s.must(kept.Close())
		close(over)
		ui.Wait()
		s.must(keys.Close(context.Background()))
	}
}

// runUI is the UI goroutine.
func (s *stage) runUI(over chan struct{}) {
	for {
		select {
		case f := <-s.ui:
			f()
		case <-over:
			return
		}
	}
}

// act asks for something as the window does, on the UI goroutine.
func (s *stage) act(f func(a views.Actions)) {
	s.Helper()
	done := make(chan struct{})
	s.ui <- func() {
		f(s.do)
		close(done)
	}
	<-done
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// file makes a file on this computer.
func (s *stage) file(name string, size int) string {
	s.Helper()
	data := make([]byte, size)
	_, _ = rand.Read(data)
	path := filepath.Join(s.dir, "files", name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o700))
	s.must(os.WriteFile(path, data, 0o600))
	return path
}

// pasted is where what was pasted lies.
func (s *stage) pasted() string { return filepath.Join(s.dir, "pasted") }

func (s *stage) list() views.List { v, _ := s.app.Data.List.Get(); return v }

func (s *stage) detail() views.Detail { v, _ := s.app.Data.Detail.Get(); return v }

func (s *stage) overall() views.Overall { v, _ := s.app.Data.Overall.Get(); return v }

func (s *stage) connection() views.Connection { v, _ := s.app.Data.Connection.Get(); return v }

// rows are those of the list.
func (s *stage) rows() (rows []views.Row) {
	list := s.list().Rows
	for i := 0; list != nil && i < list.Len(); i++ {
		rows = append(rows, list.At(i))
	}
	return rows
}

// until waits for the window to show something. That is looked for on the UI
// goroutine, which sets one binding after the other: what is read afterwards is of the
// same picture or of a later one. So is must not act.
func (s *stage) until(what string, is func() bool) {
	s.Helper()
	shown := false
	for end := time.Now().Add(s.patience()); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if s.act(func(views.Actions) { shown = is() }); shown {
			return
		}
	}
	s.Fatalf("the window never showed: %s\nlist: %+v\noverall: %+v\nconnection: %+v", what, s.list(), s.overall(), s.connection())
}

// patience is how long the window may take, however busy the computer is. Half of the
// time that is left stays for telling what it never showed, and for the other tests.
func (s *stage) patience() time.Duration {
	const longest = 2 * time.Minute
	if end, ok := s.Deadline(); ok {
		return min(longest, time.Until(end)/2)
	}
	return longest
}

// row waits for a row of this name in this state.
func (s *stage) row(name string, state views.State) (row views.Row) {
	s.Helper()
	s.until(name+" in its state", func() bool {
		for _, r := range s.rows() {
			if r.Name == name && r.State == state {
				row = r
				return true
			}
		}
		return false
	})
	return row
}

func (s *stage) says(text string) {
	s.Helper()
	s.until("the sentence "+text, func() bool { return strings.Contains(s.overall().Message, text) })
}

// desk is a desktop without a screen.
type desk struct {
	mu      sync.Mutex
	clip    string
	opened  []string
	notices []string
	raised  int
	// rich is what was copied in another program; where it is nil only the window
	// knows the clipboard.
	rich *clipboard.Content
	bad  error
}

// copied is the clipboard as the system tells it.
func (d *desk) copied(context.Context) (clipboard.Content, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.bad != nil:
		return clipboard.Content{}, d.bad
	case d.rich == nil:
		return clipboard.Content{}, clipboard.ErrUnavailable
	}
	return *d.rich, nil
}

func (d *desk) Clipboard() Clipboard { return d }

func (d *desk) Content() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.clip
}

func (d *desk) SetContent(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clip = text
}

func (d *desk) Open(address string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, address)
	return nil
}

func (d *desk) Notify(_, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notices = append(d.notices, text)
}

func (d *desk) Raise() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.raised++
}

func (d *desk) Quit() {}

// localNode shares on "the network" under the name localhost, which is there
// on every machine.
type localNode struct {
	*node.Node
	door string
}

func (n localNode) URL() string { return cmp.Or(n.door, n.Node.URL()) }

func (n localNode) ShareOnLAN(context.Context, bool) error { return nil }

func (n localNode) LANLink(link string) (string, error) {
	return strings.Replace(link, "127.0.0.1", "localhost", 1), nil
}

// ring is a keyring in memory.
type ring struct {
	mu   sync.Mutex
	keys map[string]string
	// kept is called when a key has been kept; nil does nothing.
	kept func()
}

func (r *ring) get(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[name]
}

func (r *ring) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.keys)
}

func (r *ring) Get(_, name string) (string, error) {
	if v := r.get(name); v != "" {
		return v, nil
	}
	return "", secrets.ErrNotFound
}

func (r *ring) Set(_, name, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[name] = secret
	if r.kept != nil {
		r.kept()
	}
	return nil
}

func (r *ring) Delete(_, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.keys[name]; !ok {
		return errors.New("nothing to delete")
	}
	delete(r.keys, name)
	return nil
}
