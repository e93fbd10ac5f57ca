//go:build e2e && linux

package e2e

import (
	"cmp"
	"image"
	"image/color"
	"slices"
	"time"

	"quicksync.me/desktop/e2e/harness"
)

// The tests find things in the window by the colours of its look: what is
// raised, what has the accent, what is chosen.
type palette struct{ window, raised, accent, link, good, warn, danger, chosen color.RGBA }

var (
	light = palette{
		window: rgb(0xEBEDF1), raised: rgb(0xFFFFFF), accent: rgb(0x4A55D9), link: rgb(0x3D47C4),
		good: rgb(0x17703F), warn: rgb(0x855000), danger: rgb(0xB3261E), chosen: rgb(0xE2E5FB),
	}
	dark = palette{
		window: rgb(0x111216), raised: rgb(0x24272E), accent: rgb(0x5A65E6), link: rgb(0xA6AEFF),
		good: rgb(0x6AD39C), warn: rgb(0xF0B75F), danger: rgb(0xFF9389), chosen: rgb(0x2A2F4D),
	}
)

func rgb(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// Sizes of the window's parts, in pixels: at 96 dots an inch one is one of
// Fyne's units.
const (
	buttonHeight = 28 // of a button's surface within its edge
	topBar       = 50 // storage, search and the way in are above it
	paneWidth    = 320
	corner       = 30 // from the window's corner to the nearest button's middle
)

// aside is where the mouse is over nothing: on the line under the list. A window
// does not notice that the mouse has left it.
var aside = image.Pt(300, 712)

func (s *stage) colours() palette {
	if s.dark {
		return dark
	}
	return light
}

// see looks at the window until it shows something, and returns that picture.
func (s *stage) see(w harness.Window, what string, shows func(image.Image) bool) *image.RGBA {
	s.Helper()
	var picture *image.RGBA
	s.must(harness.Until(within(s.T), what, func() (ok bool, err error) {
		picture, err = s.desk.Picture(w)
		return err == nil && shows(picture), err
	}))
	return picture
}

// places waits until so many things are found in the window, and stand where
// they are: what comes and goes above a button moves it away from the mouse.
func (s *stage) places(w harness.Window, what string, count int, find func(image.Image) []image.Rectangle) []image.Rectangle {
	s.Helper()
	var found []image.Rectangle
	var since time.Time
	s.see(w, what, func(p image.Image) bool {
		if now := find(p); !slices.Equal(now, found) {
			found, since = now, time.Now()
		}
		return len(found) == count && time.Since(since) >= still
	})
	return found
}

// drawn tells whether the window shows more than the black it begins with. Its
// ground comes out a little lighter than asked for: the driver divides 16-bit
// colours by 255 squared.
func (s *stage) drawn(picture image.Image) bool {
	const lighter = 2
	return slices.ContainsFunc(harness.FindColour(picture, s.colours().window, lighter), func(r image.Rectangle) bool {
		return r.Dx() == picture.Bounds().Dx()
	})
}

// buttons returns the surfaces of buttons of one colour, from the top left to
// the bottom right.
func buttons(picture image.Image, of color.RGBA) []image.Rectangle {
	var found []image.Rectangle
	for _, r := range harness.FindColour(picture, of, 1) {
		if r.Dy() >= buttonHeight-2 && r.Dy() <= buttonHeight+2 && r.Dx() >= buttonHeight {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b image.Rectangle) int {
		return cmp.Or(cmp.Compare(a.Min.Y, b.Min.Y), cmp.Compare(a.Min.X, b.Min.X))
	})
	return found
}

// beside keeps the buttons in the row of another one.
func beside(all []image.Rectangle, of image.Rectangle) []image.Rectangle {
	return slices.DeleteFunc(all, func(r image.Rectangle) bool { return r.Min.Y != of.Min.Y })
}

// answers are the buttons of the strip that asks who should open the links: the
// Wi-Fi, anyone, only me. It is nil while the strip is not there.
func (s *stage) answers(picture image.Image) []image.Rectangle {
	accent := buttons(picture, s.colours().accent)
	if len(accent) != 1 || accent[0].Min.Y < picture.Bounds().Min.Y+topBar {
		return nil
	}
	others := beside(buttons(picture, s.colours().raised), accent[0])
	if len(others) != 2 {
		return nil
	}
	return append(accent, others...)
}

// The places in answers.
const (
	wifi = iota
	anyone
	onlyMe
	audiences
)

// answer waits for the strip's question, gives an answer and sees the strip go.
func (s *stage) answer(w harness.Window, which int) {
	s.Helper()
	s.click(s.places(w, "the question who should open it", audiences, s.answers)[which])
	s.see(w, "the question to go", func(p image.Image) bool { return s.answers(p) == nil })
}

// click clicks in the middle of something.
func (s *stage) click(r image.Rectangle) {
	s.Helper()
	s.clickAt(r.Min.Add(r.Size().Div(2)))
}

// clickAt clicks at a point and takes the mouse out of the way: what is under
// it has another colour.
func (s *stage) clickAt(at image.Point) {
	s.Helper()
	s.must(s.desk.Click(at))
	s.must(s.desk.MoveTo(aside))
}

// press presses one key, or one combination, after the other.
func (s *stage) press(keys ...string) {
	s.Helper()
	for _, key := range keys {
		s.must(s.desk.Press(key))
	}
}

// chosen tells whether a row is selected.
func (s *stage) chosen(picture image.Image) bool {
	return slices.ContainsFunc(harness.FindColour(picture, s.colours().chosen, 1), func(r image.Rectangle) bool {
		return r.Dx() > 200
	})
}

// choose selects the first row with the keyboard.
func (s *stage) choose(w harness.Window) {
	s.Helper()
	s.press("Escape", "Down")
	s.see(w, "a selected row", s.chosen)
}

// sheet waits for a page over the window, which then is dimmed. In the dark that
// is not to be told from the colour of the window.
func (s *stage) sheet(w harness.Window) {
	s.Helper()
	s.see(w, "a page over the window", func(p image.Image) bool { return (s.dark || !s.drawn(p)) && s.paged(p) })
}

// plain waits until nothing is over the window.
func (s *stage) plain(w harness.Window) {
	s.Helper()
	s.see(w, "the page to go", func(p image.Image) bool { return s.drawn(p) && !s.paged(p) })
}

// paged tells whether the surface of a page is there.
func (s *stage) paged(picture image.Image) bool {
	return slices.ContainsFunc(harness.FindColour(picture, s.colours().raised, 1), func(r image.Rectangle) bool {
		return r.Dx() > 300 && r.Dy() > 100
	})
}

// The buttons of the pane of a finished file.
const (
	paneCopy = iota
	paneSave
	paneDelete
	paneCount
)

// paneButtons are the buttons of the pane beside the list.
func (s *stage) paneButtons(picture image.Image) []image.Rectangle {
	edge := picture.Bounds().Max.X - paneWidth
	return slices.DeleteFunc(buttons(picture, s.colours().raised), func(r image.Rectangle) bool {
		return r.Min.X < edge || r.Min.Y < picture.Bounds().Min.Y+topBar
	})
}

// finishedPane is where the buttons of the pane of a finished file stand.
func (s *stage) finishedPane(w harness.Window) []image.Rectangle {
	s.Helper()
	return s.places(w, "the pane of a finished file", paneCount, s.paneButtons)
}

// clickPane clicks a button of the pane of a finished file.
func (s *stage) clickPane(w harness.Window, which int) {
	s.Helper()
	s.click(s.finishedPane(w)[which])
}

// links is where Copy link stands, in each of the finished rows.
func (s *stage) links(picture image.Image) []image.Rectangle {
	return slices.DeleteFunc(lines(picture, s.colours().link), func(r image.Rectangle) bool {
		return r.Min.X > picture.Bounds().Max.X-paneWidth
	})
}

// finished waits until nothing moves and at least so many rows are seen done,
// and returns that picture.
func (s *stage) finished(w harness.Window, rows int) *image.RGBA {
	s.Helper()
	return s.see(w, "finished rows", func(p image.Image) bool { return len(s.links(p)) >= rows && !s.moves(p) })
}

// moves tells whether the bar of an upload is there.
func (s *stage) moves(picture image.Image) bool {
	return slices.ContainsFunc(harness.FindColour(picture, s.colours().accent, 1), func(r image.Rectangle) bool {
		return r.Dy() <= 8 && r.Dx() > 16
	})
}

// ticks counts the green ticks, one for each step that worked.
func (s *stage) ticks(picture image.Image) int { return len(lines(picture, s.colours().good)) }

// crosses counts the lines in red.
func (s *stage) crosses(picture image.Image) int { return len(lines(picture, s.colours().danger)) }

// lines are the lines of the window that hold something of a colour. The top
// bar, whose dot has colours, is not looked at.
func lines(picture image.Image, of color.RGBA) []image.Rectangle {
	var all []image.Rectangle
	for _, r := range harness.FindColour(picture, of, 24) {
		if r.Min.Y < picture.Bounds().Min.Y+topBar {
			continue
		}
		at := slices.IndexFunc(all, func(known image.Rectangle) bool {
			return r.Min.Y <= known.Max.Y+2 && r.Max.Y >= known.Min.Y-2
		})
		if at < 0 {
			all = append(all, r)
			continue
		}
		all[at] = all[at].Union(r)
	}
	return all
}

// openStorage opens the page of the storage, the last of the entries under the
// line in the menu of storages; its Done has the keyboard.
func (s *stage) openStorage(w harness.Window) {
	s.Helper()
	entries := s.placesMenu(w)
	entries.Min.Y += entries.Dy() / 2
	s.click(entries)
	s.sheet(w)
}

// openConnect opens the page for a new storage: the first of the two entries
// under the line in the menu of storages.
func (s *stage) openConnect(w harness.Window) {
	s.Helper()
	entries := s.placesMenu(w)
	entries.Max.Y -= entries.Dy() / 2
	s.click(entries)
	s.sheet(w)
}

// placesMenu opens the menu of storages, and returns where its two entries under
// the line are.
func (s *stage) placesMenu(w harness.Window) (entries image.Rectangle) {
	s.Helper()
	s.clickAt(w.Bounds.Min.Add(image.Pt(2*corner, corner)))
	s.see(w, "the menu of storages", func(p image.Image) bool {
		entries = image.Rectangle{}
		for _, r := range harness.FindColour(p, s.colours().raised, 1) {
			if r.Min.X < w.Bounds.Min.X+corner && r.Dx() > 100 && r.Dy() > 2*buttonHeight && r.Min.Y > entries.Min.Y {
				entries = r
			}
		}
		return !entries.Empty()
	})
	return entries
}

// openSettings opens the settings by their button; their Done has the keyboard.
func (s *stage) openSettings(w harness.Window) {
	s.Helper()
	s.clickAt(image.Pt(w.Bounds.Max.X-corner, w.Bounds.Min.Y+corner))
	s.sheet(w)
}

// dotIs tells whether the dot of the storage, in the top bar, has a colour.
func dotIs(picture image.Image, of color.RGBA) bool {
	return slices.ContainsFunc(harness.FindColour(picture, of, 24), func(r image.Rectangle) bool {
		at := r.Min.Sub(picture.Bounds().Min)
		return at.Y < topBar && at.X < 2*corner && r.Dx() >= 4
	})
}
