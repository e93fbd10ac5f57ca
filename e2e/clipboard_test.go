//go:build e2e && linux

package e2e

import (
	"net"
	"net/url"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestOnlyMe keeps what is only for this computer off the clipboard until the
// person asks for it.
func TestOnlyMe(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	mine := s.copies("what the person copied")
	notes := s.random("notes.txt", 100_000)
	s.must(s.desk.Drop(within(t), window, notes))
	s.answer(window, onlyMe)
	picture := s.finished(window, 1)
	s.stays(mine, "what the person copied")

	s.click(s.links(picture)[0])
	link := s.copied("what the person copied")
	u, err := url.Parse(link)
	s.must(err)
	if !net.ParseIP(u.Hostname()).IsLoopback() {
		t.Errorf("the link leads to %s, want this computer", u.Hostname())
	}
	s.opens(s.machine(), link, notes)
}

// TestCopiedMeanwhile leaves what the person copied during an upload alone.
func TestCopiedMeanwhile(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.answer(window, wifi)
	first := s.copied("")

	was := s.copies("what was there before")
	s.must(s.desk.Drop(within(t), window, s.long("long.iso")))
	s.begun("long.iso")
	s.until("the program to read what was there", func() bool { return was.Read() > 0 })
	mine := s.copies("what the person copied")
	s.stored([]string{"long.iso"})
	s.finished(window, 2)
	s.photograph(window, "copied-meanwhile.png")
	s.stays(mine, "what the person copied")

	s.choose(window)
	s.press("ctrl+c")
	if link := s.copied("what the person copied"); link == first {
		t.Error("the first file's link was copied, not that of the selected one")
	}
}

// copies has the person copy something in another program.
func (s *stage) copies(text string) *harness.Copied {
	s.Helper()
	copied, err := s.desk.Copy(text)
	s.must(err)
	s.Cleanup(copied.Close)
	return copied
}

// stays checks that nothing else has come on the clipboard.
func (s *stage) stays(mine *harness.Copied, text string) {
	s.Helper()
	select {
	case <-mine.Lost():
		s.Fatalf("the clipboard was taken; it holds %q", s.clipboard())
	default:
	}
	if got := s.clipboard(); got != text {
		s.Fatalf("the clipboard holds %q, want %q", got, text)
	}
}
