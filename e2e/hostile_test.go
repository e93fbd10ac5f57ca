//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/internal/strict"
)

// harmful is what a shell, a browser or a notification would act on.
const harmful = "$(touch pwned)`touch pwned`<img src=x onerror=alert(1)>"

// A liar is a server that says what the test wants instead of its lists, and
// nothing at all while it is mute.
type liar struct {
	*strict.Server
	mu    sync.Mutex
	lists []string      // the answers to the next calls, the last one again and again
	quiet chan struct{} // closed when it is mute no more; nil while it is not
}

func (s *stage) liar() *liar {
	s.Helper()
	l := &liar{}
	server, err := strict.Start(strict.Config{Token: "the-key", Session: "a-session", Keep: true, Spoil: l.spoil})
	s.must(err)
	l.Server = server
	s.Cleanup(func() {
		l.speak()
		server.Close()
	})
	return l
}

func (l *liar) spoil(c strict.Call) strict.Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quiet != nil {
		quiet := l.quiet
		return func(_ http.Handler, _ http.ResponseWriter, r *http.Request) {
			select {
			case <-quiet:
			case <-r.Context().Done():
			}
			panic(http.ErrAbortHandler) // the connection breaks
		}
	}
	if c.Op != "list" || len(l.lists) == 0 {
		return nil
	}
	list := l.lists[0]
	if len(l.lists) > 1 {
		l.lists = l.lists[1:]
	}
	return strict.Told(list)
}

// tell has the next lists be these.
func (l *liar) tell(lists ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lists = lists
}

func (l *liar) hush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = make(chan struct{})
}

func (l *liar) speak() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quiet != nil {
		close(l.quiet)
		l.quiet = nil
	}
}

// invitation is what a person pastes.
func (l *liar) invitation() string { return l.URL() + "#key=the-key&session=a-session" }

func (l *liar) env() []string {
	return []string{"QS_SERVER=" + l.URL(), "QS_TOKEN=the-key", "QS_SESSION=a-session"}
}

// told is a file as a list tells it.
type told struct {
	Key       string `json:"fileKey"`
	Name      string `json:"fileName"`
	Creator   string `json:"creatorId"`
	Completed bool   `json:"completed"`
	Parts     int    `json:"totalParts"`
	Size      int64  `json:"originalSizeInBytes"`
}

func (s *stage) listOf(files []told) string {
	s.Helper()
	text, err := json.Marshal(files)
	s.must(err)
	return string(text)
}

// hostileFiles are those of a list that wants to do harm. good is the key of a
// file that is really there, of size bytes.
func hostileFiles(good string, size int64) []told {
	all := []told{
		{Key: good, Name: "../../" + harmful + " good.txt", Completed: true, Parts: 1, Size: size},
		{Key: "turned", Name: "evil\u202etxt.exe\u2066", Completed: true, Size: 5},
		{Key: "broken", Name: "line\nbreak\r\tand\x00\x1b[2Jnul.pdf", Completed: true, Parts: 1, Size: -7},
		{Key: "huge", Name: strings.Repeat("long ", 2<<20), Creator: strings.Repeat("c", 1<<20), Completed: true, Size: math.MaxInt64, Parts: math.MaxInt32},
		{Key: "nameless", Name: "", Completed: true, Parts: 0, Size: math.MinInt64},
		{Key: "twice", Name: "twice, the first time", Completed: false, Size: 1},
		{Key: "twice", Name: "twice, the last time", Completed: true, Size: 2},
		{Key: "../../%2e%2e/\n\x00?#" + harmful, Name: "a key.txt", Creator: harmful, Completed: true, Size: math.MaxInt64},
		{Key: "unfinished", Name: strings.Repeat("\u0301", 4000) + "🏴‍☠️.zip", Size: -1, Parts: -1},
	}
	return all
}

