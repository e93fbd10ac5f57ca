package transfer

import "testing"

// waits has a file wait, and checks whether it has to ask for the list.
func (l *lookups) waits(t *testing.T, fileKey string, asks bool) {
	t.Helper()
	l.burst = true
	if !l.takes() {
		t.Fatal("files are not looked up together")
	}
	if _, first := l.join(fileKey); first != asks {
		t.Errorf("%s is to ask for the list: %v", fileKey, first)
	}
}

// Two that ask at once would ask for the same list twice: for a long one that
// is what looking up by itself was to save.
func TestOneAtATimeAsksForTheList(t *testing.T) {
	l := newLookups()
	l.length = 1000 // too long for the few that follow
	l.waits(t, "a", true)
	l.asked() // has a be looked up by itself
	l.waits(t, "b", false)
	if !l.answer(nil, nil) {
		t.Fatal("nobody asks for b")
	}
	l.asked()
	if l.answer(nil, nil) {
		t.Error("asks for nobody")
	}
	l.waits(t, "c", true)
}

// The last files of a burst have made way for others, of which there are none.
func TestTheLastOfABurstKnowHowLongTheListIs(t *testing.T) {
	l := newLookups()
	l.count(many + 1)
	l.length = 1000
	for range 2 {
		if !l.takes() {
			t.Fatal("files are not looked up together")
		}
	}
	l.count(-many - 1)
	for _, fileKey := range []string{"last but one", "last"} {
		l.join(fileKey)
		if asked := l.asked(); len(asked) > 0 {
			t.Errorf("the list is asked for %v", asked)
		}
		l.answer(nil, nil)
	}
	if l.takes() || l.length > 0 {
		t.Errorf("the burst does not end: %d coming, %d long", l.coming, l.length)
	}
}
