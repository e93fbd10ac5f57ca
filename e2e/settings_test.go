//go:build e2e && linux

package e2e

import (
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestSettings changes the look and a limit with the keyboard alone. Both hold at
// once, and after a restart.
func TestSettings(t *testing.T) {
	s := newStage(t, stageConfig{})
	program, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("secret plan.txt", 1000)))
	s.answer(window, onlyMe)
	s.finished(window, 1)
	s.press("ctrl+,")
	s.sheet(window)
	s.photograph(window, "settings-light.png")

	s.press("Tab", "Tab", "Tab", "space") // from Done: System, Light, Dark
	s.dark = true
	s.sheet(window)
	s.press("Tab", "Tab") // over the language to the limit
	s.must(s.desk.Type("1.5"))
	s.kept(func(k keptSettings) bool { return k.Theme == "dark" && k.Limits.Up == 1_500_000 })
	s.press("Tab")
	s.photograph(window, "settings-dark.png")
	s.diagnosed(window)
	s.press("Escape")
	s.plain(window)

	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
	_, window = s.open() // which must be dark
	s.openSettings(window)
	small, err := s.desk.Place(window, image.Rect(0, 0, 640, 480))
	s.must(err)
	s.sheet(small)
	s.press("shift+Tab") // the last of the settings comes into sight
	s.photograph(small, "settings-small.png")
	s.press("space") // asks whether to reset
	s.sheet(small)
	s.press("Tab", "space")
	s.dark = false
	s.plain(small)
	s.kept(func(k keptSettings) bool { return k.Theme == "" && k.Limits.Up == 0 })
	s.cleansUp(small)
}

// cleansUp deletes all copies on this computer, from the settings.
func (s *stage) cleansUp(w harness.Window) {
	s.Helper()
	if all := s.list(); len(all) != 1 {
		s.Fatalf("there are %d copies, want one", len(all))
	}
	s.press("ctrl+,")
	s.sheet(w)
	s.press("shift+Tab", "shift+Tab", "shift+Tab", "shift+Tab", "space") // from Done to Clean up
	s.sheet(w)
	s.stillPicture(w)
	s.press("Tab", "Tab", "Tab", "Tab", "space") // from Cancel over Delete and two ages to all
	s.photograph(w, "clean-up.png")
	s.press("Tab", "Tab", "space")
	s.plain(w)
	s.until("the copies to go", func() bool { return len(s.list()) == 0 })
}

// diagnosed copies the diagnostics, the last but one of the settings, and looks
// for what must not be in it.
func (s *stage) diagnosed(w harness.Window) {
	s.Helper()
	s.press("Escape")
	s.plain(w)
	s.openSettings(w)
	s.press("shift+Tab", "shift+Tab", "space") // from Done over Reset
	var text string
	s.until("the diagnostics on the clipboard", func() bool {
		text = s.clipboard()
		return strings.HasPrefix(text, "QuickSync ")
	})
	for _, secret := range []string{"secret plan", s.desk.Home, "://", "127.0.0.1"} {
		if strings.Contains(text, secret) {
			s.Errorf("%q is in the diagnostics:\n%s", secret, text)
		}
	}
	if !strings.Contains(text, "Fyne v2.") || !strings.Contains(text, "uploads done, none: 1") {
		s.Errorf("the diagnostics are:\n%s", text)
	}
}

// TestSettingsOfALaterVersion leave a window that works, says so, and does not
// touch the file.
func TestSettingsOfALaterVersion(t *testing.T) {
	s := newStage(t, stageConfig{})
	program, _ := s.open()
	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
	later := []byte(`{"version": 99, "theme": "dark", "glow": {"much": true}}`)
	s.must(os.WriteFile(s.settingsFile(), later, 0o600))

	s.dark = true
	_, window := s.open()
	s.keepScreen("settings-later.png")
	s.must(s.desk.Drop(within(t), window, s.random("f.txt", 1000)))
	s.answer(window, onlyMe)
	s.finished(window, 1)
	got, err := os.ReadFile(s.settingsFile())
	s.must(err)
	if string(got) != string(later) {
		t.Errorf("the later file was written: %s", got)
	}
}

// keptSettings is what of the settings these tests look at.
type keptSettings struct {
	Theme  string `json:"theme"`
	Limits struct {
		Up int64 `json:"up"`
	} `json:"limits"`
}

func (s *stage) settingsFile() string { return filepath.Join(s.data, "settings.json") }

// kept waits until the file of the settings holds something.
func (s *stage) kept(holds func(keptSettings) bool) {
	s.Helper()
	s.until("the settings in their file", func() bool {
		var k keptSettings
		data, err := os.ReadFile(s.settingsFile())
		return err == nil && json.Unmarshal(data, &k) == nil && holds(k)
	})
}
