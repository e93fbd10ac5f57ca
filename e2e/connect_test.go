//go:build e2e && linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// steps is how many ticks a connection test ends with: seven steps, and the
// line that says that everything works.
const steps = 8

// TestConnect connects the program to another storage, tests it, sends to it,
// and finds it again after a restart: its key is in the keyring and nowhere
// else.
func TestConnect(t *testing.T) {
	s := newStage(t, stageConfig{})
	program, window := s.open()
	node := s.node()
	s.paste(window, node.invitation())
	s.test(window)
	s.photograph(window, "connect-tested.png")
	s.connect(window)
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 3000)))
	s.stored([]string{"first.txt"}, node.env()...)
	s.finished(window, 1)
	s.choose(window)
	s.photograph(window, "connected.png")

	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
	_, window = s.open()
	s.must(s.desk.Drop(within(t), window, s.random("second.txt", 3000)))
	s.stored([]string{"first.txt", "second.txt"}, node.env()...)
	if here := s.list(); len(here) != 0 {
		t.Errorf("this computer's own storage holds %+v, want nothing", here)
	}
	s.nowhere(node.token)
}

// TestConnectWithoutKeyring keeps the key in memory where no keyring is, says
// so, and asks for it again at the next start.
func TestConnectWithoutKeyring(t *testing.T) {
	s := newStage(t, stageConfig{withoutKeyring: true})
	program, window := s.open()
	node := s.node()
	s.paste(window, node.invitation())
	s.connect(window)
	s.photograph(window, "no-keyring.png")
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 3000)))
	s.stored([]string{"first.txt"}, node.env()...)
	s.finished(window, 1)
	s.nowhere(node.token)

	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
	window, err := s.start().Window(within(t), "")
	s.must(err)
	s.must(s.desk.Focus(window))
	s.sheet(window) // it asks by itself
	s.keepScreen("key-gone.png")
	s.copies(node.invitation())
	s.press("ctrl+v")
	s.connect(window)
	s.finished(window, 1)
}

// A node is a storage somewhere else: a qs node with a folder of its own.
type node struct{ URL, Session, token string }

func (n node) invitation() string { return n.URL + "#key=" + n.token + "&session=" + n.Session }

func (n node) env() []string {
	return []string{"QS_SERVER=" + n.URL, "QS_TOKEN=" + n.token, "QS_SESSION=" + n.Session}
}

func (s *stage) node() node {
	s.Helper()
	n := node{token: rand.Text()}
	program, err := s.desk.Run(harness.ProgramConfig{
		Path: s.built("qs"), Args: []string{"node", "--json", "--data", s.T.TempDir()},
		Env: []string{"QS_TOKEN=" + n.token}, Machine: s.machine(),
	})
	s.must(err)
	s.Cleanup(func() { s.note(program.Check()) })
	s.until("the node to start", func() bool { return json.Unmarshal([]byte(program.Output()), &n) == nil })
	return n
}

// paste opens the page for a new storage and pastes a key into it.
func (s *stage) paste(w harness.Window, key string) {
	s.Helper()
	s.openConnect(w)
	s.copies(key)
	s.press("ctrl+v")
}

// ready waits until the page can be answered and returns its buttons: Cancel,
// Test, Connect.
func (s *stage) ready(w harness.Window) (cancel, test, connect image.Rectangle) {
	s.Helper()
	var row []image.Rectangle
	s.see(w, "the page to be ready", func(p image.Image) bool {
		accent := buttons(p, s.colours().accent)
		if len(accent) != 1 {
			return false
		}
		row = append(beside(buttons(p, s.colours().raised), accent[0]), accent[0])
		return len(row) == 3
	})
	return row[0], row[1], row[2]
}

// test runs the page's test, of which each step must work.
func (s *stage) test(w harness.Window) {
	s.Helper()
	_, test, _ := s.ready(w)
	s.click(test)
	picture := s.see(w, "the test to end", func(p image.Image) bool { return s.ticks(p) >= steps || s.crosses(p) > 0 })
	if s.ticks(picture) != steps || s.crosses(picture) > 0 {
		s.Errorf("the test ends with %d ticks and %d crosses, want %d and none", s.ticks(picture), s.crosses(picture), steps)
	}
}

func (s *stage) connect(w harness.Window) {
	s.Helper()
	_, _, connect := s.ready(w)
	s.click(connect)
	s.plain(w)
}

// nowhere looks for a secret in every file of the person's.
func (s *stage) nowhere(secret string) {
	s.Helper()
	looked := 0
	s.must(filepath.WalkDir(s.desk.Home, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		if bytes.Contains(content, []byte(secret)) {
			s.Errorf("the key is in %s", path)
		}
		return nil
	}))
	if looked == 0 {
		s.Error("there was no file to look into")
	}
}

// TestConnectWithMuteKeyring works, and says so, where the keyring never answers:
// at a connect, and at the next start, where the key is pasted again.
func TestConnectWithMuteKeyring(t *testing.T) {
	s := newStage(t, stageConfig{withoutKeyring: true})
	ring, err := s.desk.StartMuteKeyring()
	s.must(err)
	t.Cleanup(func() { s.note(ring.Close()) })
	program, window := s.open()
	node := s.node()
	s.paste(window, node.invitation())
	s.connect(window)
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 3000)))
	s.stored([]string{"first.txt"}, node.env()...)
	s.finished(window, 1)

	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
	_, window = s.open()
	s.see(window, "the storage's dot to warn", func(p image.Image) bool { return dotIs(p, s.colours().warn) })
	s.openNewKey(window)
	s.photograph(window, "mute-keyring.png")
	s.copies(node.invitation())
	s.press("ctrl+v")
	s.connect(window)
	s.finished(window, 1)
	s.nowhere(node.token)
}

// openNewKey opens the page for a new key, once the menu of storages has it: the
// first of three entries under the line.
func (s *stage) openNewKey(w harness.Window) {
	s.Helper()
	const three = 4 * buttonHeight // two entries are lower, with what is between them
	var entries image.Rectangle
	for entries.Dy() < three {
		s.press("Escape")
		s.plain(w)
		entries = s.placesMenu(w)
	}
	entries.Max.Y -= entries.Dy() * 2 / 3
	s.click(entries)
	s.sheet(w)
}
