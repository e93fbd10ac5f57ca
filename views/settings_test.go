package views

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// prefers returns the preferences that hold after an act.
func (s *stage) prefers(act func()) Preferences {
	s.t.Helper()
	act()
	p, err := s.data.Preferences.Get()
	if err != nil {
		s.t.Fatal(err)
	}
	s.asked = nil
	return p
}

func (s *stage) openSettings(p Preferences) *settingsPage {
	s.t.Helper()
	if err := s.data.Preferences.Set(p); err != nil {
		s.t.Fatal(err)
	}
	s.shortcut(prefShortcut)
	if s.w.settings == nil {
		s.t.Fatal("there are no settings")
	}
	return s.w.settings
}

// choose takes an entry of a control's menu.
func pickOption[T comparable](t *testing.T, m *menuButton[T], label string) {
	t.Helper()
	for _, o := range m.options {
		if o.label == label {
			m.put(o.value, o.label)
			m.pick(o.value)
			return
		}
	}
	t.Fatalf("there is no %q", label)
}

// TestEachSettingHoldsAtOnce, without a button to take it over with.
func TestEachSettingHoldsAtOnce(t *testing.T) {
	s := newStage(t)
	start := Preferences{CopyWhenDone: true, Notify: true, LinkHours: 168, DownloadFolder: "/in"}
	p := s.openSettings(start)
	for what, c := range map[string]struct {
		act  func()
		want func(*Preferences)
	}{
		"dark":     {func() { s.tap("Dark") }, func(p *Preferences) { p.Look = LookDark }},
		"language": {func() { pickOption(t, p.language, "English") }, func(p *Preferences) { p.Language = "en" }},
		"up":       {func() { p.up.number.SetText("2,5") }, func(p *Preferences) { p.Up = 2_500_000 }},
		"down": {func() { p.down.number.SetText("300"); pickOption(t, p.down.unit, "kB/s") },
			func(p *Preferences) { p.Down = 300_000 }},
		"hours":   {func() { s.tap("Other limits at certain hours") }, func(p *Preferences) { p.Hours = Hours{From: "09:00", To: "17:00"} }},
		"parts":   {func() { pickOption(t, p.workers, "8") }, func(p *Preferences) { p.Workers = 8 }},
		"folders": {func() { s.tap("Send the files of a folder one by one") }, func(p *Preferences) { p.FoldersAsFiles = true }},
		"copy":    {func() { s.tap("Copy the link when a file is done") }, func(p *Preferences) { p.CopyWhenDone = false }},
		"notify":  {func() { s.tap("Show notifications") }, func(p *Preferences) { p.Notify = false }},
		"links":   {func() { pickOption(t, p.links, "30 days") }, func(p *Preferences) { p.LinkHours = 720 }},
		"folder":  {func() { s.tap("Change…") }, func(p *Preferences) { p.DownloadFolder = "/down" }},
	} {
		want := start
		c.want(&want)
		if got := s.prefers(c.act); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		if err := s.data.Preferences.Set(start); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSettingsShowWhatHolds(t *testing.T) {
	s := newStage(t)
	p := s.openSettings(Preferences{
		Up: 1_500_000, Down: 20_000, Hours: Hours{From: "22:00", To: "06:00", Down: 7_000_000}, Workers: 5,
		LinkHours: 48, DownloadFolder: "/home/anna/in", Look: LookLight,
	})
	s.reads("1.5", "20", "22:00", "06:00", "7", "kB/s", "5", "2 days", "/home/anna/in")
	if !p.looks.buttons[LookLight].chosen || p.copies.checked || !p.hours.on.checked {
		t.Error("a choice is not shown")
	}
	s.tap("Reset settings…")
	s.reads("Your storages, their keys and your files stay.")
	s.tap("Reset")
	s.want("reset")
	s.w.showSettings()
	s.tap("Copy diagnostics")
	if got := s.w.app.Clipboard().Content(); got != "all about it" {
		t.Errorf("copied %q", got)
	}
}

// TestHalfTypedLimitsChangeNothing: what is no limit yet is marked, and what is
// typed stays as it is typed.
func TestHalfTypedLimitsChangeNothing(t *testing.T) {
	s := newStage(t)
	p := s.openSettings(Preferences{Up: 1_000_000, Hours: Hours{From: "09:00", To: "17:00"}})
	canvas := s.w.window.Canvas()
	for _, wrong := range []string{"x", "1x", "-1", "1e", "NaN", "1.2.3"} {
		p.up.number.SetText(wrong)
		if p.up.number.Icon == nil {
			t.Errorf("%q is not marked", wrong)
		}
	}
	p.hours.from.SetText("9:")
	p.hours.to.SetText("25:00")
	s.want()
	canvas.Focus(p.hours.from)
	p.hours.to.SetText("06:30")
	p.hours.from.SetText("9:15")
	got := s.prefers(func() {})
	if got.Hours != (Hours{From: "9:15", To: "06:30"}) || p.hours.from.Text != "9:15" || p.hours.from.Icon != nil {
		t.Errorf("the hours are %+v, %q stands there", got.Hours, p.hours.from.Text)
	}
	canvas.Focus(p.up.number)
	p.up.number.SetText("0.001")
	s.data.Preferences.Set(Preferences{Up: 1024}) // what it comes to
	if p.up.number.Text != "0.001" {
		t.Errorf("%q was typed over", p.up.number.Text)
	}
}

// TestWrongSettingsAreSaid in words, for as long as they are wrong, and the text
// moves out of the way of the mark for no longer.
func TestWrongSettingsAreSaid(t *testing.T) {
	s := newStage(t)
	p := s.openSettings(Preferences{Up: 2_000_000, Hours: Hours{From: "09:00", To: "17:00"}})
	const noNumber, noTime = "This is not a number. The limit stays as it was.", "Write the times like 9:00 or 17:30."
	for _, c := range []struct {
		field       *field
		wrong, text string
	}{{p.up.number, "abc", noNumber}, {p.hours.up.number, "1x", noNumber}, {p.hours.to, "25:00", noTime}} {
		right, at := c.field.Text, s.textIn(c.field)
		s.readsNot(c.text)
		c.field.SetText(c.wrong)
		s.reads(c.text)
		if s.textIn(c.field) == at {
			t.Errorf("the mark lies on %q", c.wrong)
		}
		c.field.SetText(right)
		s.readsNot(c.text)
		if now := s.textIn(c.field); now != at {
			t.Errorf("%q stands at %v, and stood at %v", right, now, at)
		}
	}
}

// textIn is where the text of a field begins.
func (s *stage) textIn(f *field) (at fyne.Position) {
	s.t.Helper()
	walk(f, func(object fyne.CanvasObject) {
		if text, ok := object.(*canvas.Text); ok && text.Text == f.Text {
			at = s.w.app.Driver().AbsolutePositionForObject(text)
		}
	})
	return at
}

// TestNoLimitIsSaidInWords: 0 does not stay where it reads as if nothing went out.
func TestNoLimitIsSaidInWords(t *testing.T) {
	s := newStage(t)
	p := s.openSettings(Preferences{Up: 2_000_000})
	s.w.window.Canvas().Focus(p.up.number)
	got := s.prefers(func() { p.up.number.SetText("0") })
	if got.Up != 0 || p.up.number.Text != "0" {
		t.Errorf("at most %d, and %q was typed over", got.Up, p.up.number.Text)
	}
	s.w.window.Canvas().FocusNext()
	if p.up.number.Text != "" {
		t.Errorf("%q stands for no limit", p.up.number.Text)
	}
	s.reads("No limit")
}

func TestRates(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "0": 0, " 2 ": 2e6, "0,25": 250e3, ".5": 5e5, "1e300": 1 << 50, "2.50": 25e5} {
		if got, ok := parseRate(text, megabytes); !ok || got != want {
			t.Errorf("%q is %d, %t, want %d", text, got, ok, want)
		}
	}
}

func FuzzRates(f *testing.F) {
	for _, text := range []string{"", "1", "2,5", "x", "-0", "1e999", "Inf", "0x1p-2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := parseRate(text, megabytes); got < 0 || got > 1<<50 || !ok && got != 0 {
			t.Errorf("%q is %d, %t", text, got, ok)
		}
	})
}

