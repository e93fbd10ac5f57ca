package views

import "testing"

// TestNamesOfAStorageAreChosenOnItsPage: what holds is told, and what a browser
// will call a file. Where it cannot be, the box goes back.
func TestNamesOfAStorageAreChosenOnItsPage(t *testing.T) {
	s := newStage(t)
	team := Place{ID: "team", Name: "Team", Server: "https://x", NamesHidden: true}
	show := func(place Place) {
		s.data.Connection.Set(Connection{Ready: true, Current: place.ID, Places: []Place{{ID: "here", Here: true}, place}})
		s.w.showStorage()
		s.asked = nil
	}
	show(team)
	s.reads("Names are hidden from people", "may call the file by a scrambled name", "stored already keeps its name")
	s.tap("Hide file names")
	s.want("hide names team false")
	s.naming("")
	s.reads("Names are readable", "calls the file by its name", "stored already keeps its name")
	s.readsNot("Names are hidden", "scrambled")
	s.tap("Hide file names")
	s.want("hide names team true")
	s.naming("It knows no session.")
	s.reads("It knows no session.", "Names are readable")
	if s.button("Hide file names").icon != glyphBoxOff {
		t.Error("the box says that names are hidden")
	}
	s.w.closeSheet()
	team.LinksNamed = true
	show(team)
	s.reads("Names are hidden from people", "calls the file by its name")
	s.readsNot("scrambled", "Who should open it?") // which is about this computer
	s.w.closeSheet()
	show(Place{ID: "here", Here: true})
	s.readsNot("Hide file names", "Names are")
}

// TestNamesOfANewStorage: nothing is stored there yet.
func TestNamesOfANewStorage(t *testing.T) {
	s := newStage(t)
	s.w.showConnect()
	s.tap("Server and names")
	s.reads("Names are hidden from people", "scrambled")
	s.readsNot("stored already")
	s.tap("Hide file names")
	s.reads("Names are readable")
}
