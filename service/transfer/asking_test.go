package transfer

import "testing"

// waits has a file wait, and tells whether it has to ask for the list.
func (l *lookups) waits(t *testing.T, fileKey string, asks bool) {
	t.Helper()
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