// TestKeysReachEverySetting, each in sight while it has the focus.
func TestKeysReachEverySetting(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(640, 480))
	p := s.openSettings(Preferences{Hours: Hours{From: "09:00", To: "17:00"}})
	canvas, driver := s.w.window.Canvas(), s.w.app.Driver()
	reached := map[fyne.Focusable]bool{}
	for range 40 {
		canvas.FocusNext()
		focused := canvas.Focused()
		reached[focused] = true
		object, scroll := focused.(fyne.CanvasObject), s.w.sheet.scroll
		if b, ok := object.(*button); ok && b.text == "Done" {
			continue
		}
		top := driver.AbsolutePositionForObject(object).Y - driver.AbsolutePositionForObject(scroll).Y
		if top < 0 || top+object.Size().Height > scroll.Size().Height {
			t.Errorf("%T at %v is out of sight, of %v", object, top, scroll.Size().Height)
		}
	}
	for what, want := range map[string]fyne.Focusable{
		"look": p.looks.buttons[2], "language": p.language.button, "up": p.up.number, "unit": p.down.unit.button,
		"hours": p.hours.on.button, "until": p.hours.to, "parts": p.workers.button, "copy": p.copies.button, "folders": p.folders.button,
		"links": p.links.button, "clean up": s.button("Clean up…"), "diagnostics": s.button("Copy diagnostics"), "reset": s.button("Reset settings…"),
	} {
		if !reached[want] {
			t.Errorf("Tab does not reach: %s", what)
		}
	}
	s.key(fyne.KeyEscape)
	if s.w.sheet != nil || s.w.settings != nil {
		t.Error("Escape does not close the settings")
	}
}

