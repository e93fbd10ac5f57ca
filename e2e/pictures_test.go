//go:build e2e && linux

package e2e

import (
	"image"
	"path/filepath"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestPictures keeps pictures of the window, each in light and in dark, which
// the program learns from the desktop while it runs.
func TestPictures(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	s.bothWays(window, "empty")
	s.must(s.desk.Drop(within(t), window, s.random("report.pdf", 320_000), s.random("song.mp3", 4_100_000)))
	s.see(window, "the question", func(p image.Image) bool { return s.answers(p) != nil })
	s.bothWays(window, "strip")
	s.answer(window, wifi)
	s.copied("")

	s.moving(window, "a film with quite a long name that does not fit into its column.mkv", "uploading-light.png")
	s.finished(window, 3)
	s.prefer(harness.SchemeDark)
	s.see(window, "the dark window", s.drawn)
	s.moving(window, "backup.iso", "uploading-dark.png")
	s.finished(window, 4)
	s.prefer(harness.SchemeLight)
	s.see(window, "the light window", s.drawn)
	s.choose(window)
	s.bothWays(window, "finished")
	s.press("Delete")
	s.sheet(window)
	s.bothSheets(window, "delete")
	s.press("Escape")
	s.plain(window)
	s.openStorage(window)
	s.bothSheets(window, "storage")
	s.press("Escape")
	s.plain(window)
	s.openConnect(window)
	s.press("Tab") // off the field, whose cursor blinks
	s.bothSheets(window, "connect")
	s.press("Escape")
	s.plain(window)
	small, err := s.desk.Place(window, image.Rect(0, 0, 640, 480))
	s.must(err)
	s.see(small, "the small window", func(p image.Image) bool { return len(s.paneButtons(p)) == 0 && s.drawn(p) })
	s.bothWays(small, "small")
}

// moving keeps the window while a long file of this name is sent.
func (s *stage) moving(w harness.Window, file, name string) {
	s.Helper()
	s.must(s.desk.Drop(within(s.T), w, s.long(file)))
	s.must(harness.SavePNG(filepath.Join("out", name), s.see(w, "the bar of an upload", s.moves)))
}

// bothWays keeps what the window shows in light and in dark.
func (s *stage) bothWays(w harness.Window, name string) {
	s.Helper()
	s.photograph(w, name+"-light.png")
	s.prefer(harness.SchemeDark)
	s.see(w, "the dark window", s.drawn)
	s.photograph(w, name+"-dark.png")
	s.prefer(harness.SchemeLight)
	s.see(w, "the light window", s.drawn)
}

// bothSheets is bothWays while a page is over the window.
func (s *stage) bothSheets(w harness.Window, name string) {
	s.Helper()
	s.photograph(w, name+"-light.png")
	s.prefer(harness.SchemeDark)
	s.see(w, "a dark page", func(p image.Image) bool { return len(harness.FindColour(p, dark.raised, 1)) > 0 })
	s.photograph(w, name+"-dark.png")
	s.prefer(harness.SchemeLight)
	s.see(w, "a light page", func(p image.Image) bool { return len(harness.FindColour(p, light.raised, 1)) > 0 })
}

// prefer changes what the person prefers all over the desktop.
func (s *stage) prefer(scheme harness.ColorScheme) {
	s.Helper()
	s.must(s.portal.Prefer(scheme))
	s.dark = scheme == harness.SchemeDark
}