// TestHostileStorage shows a storage whose server wants to do harm. All of it is
// text, and the window stays what it is.
func TestHostileStorage(t *testing.T) {
	s := newStage(t, stageConfig{})
	server := s.liar()
	good := s.random("good.txt", 2000)
	s.qs(server.env(), "send", good)
	files := hostileFiles(server.Files()[0].Key, 2000)
	whole := s.listOf(files)
	server.tell(whole)
	program, window := s.open()
	s.paste(window, server.invitation())
	s.connect(window)
	s.see(window, "the list", func(p image.Image) bool { return len(s.links(p)) >= 7 })
	s.photograph(window, "hostile.png")
	s.walksThrough(window, len(files)-1)
	s.findsOne(window, "twice", 1)

	server.tell(whole[:len(whole)/2])
	s.press("F5")
	s.see(window, "what is wrong with the list", func(p image.Image) bool { return s.warned(p) })
	s.photograph(window, "hostile-cut.png")
	s.findsOne(window, "good", 2) // the other is the word beside what is wrong
	for range 4 {
		server.tell(s.listOf(files[:1]), whole, s.listOf(files[4:]), `[{"fileKey":"k"}]`, `{}`, whole)
		s.press("F5", "ctrl+a", "F5", "End", "F5", "shift+Up", "F5", "Home", "F5")
	}
	server.tell(whole)
	s.press("F5")
	s.see(window, "the whole list", func(p image.Image) bool { return len(s.links(p)) >= 7 && !s.warned(p) })
	s.copiesAndSaves(window, good)
	s.unharmed(program)
}

// walksThrough selects each row, looks at its pane and at the question whether to
// delete it.
func (s *stage) walksThrough(w harness.Window, rows int) {
	s.Helper()
	s.press("Escape", "Home", "Tab", "Tab", "Tab", "Tab", "Tab")
	for i := range rows {
		s.press("Up", "Home")
		for range i {
			s.press("Down")
		}
		s.see(w, "the selected row", s.chosen)
		s.press("Delete")
		s.sheet(w)
		s.photograph(w, fmt.Sprintf("hostile-delete-%d.png", i))
		s.press("Escape")
		s.plain(w)
		s.photograph(w, fmt.Sprintf("hostile-pane-%d.png", i))
	}
	s.press("ctrl+a", "Menu", "Escape", "Escape")
}

// findsOne searches, and sees how many finished rows are found.
func (s *stage) findsOne(w harness.Window, text string, want int) {
	s.Helper()
	s.press("ctrl+f")
	s.must(s.desk.Type(text))
	s.see(w, "what is found", func(p image.Image) bool { return len(s.links(p)) == want })
	s.press("Escape", "Escape") // out of the search, whose cursor blinks
	s.see(w, "the whole list", func(p image.Image) bool { return len(s.links(p)) >= 7 })
}

// warned tells whether the list is marked as one of before.
func (s *stage) warned(p image.Image) bool {
	for _, r := range lines(p, s.colours().warn) {
		if r.Min.X < p.Bounds().Min.X+100 {
			return true
		}
	}
	return false
}

// copiesAndSaves copies the link of the file that is there and saves it: under a
// name that leads nowhere else.
func (s *stage) copiesAndSaves(w harness.Window, good string) {
	s.Helper()
	s.press("ctrl+f")
	s.must(s.desk.Type("good"))
	s.see(w, "the good file", func(p image.Image) bool { return len(s.links(p)) == 1 })
	s.fresh()
	s.press("Down", "Down", "ctrl+c")
	s.opens(s.machine(), s.copied("something else"), good)
	downloads := filepath.Join(s.desk.Home, "Downloads")
	s.portal.Choose(downloads)
	s.press("Menu", "Down", "Down", "Down", "Return") // copy, open, save
	s.until("the saved file", func() bool {
		saved, err := os.ReadDir(downloads)
		return err == nil && len(saved) == 1 && s.sum(filepath.Join(downloads, saved[0].Name())) == s.sum(good)
	})
	s.photograph(w, "hostile-saved.png")
}

