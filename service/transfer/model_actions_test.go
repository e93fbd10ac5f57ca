package transfer_test

import (
	"context"
	"os"
	"slices"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
)

// conn draws a connection.
func (w *world) conn(t *rapid.T) *connection {
	return w.conns[rapid.IntRange(0, 1).Draw(t, "connection")]
}

// send draws a transfer of this run that something is told of.
func (w *world) send(t *rapid.T) *send {
	seen := w.visible()
	if len(seen) == 0 {
		t.Skip("there is no transfer")
	}
	return seen[rapid.IntRange(0, len(seen)-1).Draw(t, "transfer")]
}

// visible are the transfers that something is told of.
func (w *world) visible() (seen []*send) {
	for _, s := range w.sends {
		if !s.hidden {
			seen = append(seen, s)
		}
	}
	return seen
}

func (w *world) source(t *rapid.T) *source {
	if len(w.sources) == 0 {
		t.Skip("there is no source")
	}
	return w.sources[rapid.IntRange(0, len(w.sources)-1).Draw(t, "source")]
}

func (w *world) addNew(t *rapid.T) {
	i := rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "connection")
	size := rapid.SampledFrom(fileSizes[i]).Draw(t, "size")
	w.add(w.newSource(size, rapid.IntRange(0, 3).Draw(t, "bundle") == 3), w.conns[i])
}

// addMany adds more files than a lane is wide.
func (w *world) addMany(t *rapid.T) {
	if len(w.sources) > 20 {
		t.Skip("there are many")
	}
	for range 20 {
		w.add(w.newSource(1, false), w.conns[0])
	}
}

// fits is the largest source, in bytes, that goes where parts are small.
const fits = 200 << 10

// addAgain adds a source that is there: one that Walk does not find stays as it
// was found.
func (w *world) addAgain(t *rapid.T) {
	s, c := w.source(t), w.conn(t)
	if s.away {
		t.Skip("it is away")
	}
	if len(s.versions[len(s.versions)-1]) > fits {
		c = w.conns[1]
	}
	w.add(s, c)
}

// add has the engine send a source.
func (w *world) add(src *source, c *connection) {
	id, added := w.program.Add(c.id, src.asSource(w))
	w.tell("add %s to %s: %v", src.name, c.at.name, added)
	if !added {
		return
	}
	// What an earlier run has left of it goes on: then it is known already.
	i := slices.IndexFunc(w.sends, func(s *send) bool { return s.id == id })
	if i < 0 {
		w.sends = append(w.sends, &send{id: id, src: src, conn: c})
		w.since[id] = len(src.versions) - 1
		return
	}
	w.sends[i].hidden, w.sends[i].waits = false, false
	w.unsee(w.sends[i]) // the source is to be stored as it is now
}

// asSource is the source as the engine gets it.
func (s *source) asSource(w *world) (src transfer.Source) {
	if s.bundle {
		return &bundled{name: s.name, path: s.path}
	}
	err := transfer.Walk(context.Background(), []string{s.path}, func(found transfer.Source) { src = found })
	if err != nil {
		w.t.Fatal(err)
	}
	return src
}

// changeSource gives a source other bytes: more, fewer or as many, in place or
// as another file.
func (w *world) changeSource(t *rapid.T) {
	s := w.source(t)
	size := len(s.versions[len(s.versions)-1])
	size = rapid.SampledFrom([]int{size, size / 2, size + 5000}).Draw(t, "new size")
	w.tell("%s changes, now %d bytes", s.name, size)
	w.put(s, content(size, len(s.versions)+100*len(w.sources)), rapid.Bool().Draw(t, "another file"))
}

func (w *world) moveSource(t *rapid.T) { w.source(t).move(w) }

// move takes a source away, or brings it back.
func (s *source) move(w *world) {
	from, to := s.path, s.path+".away"
	if s.away {
		from, to = to, from
	}
	if err := os.Rename(from, to); err != nil {
		w.t.Fatal(err)
	}
	s.away = !s.away
	w.tell("%s is away: %v", s.name, s.away)
}

// one does something with a drawn transfer; all with all of them.
func (w *world) one(do func(...*send)) func(*rapid.T) {
	return func(t *rapid.T) { do(w.send(t)) }
}

func (w *world) all(do func(...*send)) func(*rapid.T) {
	return func(*rapid.T) { do(w.visible()...) }
}

// twoAtOnce does two things with a transfer, and lets nothing happen between.
func (w *world) twoAtOnce(t *rapid.T) {
	s := w.send(t)
	verbs := rapid.SampledFrom([]string{"pause", "resume", "retry", "cancel", "new session"})
	for _, verb := range []string{verbs.Draw(t, "first"), verbs.Draw(t, "second")} {
		switch verb {
		case "pause":
			w.pause(s)
		case "resume":
			w.resume(s)
		case "retry":
			w.retry(s)
		case "cancel":
			w.cancel(s)
		case "new session":
			w.newSession(t)
		}
	}
}

