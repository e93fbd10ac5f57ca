//go:build e2e && linux

package e2e

import (
	"bytes"
	"crypto/rand"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestPaste has the person copy things in other programs and paste them here: a
// text, files, and a picture that comes in pieces. Each gets a link.
func TestPaste(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	s.holds(map[string][]byte{"UTF8_STRING": []byte("Grüße aus dem Norden\n")}, 0)
	s.press("ctrl+v")
	s.answer(window, wifi)
	text := s.copied("")
	s.gives(text, []byte("Grüße aus dem Norden\n"))

	one, two := s.random("a b.txt", 5000), s.random("ünï.pdf", 3000)
	files, err := s.desk.CopyFiles(one, two)
	s.must(err)
	t.Cleanup(files.Close)
	s.press("ctrl+v")
	if links := strings.Fields(s.copied(text)); len(links) != 2 {
		t.Errorf("copied %q, want two links", links)
	}
	s.stored([]string{"a b.txt", "ünï.pdf"})
	s.finished(window, 3)

	picture := painted(t)
	s.holds(map[string][]byte{"image/png": picture, "text/html": []byte("<img>")}, 100_000)
	s.press("ctrl+v")
	s.gives(s.copied(""), picture)
	s.see(window, "the offer of one link for what came before to go", func(p image.Image) bool { return len(s.offered(p)) != 2 })
	s.finished(window, 4)
	s.photograph(window, "pasted.png")
	s.named(map[string]int{`Text \d{4}-\d\d-\d\d \d\d\.\d\d\.txt`: 1, `Picture \d{4}-\d\d-\d\d \d\d\.\d\d\.png`: 1})
	s.until("what was pasted to be deleted here", func() bool {
		left, err := os.ReadDir(filepath.Join(s.data, "data", "pasted"))
		return err == nil && len(left) == 0
	})
}

// TestShareClipboard shares a text and files by the tray, while no window is
// there.
func TestShareClipboard(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	s.copied("")
	s.must(s.desk.CloseWindow(window))
	s.must(program.WaitNoWindow(within(t)))

	s.copies("from another program")
	s.must(s.tray.Click(within(t), "Share clipboard"))
	text := s.copied("from another program")
	s.gives(text, []byte("from another program"))

	plan := s.random("plan.pdf", 70_000)
	files, err := s.desk.CopyFiles(plan)
	s.must(err)
	t.Cleanup(files.Close)
	s.must(s.tray.Click(within(t), "Share clipboard"))
	s.opens(s.machine(), s.copied(text), plan)
	s.named(map[string]int{`Text .*\.txt`: 1, `plan\.pdf`: 1})
}

// holds has another program own the clipboard.
func (s *stage) holds(content map[string][]byte, piece int) *harness.Copied {
	s.Helper()
	copied, err := s.desk.CopyAs(content, piece)
	s.must(err)
	s.Cleanup(copied.Close)
	return copied
}

// gives checks that a link gives these bytes.
func (s *stage) gives(link string, want []byte) {
	s.Helper()
	s.opens(s.machine(), link, s.file("wanted", want))
}

// named checks how many files of the storage have names of a shape.
func (s *stage) named(shapes map[string]int) {
	s.Helper()
	all := s.list()
	for shape, want := range shapes {
		pattern, got := regexp.MustCompile("^"+shape+"$"), 0
		for _, f := range all {
			if pattern.MatchString(f.Name) {
				got++
			}
		}
		if got != want {
			s.Errorf("%d files are named %s, want %d: %+v", got, shape, want, all)
		}
	}
}

// painted is a PNG that is too large for one piece.
func painted(t *testing.T) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 500, 400))
	_, _ = rand.Read(picture.Pix)
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