func TestTheLookIsThatOfThePreferences(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct {
		look Look
		want palette
	}{{LookDark, dark}, {LookLight, light}, {LookDark, dark}} {
		s.data.Preferences.Set(Preferences{Look: c.look})
		for _, system := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
			if got := s.w.app.Settings().Theme().Color(colorWindow, system); got != c.want[colorWindow] {
				t.Errorf("look %d: the window is %v", c.look, got)
			}
		}
	}
}

// TestAnotherLanguageIsSpokenAtOnce by everything, and nothing else changes.
func TestAnotherLanguageIsSpokenAtOnce(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"), doneRow("2", "b"))
	s.press(1, 0)
	s.w.top.search.SetText("find me")
	s.openSettings(Preferences{})
	s.asked = nil
	s.w.spoken = "tlh" // all of it was made in another language
	s.data.Preferences.Set(Preferences{Language: "en"})
	if s.w.settings == nil || s.w.window.Canvas().Focused() != fyne.Focusable(s.w.settings.language.button) {
		t.Error("the settings are not open where the language was chosen")
	}
	s.want()
	s.w.closeSheet()
	if rows := s.w.list.selected(); len(rows) != 1 || rows[0].ID != "2" || s.w.top.search.Text != "find me" {
		t.Errorf("selected: %+v; searched: %q", rows, s.w.top.search.Text)
	}
	s.list(doneRow("1", "new.txt"))
	s.reads("new.txt")
}

