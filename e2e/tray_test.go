//go:build e2e && linux

package e2e

import (
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/e2e/harness"
)

// TestTray lives by the menu of the tray: the window goes and comes, uploads go
// on without it, links are copied again, and Quit is the end.
func TestTray(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	program, window := s.open()
	s.menuHas("Quick share files…", "Open QuickSync", "Quit")
	s.must(s.desk.Drop(within(t), window, s.random("report_1.txt", 5000)))
	s.answer(window, wifi)
	report := s.copied("")

	s.must(s.desk.Drop(within(t), window, s.long("long.iso")))
	s.begun("long.iso")
	s.must(s.desk.CloseWindow(window))
	s.must(program.WaitNoWindow(within(t)))
	s.stillHere()
	s.stored([]string{"long.iso"})
	s.copied(report)

	s.recentsCopy(report)
	s.quickShare()
	s.must(s.tray.Click(within(t), "Open QuickSync"))
	s.window(program)
	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
}

// TestQuitAsks asks before uploads are left where they are; Don’t quit goes on.
func TestQuitAsks(t *testing.T) {
	s := newStage(t, stageConfig{})
	program, window := s.open()
	s.must(s.desk.Drop(within(t), window, s.long("long.iso")))
	s.begun("long.iso")
	s.must(s.tray.Click(within(t), "Quit"))
	s.sheet(window)
	s.keepScreen("quit-question.png")
	s.press("Return") // Don’t quit, which has the keyboard
	s.plain(window)
	s.stored([]string{"long.iso"})
	s.finished(window, 1)
	s.must(s.tray.Click(within(t), "Quit"))
	s.ends(program, 0)
}

// TestWithoutTray ends with its window where there is no tray to live in.
func TestWithoutTray(t *testing.T) {
	s := newStage(t, stageConfig{withoutTray: true})
	program, window := s.open()
	s.must(s.desk.CloseWindow(window))
	s.ends(program, 0)
}

// menuHas checks that the menu begins with how things are, which cannot be
// clicked, and has these lines in this order.
func (s *stage) menuHas(lines ...string) {
	s.Helper()
	menu, err := s.tray.Menu(within(s.T))
	s.must(err)
	if len(menu) == 0 || !menu[0].Disabled || menu[0].Label == "" {
		s.Errorf("the menu does not begin with the state: %+v", menu)
	}
	for _, entry := range menu {
		if len(lines) > 0 && entry.Label == lines[0] && !entry.Disabled {
			lines = lines[1:]
		}
	}
	if len(lines) > 0 {
		s.Errorf("the menu lacks %q, or has it elsewhere: %+v", lines, menu)
	}
}

// stillHere waits for the word that the program lives on.
func (s *stage) stillHere() {
	s.Helper()
	s.until("the notification that the program lives on", func() bool {
		return slices.ContainsFunc(s.notes.All(), func(n harness.Notification) bool { return n.Title == "Still here" })
	})
}

// recentsCopy copies an older file's link again. An underscore is doubled in
// menus, where a single one marks a key.
func (s *stage) recentsCopy(link string) {
	s.Helper()
	s.copies("something else")
	s.must(s.tray.Click(within(s.T), "Recents", "report__1.txt"))
	if got := s.copied("something else"); got != link {
		s.Errorf("Recents copied %s, want %s", got, link)
	}
}

// quickShare picks a file from the tray; its link is copied without the window.
func (s *stage) quickShare() {
	s.Helper()
	before := s.clipboard()
	picked := s.random("picked.png", 40_000)
	s.portal.Choose(picked)
	s.must(s.tray.Click(within(s.T), "Quick share files…"))
	for _, link := range strings.Fields(s.copied(before)) {
		s.opens(s.machine(), link, picked)
	}
	if asked := s.portal.Asked(); len(asked) != 1 || asked[0].Folder {
		s.Errorf("the person was asked %+v, want once for files", asked)
	}
}
