package transfer

import (
	"cmp"
	"slices"
	"time"

	"quicksync.me/desktop/service/api"
)

// State says where an upload stands.
type State int

// The states of an upload.
const (
	Waiting State = iota
	Preparing
	Uploading
	Paused
	Reconnecting
	Finishing
	Done
	Already // the same unchanged file is in the storage
	Failed
	Cancelled
)

// Ended tells that nothing more happens by itself.
func (s State) Ended() bool { return s.Stored() || s == Failed || s == Cancelled }

// Stored tells that the storage has the file, and that its link works.
func (s State) Stored() bool { return s == Done || s == Already }

// Moving tells that an upload has its turn.
func (s State) Moving() bool {
	return s == Preparing || s == Uploading || s == Reconnecting || s == Finishing
}

// Status is a snapshot of one upload.
type Status struct {
	ID, Target string
	// Name is the plain name, and Path where the source lies.
	Name, Path string
	// Bundle is what a source that is made of several files is made of; nil for
	// a file. It is not to be changed.
	Bundle []string
	// Size in bytes; Sent of them are on the server or on the way to it.
	Size, Sent int64
	State      State
	// Err is why it Failed, or why it is Paused if not by a person, or what
	// keeps a Reconnecting one; nil otherwise.
	Err error
	// NextTry is when a Reconnecting upload tries again.
	NextTry          time.Time
	FileKey          string
	Parts, PartsDone int
	// Anew is how often it began anew because the server had forgotten it.
	Anew         int
	Added, Ended time.Time
	// File and Link are known when it is Stored. The link was tried.
	File api.File
	Link api.Link
}

// Wake receives when something changed after a time of quiet. One goroutine
// may wait on it.
func (e *Engine) Wake() <-chan struct{} { return e.wake }

// Changes returns the uploads that changed after a revision (0 for all) and
// those that move, in the order in which they were added, and the revision to
// ask with next.
func (e *Engine) Changes(after uint64) ([]Status, uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var changed []*upload
	for at := e.recent.Back(); at != nil && at.Value.(*upload).rev > after; at = at.Prev() {
		changed = append(changed, at.Value.(*upload))
	}
	for u := range e.running {
		// What only waits for its look-up changes no more by itself.
		if u.rev <= after && (u.state != Finishing || e.troubled(u)) {
			changed = append(changed, u)
		}
	}
	slices.SortFunc(changed, func(a, b *upload) int { return cmp.Compare(a.number, b.number) })
	told := make([]Status, 0, len(changed))
	for _, u := range changed {
		if !u.dropped {
			told = append(told, e.status(u))
		}
	}
	return told, e.rev
}

// troubled tells that the server of an upload does not answer. Callers hold e.mu.
func (e *Engine) troubled(u *upload) bool {
	_, err := e.routes[u.targetID].pace.trouble()
	return err != nil
}

// Status returns the snapshot of one upload; false if there is none.
func (e *Engine) Status(id string) (Status, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	u, ok := e.uploads[id]
	if !ok || u.dropped {
		return Status{}, false
	}
	return e.status(u), true
}

// Remaining counts the uploads that have not ended: how many, their bytes, and
// how many of these were sent.
func (e *Engine) Remaining() (files int, size, sent int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, u := range e.order {
		if !u.state.Ended() {
			files++
			size += u.size
			sent += min(u.sent.Load(), u.size)
		}
	}
	return files, size, sent
}

// status is the snapshot of an upload. Callers hold e.mu.
func (e *Engine) status(u *upload) Status {
	s := Status{
		ID: u.id, Target: u.targetID, Name: u.name, Path: u.src.Path(), Size: u.size,
		Sent: min(u.sent.Load(), u.size), State: u.state, Err: u.err, FileKey: u.remote.FileKey,
		Parts: u.plan.Parts, PartsDone: u.partsDone, Anew: u.anew, Added: u.added, Ended: u.ended,
		File: u.file, Link: u.link,
	}
	if b, ok := u.src.(Bundle); ok {
		s.Bundle = b.Paths()
	}
	if u.state.Moving() {
		if next, err := e.routes[u.targetID].pace.trouble(); err != nil {
			s.State, s.Err, s.NextTry = Reconnecting, err, next
		}
	}
	return s
}