// unharmed looks for what would have been done: a file that a shell has made, a
// name in the log or in a notification.
func (s *stage) unharmed(p *harness.Program) {
	s.Helper()
	for _, dir := range []string{s.desk.Home, filepath.Dir(s.desk.Home), "."} {
		if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
			s.Errorf("something was executed in %s", dir)
		}
	}
	log, err := os.ReadFile(filepath.Join(s.data, "data", "log.jsonl"))
	if err != nil && !os.IsNotExist(err) {
		s.Error(err)
	}
	for _, note := range s.notes.All() {
		log = append(log, note.Title+note.Text...)
	}
	for _, name := range []string{"pwned", "onerror", "evil"} {
		if strings.Contains(string(log)+p.Log(), name) {
			s.Errorf("%q is in the log or in a notification:\n%s\n%s", name, log, p.Log())
		}
	}
}

// TestHostileNameOnThisComputer sends a file whose name wants to do harm: its link
// is copied, and the notification says no more than that.
func TestHostileNameOnThisComputer(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	path := s.random(strings.NewReplacer("/", "", "`", "").Replace(harmful)+"\n\u202eevil.txt", 1000)
	s.must(s.desk.Drop(within(t), window, path))
	s.answer(window, wifi)
	s.opens(s.machine(), s.copied(""), path)
	told, err := s.notes.Wait(within(t), 1)
	s.must(err)
	if told[0].Text != "Link copied" {
		t.Errorf("notified of %+v", told)
	}
	s.choose(window)
	s.photograph(window, "hostile-name.png")
	s.unharmed(program)
}

// TestMuteClipboard goes on while the program that has copied something hangs, and
// while nobody has copied anything.
func TestMuteClipboard(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	s.press("ctrl+v") // of nobody
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	first := s.copied("")

	mute, err := s.desk.CopyMute()
	s.must(err)
	t.Cleanup(mute.Close)
	second := s.random("second.txt", 2000)
	s.must(s.desk.Drop(within(t), window, second))
	s.press("ctrl+v", "ctrl+f", "ctrl+v")
	s.must(s.desk.Type("second"))
	s.see(window, "the second file alone", func(p image.Image) bool { return len(s.links(p)) == 1 })
	select {
	case <-mute.Lost():
	case <-within(t).Done():
		t.Fatal("the link was not copied over what nobody can have")
	}
	link := s.copied(first)
	s.opens(s.machine(), link, second)
	s.photograph(window, "mute-clipboard.png")
}

// TestMuteServer goes on while a server never answers: at the connect, and later.
func TestMuteServer(t *testing.T) {
	s := newStage(t, stageConfig{})
	server := s.liar()
	server.hush()
	program, window := s.open()
	s.paste(window, server.invitation())
	_, _, connect := s.ready(window)
	s.click(connect)
	s.photograph(window, "mute-server-connect.png")
	s.press("Escape")
	s.plain(window)
	s.must(s.desk.Drop(within(t), window, s.random("here.txt", 1000)))
	s.answer(window, onlyMe)
	s.finished(window, 1)

	server.speak()
	s.paste(window, server.invitation())
	s.connect(window)
	s.must(s.desk.Drop(within(t), window, s.random("there.txt", 1000)))
	s.see(window, "the file in the storage", func(p image.Image) bool { return len(server.Files()) == 1 && len(s.links(p)) == 1 })
	s.finished(window, 1)
	server.hush()
	s.press("F5")
	s.must(s.desk.Drop(within(t), window, s.random("waits.txt", 1000)))
	s.press("Escape", "ctrl+f")
	s.must(s.desk.Type("there"))
	s.see(window, "the file that is there", func(p image.Image) bool { return len(s.links(p)) == 1 })
	s.photograph(window, "mute-server-search.png") // the other one is gone, and the search's cursor blinks
	s.fresh()
	s.press("Down", "Down", "ctrl+c")
	s.copied("something else")
	s.photograph(window, "mute-server.png")
	server.speak()
	s.press("ctrl+f", "Escape")
	s.finished(window, 2)
	s.press("ctrl+q")
	s.ends(program, 0)
}
