package views

import (
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func TestConnecting(t *testing.T) {
	s := newStage(t)
	item(t, s.w.placesMenu(), "Connect QuickSync…").Action()
	s.tap("Connect")
	s.want()
	test.Type(s.w.page.key, "secret-key")
	s.readsNot("secret-key")
	s.tap("Server and names")
	test.Type(s.w.page.server, "https://x")
	test.Type(s.w.page.session, "sid")
	s.tap("Connect")
	s.want("connect {PlaceID: Key:secret-key Server:https://x SessionID:sid HideNames:true}")
	s.connecting("The server does not know this key.")
	s.reads("The server does not know this key.")
	s.tap("Hide file names")
	s.w.page.key.OnSubmitted("")
	s.want("connect {PlaceID: Key:secret-key Server:https://x SessionID:sid HideNames:false}")
	page := s.w.page
	s.connecting("")
	if s.w.sheet != nil || page.key.Text != "" {
		t.Error("the page is still there, or remembers the key")
	}
	s.connecting("late")
}

// TestLeavingEndsConnecting: neither Esc nor Cancel leaves it to come true later, and
// it is not asked for twice meanwhile.
func TestLeavingEndsConnecting(t *testing.T) {
	s := newStage(t)
	for _, leave := range []func(){func() { s.tap("Cancel") }, func() { s.w.closeSheet() }} {
		s.w.showConnect()
		test.Type(s.w.page.key, "k")
		s.tap("Connect")
		s.want("connect {PlaceID: Key:k Server: SessionID: HideNames:true}")
		test.Type(s.w.page.key, "2")
		s.tap("Connect")
		s.tap("Test")
		s.want()
		leave()
		s.want("stop connect")
		s.connecting("")
	}
	s.w.showConnect()
	test.Type(s.w.page.key, "k")
	s.tap("Connect")
	s.want("connect {PlaceID: Key:k Server: SessionID: HideNames:true}")
	s.connecting("")
	s.want()
}

// TestWhatATestToldGoesWithTheKey that it was about.
func TestWhatATestToldGoesWithTheKey(t *testing.T) {
	for name, change := range map[string]func(*connectPage){
		"another key":     func(p *connectPage) { p.key.SetText("KEY 2") },
		"another server":  func(p *connectPage) { p.server.SetText("https://h/v1") },
		"another session": func(p *connectPage) { p.session.SetText("S") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.w.showConnect()
			s.w.page.key.SetText("KEY")
			told := func() {
				s.testStep(Step{Name: "Check the key", Problem: "The key is not known."})
				s.testDone(false, "all the steps")
			}
			s.tap("Test")
			told()
			s.reads("Check the key", "Copy report")
			change(s.w.page)
			s.readsNot("Check the key", "The key is not known.", "Copy report")
			s.tap("Test")
			s.w.page.key.SetText("KEY 3") // while it runs
			told()
			s.readsNot("Check the key", "The key is not known.", "Copy report")
			s.asked = nil
			s.tap("Test")
			s.want("test KEY 3")
		})
	}
}

func TestTestingAConnection(t *testing.T) {
	s := newStage(t)
	s.w.showConnect()
	test.Type(s.w.window.Canvas().Focused(), "k")
	s.tap("Test")
	s.want("test k")
	s.testStep(Step{Name: "Reach the server", Running: true})
	s.reads("Reach the server…")
	s.testStep(Step{Name: "Reach the server"})
	s.testStep(Step{Name: "Check the key", Problem: "The key is not known."})
	s.reads("Reach the server", "Check the key", "The key is not known.")
	s.readsNot("Reach the server…", "Copy report")
	s.tap("Test")
	s.want()
	s.testDone(false, "all the steps")
	s.tap("Copy report")
	if got := s.w.app.Clipboard().Content(); got != "all the steps" {
		t.Errorf("copied %q", got)
	}
	s.tap("Test")
	s.readsNot("Check the key")
	s.testDone(true, "")
	s.reads("Everything works")
	s.tap("Test")
	s.asked = nil
	s.key(fyne.KeyEscape)
	s.want("stop test")
	s.testStep(Step{Name: "late"})
	s.testDone(true, "late")
}

// TestAListWithoutAKeyOffersOne: where the list is blank and where an earlier one
// stays, whichever of list and storage is told first, and no longer than that.
func TestAListWithoutAKeyOffersOne(t *testing.T) {
	none, stale := List{Problem: "Its key is gone."}, List{Problem: "Its key is gone.", Rows: RowSlice{doneRow("1", "a")}}
	c := Connection{NeedsKey: true, Problem: "Its key is gone.", Current: "team", Places: []Place{{ID: "team", Name: "Team"}}}
	for _, list := range []List{none, stale} {
		for _, listFirst := range []bool{true, false} {
			s := newStage(t)
			if listFirst {
				s.setList(list)
			}
			s.data.Connection.Set(c)
			s.setList(list)
			s.tap("Cancel")
			s.tap("Paste a new key…")
			s.reads("New key for Team")
			s.key(fyne.KeyEscape)
			if list.Rows == nil {
				s.tap("Try again")
				s.want("reload")
			}
			s.data.Connection.Set(Connection{Current: "team", Places: c.Places})
			s.readsNot("Paste a new key…")
			s.tap("Try again")
			s.want("reload")
		}
	}
}

