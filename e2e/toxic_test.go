//go:build e2e && linux

package e2e

import (
	"errors"
	"image"
	"path/filepath"
	"testing"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/internal/strict"
)

// TestLineGoesAndComes takes the line to a server away while the window uploads
// to it. The window says so, goes on by itself when the line is back, and holds
// no more open files and connections in the end than before.
func TestLineGoesAndComes(t *testing.T) {
	s := newStage(t, stageConfig{})
	gate := strict.NewGate(4)
	server, line := s.farAway(gate)
	program, window := s.open()
	s.paste(window, "http://"+line.Address+"/v1#key=the-key&session=a-session")
	s.connect(window)
	s.must(s.desk.Drop(within(t), window, s.random("first.txt", 1000)))
	s.finished(window, 1)
	open := s.descriptors(program)

	s.must(s.desk.Drop(within(t), window, s.random("film.mp4", 48<<20)))
	s.until("parts on their way", func() bool { return server.Calls("part") >= 4 })
	s.choose(window)
	var usual int
	s.see(window, "the pane of an upload", func(p image.Image) (ok bool) {
		usual, ok = s.uploadButtons(p)
		return ok
	})
	s.must(line.Down(within(t)))
	gate.Open()
	s.see(window, "the pane to say what is wrong", func(p image.Image) bool {
		now, ok := s.uploadButtons(p)
		return ok && now >= usual+textLine
	})
	s.see(window, "the storage's dot to warn", func(p image.Image) bool { return dotIs(p, s.colours().warn) })
	s.keepScreen("line-down.png")
	s.must(line.Up(within(t)))
	s.finished(window, 2)
	s.see(window, "the storage's dot to be green again", func(p image.Image) bool { return dotIs(p, s.colours().good) })

	if held := server.Files(); len(held) != 2 || !held[0].Completed || !held[1].Completed {
		t.Errorf("the server holds %+v", held)
	}
	if v := server.Violations(); len(v) > 0 {
		t.Errorf("the server complains: %q", v)
	}
	server.Close() // connections that wait for the next call are closed too
	s.until("what was opened to be closed", func() bool { return s.descriptors(program) <= open })
}

// textLine is the height of a line of text in the pane, in pixels.
const textLine = 15

// uploadButtons tells where the buttons of an upload's pane begin: lower where
// the text over them is longer. Below them is the one that pauses all.
func (s *stage) uploadButtons(picture image.Image) (y int, there bool) {
	all := s.paneButtons(picture)
	if len(all) != 3 {
		return 0, false
	}
	return all[0].Min.Y, true
}

// descriptors counts what a program has open.
func (s *stage) descriptors(p *harness.Program) int {
	s.Helper()
	n, err := harness.Descriptors(p.PID())
	s.must(err)
	return n
}

// farAway is a server behind a narrow line. It holds what the gate does, so that an
// upload does not end before the scene has acted.
func (s *stage) farAway(gate *strict.Gate) (*strict.Server, *harness.Line) {
	s.Helper()
	server, err := strict.Start(strict.Config{Token: "the-key", Session: "a-session", Spoil: gate.Spoil})
	s.must(err)
	s.Cleanup(server.Close)
	s.Cleanup(gate.Open) // before the server closes
	proxy, err := harness.StartToxiproxy(within(s.T), filepath.Join("out", "toxiproxy", "server"))
	if errors.Is(err, harness.ErrNoToxiproxy) && !harness.NothingLeftOut() {
		s.Skip(err)
	}
	s.must(err)
	s.Cleanup(func() { s.note(proxy.Close()) })
	line, err := proxy.Line(within(s.T), "line", server.Host())
	s.must(err)
	s.must(line.Spoil(within(s.T), harness.Toxic{
		Type: "bandwidth", Stream: "upstream", Attributes: map[string]int{"rate": 2000},
	}))
	return server, line
}
