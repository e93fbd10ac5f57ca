package views

import "testing"

// TestWhoShouldOpenItIsChangedBesideTheLink, on this computer and nowhere else.
func TestWhoShouldOpenItIsChangedBesideTheLink(t *testing.T) {
	s := newStage(t)
	here := Connection{Ready: true, Current: "here", Audience: AudienceMe, Places: []Place{{ID: "here", Here: true}, {ID: "team", Name: "Team"}}}
	s.data.Connection.Set(here)
	s.list(doneRow("1", "a"))
	d := Detail{Count: 1, Row: doneRow("1", "a"), Can: fileCan, Link: Link{URL: "http://127.0.0.1/x", Reach: ReachThisComputer}}
	s.detail(d)
	s.tap("Who should open it?")
	if s.w.window.Canvas().Overlays().Top() == nil {
		t.Error("there is no menu")
	}
	s.asked = nil
	menu := s.w.audienceMenu()
	if !item(t, menu, "Only me").Checked || item(t, menu, "People on this Wi-Fi").Checked {
		t.Error("the answer so far is not ticked")
	}
	item(t, menu, "People on this Wi-Fi").Action()
	s.want("audience 2")
	item(t, menu, "Anyone — connect QuickSync").Action()
	s.want("audience 3")
	if s.w.page == nil {
		t.Error("nothing can be connected")
	}
	s.w.closeSheet()
	here.Current = "team"
	s.data.Connection.Set(here)
	d.Link.URL = "https://x/y"
	s.detail(d)
	if s.button("Who should open it?") != nil {
		t.Error("it is asked about a storage elsewhere")
	}
}
