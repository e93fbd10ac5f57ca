package transfer_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// check is what holds at any time.
func (w *world) check(*rapid.T) {
	w.settled()
	w.checkChanges()
	for _, s := range w.sends {
		st, ok := w.state(s)
		if !ok {
			continue
		}
		w.checkRest(s, st)
		if s.stored && !st.State.Stored() {
			w.fail("%s is not stored any more", s.src.name)
		}
		s.stored = st.State.Stored()
		if s.stored {
			w.see(s, st)
		}
		if s.stored && st.Link.URL == "" && w.few() {
			w.fail("%s is stored without a link", s.src.name)
		}
	}
	w.checkRemaining()
	w.report()
}

// few tells that links are tried before a file is called stored: of many files
// on their way at once, each is tried when somebody asks for it.
func (w *world) few() bool { return len(w.since) <= 20 }

// checkRest checks that what the person paused comes to rest at once, and stays
// there.
func (w *world) checkRest(s *send, st transfer.Status) {
	switch {
	case s.pausing && st.State.Moving():
		w.fail("%s goes on after pause", s.src.name)
	case s.resting && st.State != transfer.Paused:
		w.fail("%s does not stay paused", s.src.name)
	}
	s.resting = s.resting || s.pausing && st.State == transfer.Paused && st.Err == nil
	s.pausing = false
}

// report ends the run by the first broken promise.
func (w *world) report() {
	w.mu.Lock()
	wrong := w.wrong
	w.mu.Unlock()
	if len(wrong) > 0 {
		w.t.Fatalf("%s", wrong[0])
	}
}

// checkChanges looks at what has changed since the last look.
func (w *world) checkChanges() {
	p, woken := w.program, false
	select {
	case <-p.Wake():
		woken = true
	default:
	}
	changed, rev := p.Changes(p.rev)
	if rev < p.rev || rev > p.rev && !woken {
		w.fail("the revision went from %d to %d, woken: %v", p.rev, rev, woken)
	}
	p.rev = rev
	seen := map[string]bool{}
	for _, st := range changed {
		if seen[st.ID] {
			w.fail("%s is told twice", st.Name)
		}
		seen[st.ID] = true
		if text := contradiction(st); text != "" {
			w.fail("%s: %s", st.Name, text)
		}
	}
	again, _ := p.Changes(rev)
	if slices.ContainsFunc(again, func(st transfer.Status) bool { return !st.State.Moving() }) {
		w.fail("a change is told again")
	}
}

// contradiction tells what in a status contradicts itself.
func contradiction(st transfer.Status) string {
	stored := st.State.Stored()
	switch {
	case st.Sent < 0 || st.Sent > st.Size:
		return "more is sent than there is, or less than nothing"
	case st.PartsDone < 0 || st.PartsDone > st.Parts:
		return "more parts are done than there are, or fewer than none"
	case stored && (st.Sent != st.Size || st.PartsDone != st.Parts):
		return "it is stored, but not sent"
	case stored && (!st.File.Completed || st.File.Key != st.FileKey):
		return "it is stored without a look-up"
	case (st.State == transfer.Failed || st.State == transfer.Reconnecting) && st.Err == nil:
		return "it has failed for no reason"
	case st.Err != nil && st.State != transfer.Failed && st.State != transfer.Reconnecting && st.State != transfer.Paused:
		return "it has an error, but no trouble"
	case st.State == transfer.Paused && st.Err != nil && !transfer.NeedsKey(st.Err):
		return "it is paused by an error that no key mends"
	}
	return ""
}

// see takes in that the person sees a file as stored. What they have deleted
// since is of the past, whatever the list says.
func (w *world) see(s *send, st transfer.Status) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shown[st.FileKey], s.key = !w.gone[st.FileKey], st.FileKey
}

