//go:build e2e && linux

package e2e

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// In these tests there is no mouse.

// tab goes on by so many steps of Tab, back where it is less than none.
func (s *stage) tab(steps int) {
	s.Helper()
	key := "Tab"
	if steps < 0 {
		key, steps = "shift+Tab", -steps
	}
	for range steps {
		s.press(key)
	}
}

// chosenRows counts the rows that are selected.
func (s *stage) chosenRows(picture image.Image) (n int) {
	for _, r := range harness.FindColour(picture, s.colours().chosen, 1) {
		if r.Dx() > 200 && r.Dy() > 30 {
			n++
		}
	}
	return n
}

// seeChosen waits until so many rows are selected.
func (s *stage) seeChosen(w harness.Window, want int) {
	s.Helper()
	s.see(w, "the selection", func(p image.Image) bool { return s.chosenRows(p) == want })
}

// fresh copies something else, so that what comes next on the clipboard is seen.
func (s *stage) fresh() {
	s.Helper()
	s.copies("something else")
}

// topIs checks which file is the first of the list, by its link.
func (s *stage) topIs(w harness.Window, want string) {
	s.Helper()
	s.stillPicture(w)
	s.fresh()
	s.press("Home", "ctrl+c")
	s.opens(s.machine(), s.copied("something else"), want)
}

// picks has the person choose files in the system's window after Ctrl+O.
func (s *stage) picks(paths ...string) {
	s.Helper()
	s.portal.Choose(paths...)
	s.press("ctrl+o")
}

// TestKeysAlone adds files, finds its way in the list, and does all that the pane
// offers.
func TestKeysAlone(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	a, b := s.random("a.bin", 3000), s.random("b.bin", 1000)
	s.picks(a, b)
	s.see(window, "the question who should open it", func(p image.Image) bool { return s.answers(p) != nil })
	s.press("Up") // to the list
	s.tab(-11)    // over columns and chips to the first answer
	s.photograph(window, "keys-strip.png")
	s.press("space")
	s.see(window, "the offer of one link", func(p image.Image) bool { return s.answers(p) == nil && len(s.offered(p)) == 2 })
	s.tab(-9) // the list has the focus again: Keep separate links
	s.photograph(window, "keys-offer.png")
	s.press("space")
	s.see(window, "the offer to go", func(p image.Image) bool { return len(s.offered(p)) != 2 })
	s.copied("")
	text := s.file("wanted", []byte("what was copied"))
	s.copies("what was copied")
	s.press("ctrl+v")
	s.copied("what was copied")
	s.finished(window, 3)

	s.walksTheList(window)
	s.searchesAndFilters(window)
	s.sorts(window, a, text)
	s.asksThePane(window, text)

	s.press("Up", "Delete")
	s.sheet(window)
	s.tab(1)
	s.press("space")
	s.plain(window)
	s.until("the file to be deleted", func() bool { return len(s.list()) == 2 })
	s.press("ctrl+q")
	s.ends(program, 0)
}

func (s *stage) walksTheList(w harness.Window) {
	s.Helper()
	s.press("Escape", "Escape", "Home")
	s.seeChosen(w, 1)
	s.press("shift+Down")
	s.seeChosen(w, 2)
	s.press("End")
	s.seeChosen(w, 1)
	s.press("ctrl+Up", "ctrl+Up", "ctrl+space")
	s.seeChosen(w, 2)
	s.press("ctrl+a")
	s.seeChosen(w, 3)
	s.photograph(w, "keys-all.png")
	s.press("Escape")
	s.seeChosen(w, 0)
	s.press("shift+F10")
	s.photograph(w, "keys-menu.png")
	s.press("Escape")
	s.fresh()
	s.press("Menu", "Down", "Return") // Copy link
	s.copied("something else")
}

func (s *stage) searchesAndFilters(w harness.Window) {
	s.Helper()
	rows := func(want int) {
		s.Helper()
		s.see(w, "the rows that are found", func(p image.Image) bool { return len(s.links(p)) == want })
	}
	s.press("ctrl+f")
	s.must(s.desk.Type("a.bin"))
	rows(1)
	s.press("Escape")
	rows(3)
	s.tab(5) // adding, settings, All, Uploading: Failed
	s.press("space")
	rows(0)
	s.photograph(w, "keys-chips.png")
	s.tab(1)
	s.press("Return") // Done
	rows(3)
	s.tab(-3)
	s.press("Return") // All
}

// sorts goes through the columns: a is the first by name and the largest, text
// the last by name, the smallest and the newest.
func (s *stage) sorts(w harness.Window, a, text string) {
	s.Helper()
	for _, c := range []struct {
		back  int // from the list to the column's title
		times int
		top   string
	}{{4, 1, a}, {4, 1, text}, {3, 1, text}, {3, 1, a}, {2, 1, a}, {1, 2, text}} {
		s.press("Up")
		s.tab(-c.back)
		for range c.times {
			s.press("space")
			s.stillPicture(w)
		}
		s.topIs(w, c.top)
	}
}