func TestCleaningUp(t *testing.T) {
	s := newStage(t)
	s.data.Connection.Set(Connection{Current: "here", Used: 14_000_000_000, Free: 1_000_000, Places: []Place{{ID: "here", Here: true}}})
	s.openSettings(Preferences{})
	s.reads("take 14 GB on this computer", "1.0 MB are free")
	s.tap("Clean up…")
	s.reads("Looking for your files…")
	s.cleanUps([]CleanUp{{Days: 30}, {Days: 7, Files: 96, Bytes: 12_000_000_000}, {Files: 112, Bytes: 14_000_000_000}}, "")
	s.reads("96 files · 12 GB", "All copies")
	s.readsNot("Looking")
	s.tap("Delete")
	s.tap("Added 30 days ago or earlier") // none is
	s.want()
	s.tap("Added 7 days ago or earlier")
	s.tap("Delete 96 files")
	s.want("clean up 7")
	s.reads("Deleted.")
	for problem, offers := range map[string][]CleanUp{"It cannot be read.": nil, "There is nothing to delete.": {{}}} {
		s.w.showCleanUp()
		s.cleanUps(offers, strings.TrimPrefix(problem, "There is nothing to delete."))
		s.reads(problem)
		s.key(fyne.KeyEscape)
		s.cleanUps(offers, "late")
	}
}

// TestTheEndCountsDown by the minute, with each list that comes.
func TestTheEndCountsDown(t *testing.T) {
	s := newStage(t)
	for _, c := range []struct {
		left time.Duration
		want string
	}{
		{50*time.Hour + time.Minute, "closes in 2 days"}, {3*time.Hour + time.Second, "closes in 3 h"},
		{43*time.Minute + time.Second, "closes in 43 min"}, {20 * time.Second, "closes in about a minute"},
		{-time.Second, "closed"},
	} {
		place := Place{ID: "x", Name: strings.Repeat("long name ", 9)}
		s.data.Connection.Set(Connection{Current: "x", Places: []Place{place}, Ends: time.Now().Add(c.left)})
		s.list()
		if got := s.w.top.place.note; got != c.want {
			t.Errorf("%v before the end: %q, want %q", c.left, got, c.want)
		}
		if w := s.w.layout.MinSize(nil).Width; w > 640 {
			t.Errorf("the window needs %v", w)
		}
	}
}

// TestAnOutageIsSaid in the line under the list, which tells no speed then.
func TestAnOutageIsSaid(t *testing.T) {
	s := newStage(t)
	all := Overall{Files: 7, FilesDone: 3, Bytes: 4e9, BytesDone: 12e8, State: Reconnecting, Running: true, Reconnecting: true, Left: -1}
	for want, change := range map[string]func(*Overall){
		"Reconnecting… · next try in 10 s · 3 of 7 files": func(o *Overall) { o.NextTry = 12 * time.Second },
		"Reconnecting… · 3 of 7 files":                    func(*Overall) {},
		"No network: it goes on by itself · 3 of 7 files": func(o *Overall) { o.Offline = true },
	} {
		o := all
		change(&o)
		s.data.Overall.Set(o)
		if got := s.w.bottom.text; !strings.HasPrefix(got.full, want) || got.tint != colorWarn {
			t.Errorf("%q, want %q", got.full, want)
		}
	}
	if !s.w.bottom.bar.held {
		t.Error("the bar looks as if it moved")
	}
	for _, c := range []struct {
		Connection
		tint fyne.ThemeColorName
	}{
		{Connection{Ready: true}, colorGood},
		{Connection{}, colorWarn},
		{Connection{Problem: "No connection.", Retrying: true}, colorWarn},
		{Connection{Problem: "The key is not for this."}, colorDanger},
		{Connection{Ready: true, NeedsKey: true, Problem: "Closed."}, colorDanger},
	} {
		s.data.Connection.Set(c.Connection)
		if s.w.top.place.tint != c.tint {
			t.Errorf("%+v: the dot is %s", c.Connection, s.w.top.place.tint)
		}
	}
}

func TestSettingsFitALowWindow(t *testing.T) {
	s := newStage(t)
	size := fyne.NewSize(640, 480)
	s.w.window.Resize(size)
	s.openSettings(Preferences{DownloadFolder: strings.Repeat("/folder", 90)})
	if got := s.w.sheet.popUp.MinSize(); got.Width > size.Width || got.Height > size.Height {
		t.Errorf("it needs %v", got)
	}
	test.Tap(s.w.top.settings) // under the sheet
	s.tap("Done")
	if s.w.settings != nil {
		t.Error("it is still there")
	}
}