// checkRemaining compares the sums with the single transfers.
func (w *world) checkRemaining() {
	files, size, sent := w.program.Remaining()
	all, _ := w.program.Changes(0)
	open := 0
	for _, st := range all {
		if !st.State.Ended() {
			open++
		}
	}
	hidden := slices.ContainsFunc(w.sends, func(s *send) bool { return s.hidden })
	if files < open || files > open && !hidden || sent > size || sent < 0 {
		w.fail("remaining: %d files, %d of %d bytes; told of: %d", files, sent, size, open)
	}
}

// settle ends all trouble, has the person set everything going that has not
// ended, and compares what has become of it all.
func (w *world) settle() {
	w.tell("the end begins")
	w.mend()
	w.recover(nil)
	for range 4 {
		for _, c := range w.conns {
			w.connect(c)
		}
		w.resumeAll(nil)
		w.program.Retry(w.failed()...)
		time.Sleep(time.Hour)
		w.check(nil)
	}
	for _, s := range w.sends {
		w.checkEnd(s)
	}
	if files, size, sent := w.program.Remaining(); files != 0 || size != 0 || sent != 0 {
		w.fail("%d files of %d bytes remain", files, size)
	}
	w.report()
	w.restart(false, true) // which tells servers of what was cancelled offline
	time.Sleep(time.Hour)
	w.restart(false, false)
	w.checkJournal()
	w.checkServers()
	w.report()
}

// mend ends all trouble.
func (w *world) mend() {
	for _, st := range w.storages {
		st.calm()
	}
	time.Sleep(time.Minute)
	for _, s := range w.sources {
		if s.away {
			s.move(w)
		}
	}
}

func (w *world) failed() (failed []string) {
	for _, s := range w.sends {
		if st, ok := w.state(s); ok && st.State == transfer.Failed {
			failed = append(failed, s.id)
		}
	}
	return failed
}

// checkEnd checks that a transfer has come to the end that was wished.
func (w *world) checkEnd(s *send) {
	st, ok := w.state(s)
	if !ok {
		return
	}
	is := cancelled
	if st.State.Stored() {
		is = stored
	} else if st.State != transfer.Cancelled {
		w.fail("%s has not ended: %v, %v", s.src.name, st.State, st.Err)
	}
	if s.want != is && s.want != either {
		w.fail("%s has ended as %v, which is not what was wished", s.src.name, st.State)
	}
}

// checkJournal checks that nothing is left to do.
func (w *world) checkJournal() {
	for _, e := range w.program.left {
		for _, c := range w.conns {
			if e.Storage == c.at.name {
				w.fail("%s is left in the journal, cancelled: %v", e.Name, e.Cancelled)
			}
		}
	}
}

// checkServers checks that the servers hold what was finished, once and whole,
// and nothing else. What lies in a storage that is over is gone with it.
func (w *world) checkServers() {
	owner := map[string]string{}
	for id, key := range w.done {
		owner[key] = id
	}
	for key := range w.gone {
		delete(owner, key)
	}
	for _, st := range w.storages {
		for _, f := range st.files() {
			id := owner[f.Key]
			delete(owner, f.Key)
			switch {
			case f.Completed && id != "":
				w.checkContent(st, f, w.since[id])
			case st.over, st.excused(f):
			case f.Completed:
				w.fail("%s is stored, but no transfer knows of it", plain(f.Name))
			default:
				w.fail("an unfinished upload of %s is left", plain(f.Name))
			}
		}
	}
	if len(owner) > 0 {
		w.fail("%d files are done, and not there", len(owner))
	}
}

// checkContent checks that a finished file is a version of its source, not
// older than its transfer, under its name, and that its link was tried.
func (w *world) checkContent(st *storage, f api.File, since int) {
	i := slices.IndexFunc(w.sources, func(s *source) bool { return s.name == plain(f.Name) })
	if i < 0 || !w.sources[i].holds(st.Content(f.Key), since) {
		w.fail("%s has bytes that its source did not have since", plain(f.Name))
	}
	if !st.proved[f.Key] && w.few() {
		w.fail("%s is done, and its link was not tried", plain(f.Name))
	}
}