// asksThePane presses the buttons of the selected file, the first of the list.
func (s *stage) asksThePane(w harness.Window, want string) {
	s.Helper()
	s.press("Up") // to the list
	s.tab(2)
	s.photograph(w, "keys-pane.png")
	s.press("space") // QR
	s.sheet(w)
	link := s.scan(w)
	s.press("Escape")
	s.plain(w)
	s.opens(s.machine(), link, want)
	s.fresh()
	s.tab(1)
	s.press("space") // New link
	s.opens(s.machine(), s.copied("something else"), want)

	downloads := filepath.Join(s.desk.Home, "Downloads")
	s.portal.Choose(downloads)
	s.press("Up")
	s.tab(5)
	s.press("space") // Save to…
	s.until("the saved file", func() bool {
		saved, err := os.ReadDir(downloads)
		return err == nil && len(saved) == 1 && filepath.Ext(saved[0].Name()) == ".txt" && s.sum(filepath.Join(downloads, saved[0].Name())) == s.sum(want)
	})
	s.stillPicture(w) // what is saved in no time is shown after that
	s.see(w, "the saving to end", func(p image.Image) bool { return len(s.paneButtons(p)) == paneCount })
	s.press("Up")
	s.tab(7) // what was pasted lies nowhere
	s.press("space")
	s.tab(1)
	s.photograph(w, "keys-technical.png")
	s.press("space") // copies the size
	s.until("the size on the clipboard", func() bool { return strings.HasPrefix(s.clipboard(), "15 bytes") })
}

// TestKeysToStorages connects a storage, tests it, looks at its page and at the
// settings, and goes back.
func TestKeysToStorages(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	s.picks(s.random("here.txt", 1000))
	s.see(window, "the question who should open it", func(p image.Image) bool { return s.answers(p) != nil })
	s.press("Up")
	s.tab(-9) // over columns and chips to the last answer
	s.press("Return")
	s.see(window, "the question to go", func(p image.Image) bool { return s.answers(p) == nil })
	node := s.node()
	s.copies(node.invitation())
	s.press("ctrl+f")
	s.tab(-1)
	s.press("space", "Down", "Down")
	s.photograph(window, "keys-places.png")
	s.press("Return")
	s.sheet(window)
	s.press("ctrl+v")
	s.ready(window)
	s.tab(3)
	s.press("space") // Test
	s.see(window, "the test to end", func(p image.Image) bool { return s.ticks(p) == steps })
	s.photograph(window, "keys-tested.png")
	s.tab(1)
	s.press("space") // Connect
	s.plain(window)
	s.picks(s.random("there.txt", 3000))
	s.stored([]string{"there.txt"}, node.env()...)
	s.finished(window, 1)

	s.press("ctrl+f")
	s.tab(-1)
	s.press("space", "Down", "Down", "Down", "Down", "Return")
	s.sheet(window)
	s.photograph(window, "keys-storage.png")
	s.press("Escape")
	s.plain(window)
	s.press("ctrl+,")
	s.sheet(window)
	s.press("PageDown", "End", "Escape")
	s.plain(window)
	s.press("space", "Down", "Return") // the storage's name still has the focus
	s.see(window, "this computer again", func(p image.Image) bool { return len(s.links(p)) == 1 })
	if all := s.list(); len(all) != 1 || all[0].Name != "here.txt" {
		t.Errorf("this computer holds %+v", all)
	}
}

// TestKeysToTransfers pauses, resumes, cancels and retries one and all, and leaves
// while something runs.
func TestKeysToTransfers(t *testing.T) {
	s := newStage(t, stageConfig{})
	s.file(filepath.Join(".quicksync", "settings.json"), []byte(`{"version": 1, "audience": "me", "limits": {"up": 1048576}}`))
	program, window := s.open()
	held := func(p image.Image) bool { return !s.moves(p) }
	s.picks(s.random("one.iso", 64<<20))
	s.see(window, "the upload", s.moves)
	s.press("Down", "Menu", "Down", "Down", "Return") // Open, Pause
	s.see(window, "the upload to be held", held)
	s.photograph(window, "keys-paused.png")
	s.press("Menu", "Down", "Down", "Return") // Resume
	s.see(window, "the upload to go on", s.moves)
	s.press("Menu", "Down", "Down", "Down", "Return") // Cancel
	s.see(window, "the upload to be cancelled", func(p image.Image) bool { return held(p) && len(s.links(p)) == 1 })
	s.press("Menu", "Down", "Down", "Return") // Try again
	s.see(window, "the upload again", s.moves)

	s.picks(s.random("two.iso", 64<<20))
	s.until("both uploads", func() bool { return len(s.list()) == 2 })
	s.press("ctrl+f")
	s.tab(-2) // before the first is the last: Pause all
	s.press("space")
	s.see(window, "all to be held", held)
	s.photograph(window, "keys-paused-all.png")
	s.press("space") // Resume all stands in its place, with the focus
	s.see(window, "all to go on", s.moves)
	s.failsAndRetries(window)

	s.picks(s.random("three.iso", 64<<20))
	s.see(window, "a last upload", s.moves)
	s.press("ctrl+q")
	s.sheet(window)
	s.tab(1)
	s.press("Return")
	s.ends(program, 0)
}

// failsAndRetries has both uploads fail, because their files become short, and
// tries all that has failed again.
func (s *stage) failsAndRetries(w harness.Window) {
	s.Helper()
	for _, name := range []string{"one.iso", "two.iso"} {
		s.must(os.Truncate(filepath.Join(s.desk.Home, name), 1000))
	}
	s.see(w, "both to fail", func(p image.Image) bool { return s.crosses(p) >= 2 && !s.moves(p) })
	s.press("Up")
	s.tab(-7) // over columns, what is to be pressed later, and Done: Failed
	s.press("space")
	s.stillPicture(w)
	s.tab(2)
	s.photograph(w, "keys-failed.png")
	s.press("Return") // Retry all failed
	s.stored([]string{"one.iso", "two.iso"})
	s.press("Up", "ctrl+f")
	s.tab(3)
	s.press("Return") // All
	s.finished(w, 2)
	sizes := func(f storedFile) bool { return f.Size != 1000 }
	if all := s.list(); len(all) != 2 || slices.ContainsFunc(all, sizes) {
		s.Errorf("in the storage is %+v", all)
	}
}