func ids(sends []*send) (ids []string) {
	for _, s := range sends {
		ids = append(ids, s.id)
	}
	return ids
}

// state is what is told of a transfer now.
func (w *world) state(s *send) (transfer.Status, bool) { return w.program.Status(s.id) }

func (w *world) pause(sends ...*send) {
	w.tell("pause %v", names(sends))
	w.program.Pause(ids(sends)...)
	w.rest(sends)
}

func (w *world) pauseAll(*rapid.T) {
	w.tell("pause all")
	w.program.PauseAll()
	w.rest(w.sends)
}

// rest notes that the person has paused these, but for those that wait for a
// key: they pause already.
func (w *world) rest(sends []*send) {
	for _, s := range sends {
		if st, ok := w.state(s); ok && !st.State.Ended() && st.Err == nil {
			s.pausing = true
		}
	}
}

func (w *world) resume(sends ...*send) {
	w.tell("resume %v", names(sends))
	w.wake(sends)
	w.program.Resume(ids(sends)...)
}

func (w *world) resumeAll(*rapid.T) {
	w.tell("resume all")
	w.wake(w.sends)
	w.program.ResumeAll()
}

func (w *world) wake(sends []*send) {
	for _, s := range sends {
		s.pausing, s.resting = false, false
	}
}

func (w *world) retry(sends ...*send) {
	w.tell("retry %v", names(sends))
	for _, s := range sends {
		if st, ok := w.state(s); ok && (st.State == transfer.Failed || st.State == transfer.Cancelled) {
			s.want = stored
		}
	}
	w.program.Retry(ids(sends)...)
}

func (w *world) cancel(sends ...*send) {
	w.tell("cancel %v", names(sends))
	for _, s := range sends {
		st, ok := w.state(s)
		switch {
		case !ok || st.State.Stored():
		case st.State.Moving():
			s.want = either
		default:
			s.want = cancelled
		}
		if ok && !st.State.Stored() {
			w.unsee(s)
		}
		s.pausing, s.resting = false, false
	}
	w.program.Cancel(ids(sends)...)
}

// unsee takes in that the person gave up, or sends anew, what a run before a
// kill had shown as stored: the journal did not know of that yet.
func (w *world) unsee(s *send) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.shown, s.key)
}

func (w *world) forget(sends ...*send) {
	w.tell("forget %v", names(sends))
	w.program.Forget(ids(sends)...)
	for _, s := range sends {
		s.hidden = true
	}
}

func names(sends []*send) (names []string) {
	for _, s := range sends {
		names = append(names, s.src.name)
	}
	return names
}

func (w *world) endKey(t *rapid.T) {
	st := w.conn(t).at
	w.tell("the key of %s ends", st.name)
	st.setKey(false)
}

func (w *world) newKey(t *rapid.T) {
	c := w.conn(t)
	w.tell("a new key for %s", c.at.name)
	w.connect(c)
}

// newSession has a connection lead elsewhere.
func (w *world) newSession(t *rapid.T) {
	c := w.conn(t)
	c.lead(w)
	w.tell("%s leads to %s", c.id, c.at.name)
	w.connect(c)
}

// serverForgets has a server forget an upload that is not finished.
func (w *world) serverForgets(t *rapid.T) {
	st := w.conn(t).at
	var open []string
	for _, f := range st.files() {
		if !f.Completed {
			open = append(open, f.Key)
		}
	}
	if len(open) == 0 {
		t.Skip("there is none")
	}
	w.tell("%s forgets an upload", st.name)
	_ = st.Delete(context.Background(), open[rapid.IntRange(0, len(open)-1).Draw(t, "upload")])
}

// personDeletes deletes a file that was shown as stored.
func (w *world) personDeletes(t *rapid.T) {
	st := w.conn(t).at
	var whole []string
	for _, f := range st.files() {
		if w.shown[f.Key] {
			whole = append(whole, f.Key)
		}
	}
	if len(whole) == 0 {
		t.Skip("there is none")
	}
	key := whole[rapid.IntRange(0, len(whole)-1).Draw(t, "file")]
	w.tell("the person deletes a file of %s", st.name)
	_ = st.Delete(context.Background(), key)
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.shown, key) // an upload of it that goes on may clear away what is left of it
	w.gone[key] = true
}

// recover lets what an earlier run has left go on.
func (w *world) recover(*rapid.T) {
	for _, c := range w.conns {
		got := w.program.Recover(c.id)
		w.tell("%s: %d go on", c.at.name, len(got))
		for _, s := range w.sends {
			if slices.Contains(got, s.id) {
				s.hidden, s.waits = false, false
			}
		}
	}
}

// pass lets some time pass: one of these, in milliseconds.
func (w *world) pass(ms ...int) func(*rapid.T) {
	return func(t *rapid.T) {
		d := time.Duration(rapid.SampledFrom(ms).Draw(t, "ms")) * time.Millisecond
		w.tell("%v pass", d)
		time.Sleep(d)
	}
}
