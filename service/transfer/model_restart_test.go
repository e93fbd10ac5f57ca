package transfer_test

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/journal"
)

// closeAndOpen ends the program and starts it again: nothing is lost.
func (w *world) closeAndOpen(t *rapid.T) { w.restart(false, rapid.Bool().Draw(t, "recover at once")) }

// killAndOpen ends the program as kill -9 does.
func (w *world) killAndOpen(t *rapid.T) {
	w.program.haunts.Store(rapid.Bool().Draw(t, "calls on the way still arrive"))
	w.restart(true, rapid.Bool().Draw(t, "recover at once"))
}

func (w *world) restart(kill, recover bool) {
	w.tell("the program ends, killed: %v", kill)
	w.program.shut(kill)
	last, begun := w.program, w.begun()
	w.open()
	w.tell("the program starts with %d left", len(w.program.left))
	w.inherit(last, kill, begun)
	if recover {
		w.recover(nil)
	}
}

// begun are the transfers of which the journal knows that they were begun.
func (w *world) begun() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.known)
}

// inherit compares what the journal has kept with what the last run was at, and
// drops from the model what is over.
func (w *world) inherit(last *program, kill bool, begun map[string]bool) {
	left := map[string]journal.Entry{}
	for _, e := range w.program.left {
		left[e.ID] = e
		w.checkTags(e)
	}
	w.sends = slices.DeleteFunc(w.sends, func(s *send) bool {
		e, kept := left[s.id]
		st, told := last.Status(s.id)
		switch {
		case !kept && kill:
			// A begun one is known from before its begin until it is over.
			if begun[s.id] && !s.hidden && !st.State.Ended() {
				w.fail("%s was begun, and is lost by a kill", s.src.name)
			}
		case !kept:
			if s.waits || told && !st.State.Ended() {
				w.fail("%s is lost", s.src.name)
			}
		case !kill && told && st.State.Stored():
			w.fail("%s is stored, and still in the journal", s.src.name)
		case !kill && told && st.State == transfer.Cancelled && !e.Cancelled:
			w.fail("%s is cancelled, and the next run would go on with it", s.src.name)
		case !kill && told && !st.State.Ended() && e.Storage != s.conn.at.name:
			w.fail("%s is kept for a storage that it does not go to", s.src.name)
		}
		*s = send{id: s.id, src: s.src, conn: s.conn, key: s.key, hidden: true, waits: true}
		return !kept || e.Cancelled || e.Storage != s.conn.at.name
	})
}

// checkTags checks that the journal has only tags that the server gave.
func (w *world) checkTags(e journal.Entry) {
	for _, st := range w.storages {
		if st.name != e.Storage {
			continue
		}
		for number, tag := range e.Tags {
			var given string
			st.note(func(int) { given = st.answered[part{e.UploadID, number}] })
			if given == "" || tag == "" {
				w.fail("the journal holds a tag that nobody gave")
			}
		}
	}
}