// TestANewKeyIsAskedForOnce: with the reason, and for the storage that needs it.
func TestANewKeyIsAskedForOnce(t *testing.T) {
	s := newStage(t)
	c := Connection{
		NeedsKey: true, Problem: "The key is gone.", Current: "team",
		Places: []Place{{ID: "here", Here: true}, {ID: "team", Name: "Team", Server: "https://x"}},
	}
	s.data.Connection.Set(c)
	s.reads("New key for Team", "The key is gone.")
	s.key(fyne.KeyEscape)
	c.Ready = true
	s.data.Connection.Set(c)
	if s.w.sheet != nil {
		t.Error("asks again though nothing changed")
	}
	item(t, s.w.placesMenu(), "Paste a new key…").Action()
	test.Type(s.w.page.key, "k")
	s.tap("Connect")
	s.want("connect {PlaceID:team Key:k Server: SessionID: HideNames:false}")
	s.connecting("")
	s.w.showStorage()
	s.tap("Paste a new key…")
	if s.w.page.placeID != "team" {
		t.Errorf("the key is for %q", s.w.page.placeID)
	}
}

// TestALongKeyStaysInItsField: no bar and no shadow, and nothing over the edge.
func TestALongKeyStaysInItsField(t *testing.T) {
	s := newStage(t)
	s.w.showConnect()
	test.Type(s.w.page.key, strings.Repeat("k", 132))
	look := s.w.page.key.Theme()
	if look.Size(theme.SizeNameScrollBar)+look.Size(theme.SizeNameScrollBarSmall) != 0 || look.Color(theme.ColorNameShadow, theme.VariantLight) != color.Transparent {
		t.Error("a long key has a bar or a shadow")
	}
	if s.w.page.key.Icon == nil {
		t.Error("nothing keeps the text off the edge")
	}
}

func TestChoosingAStorage(t *testing.T) {
	s := newStage(t)
	s.data.Connection.Set(Connection{
		Ready: true, Current: "here", Used: 1_800_000_000, Free: 5_000_000_000,
		Places: []Place{{ID: "here", Here: true}, {ID: "team", Name: "Team\u202e", Server: "https://x"}},
	})
	s.reads("This computer")
	menu := s.w.placesMenu()
	if !item(t, menu, "This computer").Checked || item(t, menu, "Team\ufffd").Checked {
		t.Error("the tick is not on the current storage")
	}
	item(t, menu, "Team\ufffd").Action()
	s.want("choose team")
	test.Tap(s.w.top.place)
	if s.w.window.Canvas().Overlays().Top() == nil {
		t.Error("no menu of storages")
	}
}

func TestStoragePage(t *testing.T) {
	s := newStage(t)
	s.data.Connection.Set(Connection{
		Ready: true, Current: "here", Used: 1_800_000_000, Free: 5_000_000_000, Audience: AudienceMe,
		Places: []Place{{ID: "here", Here: true}, {ID: "team", Name: "Team", Server: "https://x"}},
	})
	s.w.showStorage()
	s.reads("take 1.8 GB on this computer", "5.0 GB are free", "https://x", "Contents are not encrypted")
	s.readsNot("Names are hidden")
	if b := s.button("Only me"); !b.chosen || b.icon != glyphCheck {
		t.Error("the answer so far is not marked")
	}
	s.tap("People on this Wi-Fi")
	s.want("audience 2")
	if now, before := s.button("People on this Wi-Fi"), s.button("Only me"); !now.chosen || now.icon != glyphCheck || before.chosen || before.icon != glyphPerson {
		t.Error("the new answer is not marked")
	}
	s.tap("Forget…")
	s.reads("Forget this storage?", "Team")
	s.tap("Forget")
	s.want("forget team")
	if s.w.sheet != nil {
		t.Error("the question is still there")
	}
}

// TestStoragePageTellsWhatIsLeft of the room that a storage's rules give.
func TestStoragePageTellsWhatIsLeft(t *testing.T) {
	for want, room := range map[string]Room{
		"There is room for 91 more of 100 files. 4.2 GB of 5.0 GB are free.": {Files: 91, MaxFiles: 100, Bytes: 4_200_000_000, MaxBytes: 5_000_000_000},
		"There is room for 0 more of 100 files.":                             {MaxFiles: 100},
		"0 B of 5.0 GB are free.":                                            {MaxBytes: 5_000_000_000},
		"":                                                                   {},
	} {
		s := newStage(t)
		s.data.Connection.Set(Connection{Ready: true, Current: "team", Room: room, Places: []Place{{ID: "team", Name: "Team", Server: "https://x"}}})
		s.w.showStorage()
		s.reads(want)
		if want == "" {
			s.readsNot("There is room", "are free")
		}
	}
}

func TestSheetKeepsTheWindowOutOfReach(t *testing.T) {
	s := newStage(t)
	s.list(doneRow("1", "a"))
	s.press(0, 0)
	s.w.showStorage()
	s.asked = nil
	s.key(fyne.KeyF5, fyne.KeyDelete, fyne.KeyDown)
	s.shortcut(&fyne.ShortcutSelectAll{})
	s.want()
	s.tap("Done")
	s.key(fyne.KeyF5)
	s.want("reload")
}

func TestSheetsFitALowWindow(t *testing.T) {
	s := newStage(t)
	size := fyne.NewSize(640, 480)
	s.w.window.Resize(size)
	row := doneRow("1", strings.Repeat("x", 3000))
	s.list(row)
	s.press(0, 0)
	for name, open := range map[string]func(){
		"connect": s.w.showConnect, "storage": s.w.showStorage, "delete": s.w.askDelete,
	} {
		open()
		got := s.w.sheet.popUp.MinSize()
		if got.Width > size.Width || got.Height > size.Height {
			t.Errorf("%s needs %v", name, got)
		}
		s.w.closeSheet()
	}
}
