//go:build e2e && linux

package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"quicksync.me/desktop/e2e/harness"
)

// The colours that the tests of the pane look for.
var (
	violet = rgb(0xC020A0) // of the picture that is uploaded
	moving = rgb(0xA3AAF2) // of a part that is on its way, in the light look
)

// TestDetail looks at a picture that was sent, scans its link from the screen,
// and computes its SHA-256.
func TestDetail(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	photo := s.violet("photo.png", 1600, 1200)
	s.must(s.desk.Drop(within(t), window, photo))
	s.answer(window, wifi)
	link := s.copied("")
	s.choose(window)
	s.see(window, "the picture in the pane", s.showsViolet)
	s.bothWays(window, "detail")

	s.openQR(window)
	s.bothSheets(window, "qr")
	if got := s.scan(window); got != link {
		t.Errorf("the code on the screen is that of %q, want %q", got, link)
	}
	s.press("Escape")
	s.plain(window)

	s.unfold(window)
	s.bothWays(window, "technical")
	s.compute(window)
	s.until("the sum of the picture on the clipboard", func() bool { return s.clipboard() == s.sum(photo) })
	s.photograph(window, "summed.png")
}

// TestSavingIsCancelled saves a film over a slow line, and gives that up.
func TestSavingIsCancelled(t *testing.T) {
	s := newStage(t, stageConfig{})
	s.file(filepath.Join(".quicksync", "settings.json"), []byte(`{"version": 1, "limits": {"down": 1048576}}`))
	_, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("film.mp4", 24<<20)))
	s.answer(window, onlyMe)
	s.finished(window, 1)
	s.choose(window)
	downloads := filepath.Join(s.desk.Home, "Downloads")
	s.portal.Choose(downloads)
	s.clickPane(window, paneSave)
	s.see(window, "how far the saving is", s.moves)
	s.must(s.keep(window, "saving.png"))
	s.clickAt(window.Bounds.Max.Sub(image.Pt(3*corner, corner-4))) // Cancel saving, under the pane
	s.see(window, "the saving to end", func(p image.Image) bool { return !s.moves(p) })
	s.until("an empty folder", func() bool {
		left, err := os.ReadDir(downloads)
		return err == nil && len(left) == 0
	})
}

// TestMapOfParts sees parts on their way while a long file is sent, and then the
// whole map full.
func TestMapOfParts(t *testing.T) {
	s := newStage(t, stageConfig{})
	s.file(filepath.Join(".quicksync", "settings.json"), []byte(`{"version": 1, "limits": {"up": 8388608}}`))
	_, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("letter.odt", 1000)))
	s.answer(window, onlyMe)
	s.finished(window, 1)
	s.choose(window)
	s.unfold(window)
	s.must(s.desk.Drop(within(t), window, s.random("film.mp4", 64<<20)))
	s.see(window, "the bar of the upload", s.moves)
	s.press("Escape", "Up", "Up") // to the newest; what is technical stays open
	parts := func(p image.Image) bool {
		return slices.ContainsFunc(harness.FindColour(p, moving, 2), func(r image.Rectangle) bool { return r.Dy() >= 4 && r.Dy() <= 9 })
	}
	s.see(window, "parts on their way", parts)
	s.must(s.keep(window, "parts.png"))
	s.finished(window, 2)
	s.see(window, "no part on its way", func(p image.Image) bool { return !parts(p) })
}

// TestPaneInALittleWindow scrolls the pane in the smallest window.
func TestPaneInALittleWindow(t *testing.T) {
	s := newStage(t, stageConfig{})
	_, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.violet("photo.png", 640, 480)))
	s.answer(window, onlyMe)
	s.choose(window)
	small, err := s.desk.Place(window, image.Rect(0, 0, 640, 480))
	s.must(err)
	s.press("Menu", "Down", "Down", "Down", "Down", "Return") // copy, open, save, details
	s.see(small, "the pane in place of the list", s.showsViolet)
	s.photograph(small, "pane-small.png")
	s.scrolls(small, image.Pt(300, 300), "the end of the pane", func(p image.Image) bool {
		return !s.showsViolet(p) && !s.fold(small, p).Empty()
	})
	s.photograph(small, "pane-small-end.png")
}

// violet makes a picture of one colour and returns its path.
func (s *stage) violet(name string, wide, tall int) string {
	s.Helper()
	m := image.NewRGBA(image.Rect(0, 0, wide, tall))
	draw.Draw(m, m.Rect, image.NewUniform(violet), image.Point{}, draw.Src)
	var content bytes.Buffer
	s.must(png.Encode(&content, m))
	return s.file(name, content.Bytes())
}

