package transfer

import (
	"testing"

	"quicksync.me/desktop/service/api"
)

// waits has a file wait, and checks whether it has to ask for the list.
func (l *lookups) waits(t *testing.T, fileKey string, asks bool) {
	t.Helper()
	l.burst = true
	if found, first := l.join(fileKey); found == nil || first != asks {
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

// TestOneKeyForTwoFiles: whoever waited before looks for itself, and not for ever.
func TestOneKeyForTwoFiles(t *testing.T) {
	l := newLookups()
	l.burst = true
	first, _ := l.join("a")
	second, _ := l.join("a")
	if f := <-first; !f.alone {
		t.Error("the first one is told of the second")
	}
	l.answer([]string{"a"}, []api.File{{Key: "a", Completed: true}})
	if f := <-second; f.alone || f.file.Key != "a" {
		t.Errorf("the second one is told %+v", f)
	}
}

// The last files of a burst have made way for others, of which there are none.
func TestTheLastOfABurstKnowHowLongTheListIs(t *testing.T) {
	l := newLookups()
	l.count(many + 1)
	l.length = 1000
	l.count(1 - many)
	for _, fileKey := range []string{"last but one", "last"} {
		l.join(fileKey)
		if asked := l.asked(); len(asked) > 0 {
			t.Errorf("the list is asked for %v", asked)
		}
		l.answer(nil, nil)
		l.count(-1)
	}
	if found, _ := l.join("next"); found != nil || l.length > 0 {
		t.Errorf("the burst does not end: the list is %d long", l.length)
	}
}
