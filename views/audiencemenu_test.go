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

// TestEndingTheLinksOfOthersIsAsked, wherever the answer is changed.
func TestEndingTheLinksOfOthersIsAsked(t *testing.T) {
	for name, change := range map[string]func(s *stage){
		"in the pane": func(s *stage) { s.w.audienceMenu().Items[2].Action() },
		"on the page": func(s *stage) {
			s.w.showStorage()
			s.tap("Only me")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := Connection{Places: []Place{{ID: "here", Here: true}}, Current: "here", Ready: true, Audience: AudienceNetwork}
			s.data.Connection.Set(c)
			change(s)
			s.reads("Links that others have stop working until you choose “People on this Wi-Fi” again.")
			s.want()
			s.tap("Only me")
			s.want("audience 1")
			c.Audience = AudienceMe
			s.data.Connection.Set(c)
			s.w.audienceMenu().Items[0].Action()
			s.want("audience 2")
		})
	}
}