// showsViolet tells whether the window shows that picture.
func (s *stage) showsViolet(p image.Image) bool {
	return slices.ContainsFunc(harness.FindColour(p, violet, 3), func(r image.Rectangle) bool { return r.Dx() > 100 && r.Dy() > 80 })
}

// openQR presses the button beside that which copies the link.
func (s *stage) openQR(w harness.Window) {
	s.Helper()
	copyLink := s.finishedPane(w)[paneCopy]
	s.clickAt(image.Pt(copyLink.Max.X+corner, copyLink.Min.Y+copyLink.Dy()/2))
	s.sheet(w)
}

// scan reads the QR code that the window shows.
func (s *stage) scan(w harness.Window) string {
	s.Helper()
	text, err := scanned(s.stillPicture(w))
	s.must(err)
	return text
}

// scanned reads the QR code of a picture, which is found by the squares in three of
// its corners: nothing else there is quite black. Looked for among all that a window
// shows, some are misread.
func scanned(picture *image.RGBA) (string, error) {
	var code image.Rectangle
	for _, r := range harness.FindColour(picture, color.Black, 0) {
		if r.Dx() == r.Dy() && r.Dx() > 10 {
			code = code.Union(r)
		}
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(picture.SubImage(code.Inset(-quiet)))
	if err != nil {
		return "", err
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		return "", err
	}
	return result.GetText(), nil
}

// quiet is how much white around a QR code is looked at, in pixels.
const quiet = 8

// inPane is a point in the middle of the pane beside the list.
func inPane(w harness.Window) image.Point {
	return image.Pt(w.Bounds.Max.X-paneWidth/2, w.Bounds.Min.Y+w.Bounds.Dy()/2)
}

// fold is the word that unfolds what is technical; empty where it cannot be seen.
func (s *stage) fold(w harness.Window, p image.Image) (found image.Rectangle) {
	pane := w.Bounds
	pane.Min.X = max(pane.Min.X, pane.Max.X-paneWidth)
	if w.Bounds.Dx() < 900 { // the pane has all of it
		pane.Min.X = w.Bounds.Min.X
	}
	for _, r := range lines(p.(*image.RGBA).SubImage(pane), s.colours().link) {
		if r.Dx() > 60 {
			found = r
		}
	}
	return found
}

// scrolls turns the wheel over a point until the window shows something.
func (s *stage) scrolls(w harness.Window, at image.Point, what string, shows func(image.Image) bool) {
	s.Helper()
	s.must(harness.Until(within(s.T), what, func() (bool, error) {
		if err := s.desk.Scroll(at, 10); err != nil {
			return false, err
		}
		p, err := s.desk.Picture(w)
		return err == nil && shows(p), err
	}))
}

// unfold opens what is technical of a finished file, and goes to the end of the
// pane, where the button stands that computes the sum.
func (s *stage) unfold(w harness.Window) {
	s.Helper()
	s.scrolls(w, inPane(w), "the word that unfolds", func(p image.Image) bool { return !s.fold(w, p).Empty() })
	at := s.fold(w, s.stillPicture(w))
	s.clickAt(image.Pt(w.Bounds.Max.X-paneWidth+2*corner, at.Min.Y+at.Dy()/2))
	s.scrolls(w, inPane(w), "the end of the pane", func(p image.Image) bool {
		all := s.paneButtons(p)
		return len(all) > 0 && !s.fold(w, p).Empty() && all[len(all)-1].Min.Y > s.fold(w, p).Max.Y
	})
	s.must(s.desk.MoveTo(aside))
}

// compute presses the last button of the pane, Compute, and then copies the sum,
// whose button comes to stand at the pane's edge, at about the same height.
func (s *stage) compute(w harness.Window) {
	s.Helper()
	picture := s.stillPicture(w)
	all := s.paneButtons(picture)
	if len(all) == 0 {
		s.Fatal("there is no button to compute with")
	}
	last := all[len(all)-1]
	s.click(last)
	s.see(w, "the sum", func(p image.Image) bool { return len(s.paneButtons(p)) == len(all)-1 && !s.moves(p) })
	s.stillPicture(w)
	s.clickAt(image.Pt(w.Bounds.Max.X-corner-12, last.Min.Y+last.Dy()/2))
}

// keep keeps what the window shows while something moves in it.
func (s *stage) keep(w harness.Window, name string) error {
	picture, err := s.desk.Picture(w)
	if err != nil {
		return err
	}
	return harness.SavePNG(filepath.Join("out", name), picture)
}
