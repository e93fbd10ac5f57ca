package transfer

import (
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/journal"
)

// Journal keeps what is needed to go on after a kill. Only Save with wait set
// may take its time; the others return at once.
type Journal interface {
	Save(e journal.Entry, wait bool) error
	Tag(id string, number int, tag string) error
	Renew(e journal.Entry) error
	Forget(id string) error
	Finish(id string, f journal.Finished) error
}

var _ Journal = (*journal.Journal)(nil)

// noJournal keeps nothing.
type noJournal struct{}

func (noJournal) Save(journal.Entry, bool) error        { return nil }
func (noJournal) Tag(string, int, string) error         { return nil }
func (noJournal) Renew(journal.Entry) error             { return nil }
func (noJournal) Forget(string) error                   { return nil }
func (noJournal) Finish(string, journal.Finished) error { return nil }

// entry is the upload as the journal keeps it. Callers hold Engine.mu.
func (u *upload) entry() journal.Entry {
	var paths []string
	if b, ok := u.src.(Bundle); ok {
		paths = b.Paths()
	}
	return journal.Entry{
		ID: u.id, Bundle: paths, Storage: u.storage, Path: u.src.Path(), Name: u.name, Added: u.added,
		Size: u.size, ModTime: u.version.ModTime,
		PartSize: u.plan.PartSize, Parts: u.plan.Parts, Tail: u.plan.Tail, TailSize: u.plan.TailSize,
		Sealed: u.sealed, Begun: u.begun, Twice: u.twice, UploadID: u.remote.ID, FileKey: u.remote.FileKey,
	}
}

// leftovers are the uploads that earlier runs have left for one storage.
type leftovers struct {
	order []*upload            // oldest first
	byKey map[queueKey]*upload // those that were not taken up yet
}

// leftUploads makes uploads of the entries of earlier runs, by their storage.
func leftUploads(cfg Config) map[string]*leftovers {
	left := map[string]*leftovers{}
	for _, e := range cfg.Left {
		if e.Download || len(e.Bundle) > 0 && cfg.Reopen == nil {
			continue
		}
		l := left[e.Storage]
		if l == nil {
			l = &leftovers{byKey: map[queueKey]*upload{}}
			left[e.Storage] = l
		}
		u := restored(e, cfg.Reopen)
		l.order = append(l.order, u)
		if !e.Cancelled {
			l.byKey[keyOf("", u.src)] = u
		}
	}
	return left
}

// restored is an upload where an earlier run has left it.
func restored(e journal.Entry, reopen func(string, []string) Source) *upload {
	var src Source = &file{path: e.Path, name: e.Name, size: e.Size}
	if len(e.Bundle) > 0 {
		src = reopen(e.Name, e.Bundle)
	}
	u := &upload{
		id: e.ID, storage: e.Storage, src: src,
		name: e.Name, size: e.Size, added: e.Added, way: unmoved,
	}
	if e.Cancelled {
		u.state = Cancelled
	}
	if !e.Begun {
		return u
	}
	u.way = new(way)
	u.version = Version{Size: e.Size, ModTime: e.ModTime}
	u.plan = planOf(e)
	u.restored = true
	u.sealed, u.begun, u.twice, u.remote = e.Sealed, true, e.Twice, api.Upload{ID: e.UploadID, FileKey: e.FileKey}
	u.tags, u.tries = make([]string, e.Parts), make([]uint8, e.Parts)
	for number, tag := range e.Tags {
		if number >= 1 && number <= e.Parts {
			u.tags[number-1] = tag
			u.partsDone++
			_, length := u.plan.Part(number)
			u.sent.Add(length)
		}
	}
	// With all parts answered, its complete may have been sent too.
	u.completes = u.partsDone == e.Parts
	return u
}

// planOf is the frozen plan of an entry.
func planOf(e journal.Entry) Plan {
	return Plan{Size: e.Size, PartSize: e.PartSize, Parts: e.Parts, Tail: e.Tail, TailSize: e.TailSize}
}

// leftFor returns what earlier runs have left for a target; nil if nothing.
// Callers hold e.mu.
func (e *Engine) leftFor(targetID string) *leftovers {
	r, ok := e.routes[targetID]
	if !ok {
		return nil
	}
	return e.left[r.target.Storage]
}

// Recover lets what earlier runs have left for a target go on, oldest first,
// and returns the IDs.
func (e *Engine) Recover(targetID string) (ids []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.leftFor(targetID)
	if l == nil {
		return nil
	}
	for _, u := range l.order {
		if !u.taken {
			u.taken = true
			ids = append(ids, e.admit(targetID, u))
		}
	}
	delete(e.left, e.routes[targetID].target.Storage)
	return ids
}

// finishCancelled deletes what a target still has of uploads that an earlier
// run has cancelled. Callers hold e.mu.
func (e *Engine) finishCancelled(t Target) {
	l := e.left[t.Storage]
	if l == nil {
		return
	}
	for _, u := range l.order {
		if u.state == Cancelled && !u.taken {
			u.taken, u.targetID, u.dropped = true, t.ID, true
			e.order = append(e.order, u) // a later key may be needed for it
			e.clear(e.routes[t.ID], u)
		}
	}
}

// takeLeft returns what an earlier run has left of a source, nil if nothing.
// Callers hold e.mu.
func (e *Engine) takeLeft(targetID string, src Source) *upload {
	l := e.leftFor(targetID)
	if l == nil {
		return nil
	}
	key := keyOf("", src)
	u := l.byKey[key]
	if u != nil {
		delete(l.byKey, key)
		u.src, u.again, u.taken = src, true, true
	}
	return u
}

// keep has the journal know the upload as it is now. Callers hold e.mu.
func (e *Engine) keep(u *upload) { e.journalled(e.cfg.Journal.Save(u.entry(), false)) }

// keepTag has the journal know the tag of a part. Callers hold e.mu.
func (e *Engine) keepTag(u *upload, number int, tag string) {
	e.journalled(e.cfg.Journal.Tag(u.id, number, tag))
}

// keepCancelled has the journal know that all that is left to do is to delete
// the upload from its server. Callers hold e.mu.
func (e *Engine) keepCancelled(u *upload) {
	entry := u.entry()
	entry.Cancelled = true
	e.journalled(e.cfg.Journal.Save(entry, false))
}

// renew has the journal know that the upload begins anew, or goes on with the
// tags that it has now. Callers hold e.mu.
func (e *Engine) renew(u *upload) {
	e.journalled(e.cfg.Journal.Renew(u.entry()))
	for i, tag := range u.tags {
		if tag != "" {
			e.keepTag(u, i+1, tag)
		}
	}
}

// drop has the journal forget the upload. Callers hold e.mu.
func (e *Engine) drop(u *upload) { e.journalled(e.cfg.Journal.Forget(u.id)) }

// finished moves the upload into the history. Callers hold e.mu.
func (e *Engine) finished(u *upload) {
	f := journal.Finished{
		Storage: u.storage, FileKey: u.remote.FileKey, Path: u.src.Path(), Name: u.name,
		Size: u.size, ModTime: u.version.ModTime, Added: u.added, Ended: time.Now(), CRC32C: wholeSum(u.plan, u.tags),
	}
	e.remember(f)
	e.journalled(e.cfg.Journal.Finish(u.id, f))
}

// maxKnown is how many finished files are remembered: as many as the journal
// keeps.
const maxKnown = journal.MaxHistory

// remember keeps what was finished, to know it again by its source and by its
// place in the storage. Callers hold e.mu.
func (e *Engine) remember(f journal.Finished) {
	e.history[historyKey(f)] = f
	if f.CRC32C != "" {
		e.sums[sumKey(f.Storage, f.FileKey)] = f.CRC32C
	}
	e.known = append(e.known, known{historyKey(f), sumKey(f.Storage, f.FileKey)})
	if len(e.known) > maxKnown {
		e.unremember(e.known[0])
		e.known = e.known[1:]
	}
}

// known are the keys of what was finished, in history and in sums.
type known struct{ source, file string }

// unremember forgets what was finished; of a source that was finished again
// later, the later one stays. Callers hold e.mu.
func (e *Engine) unremember(k known) {
	delete(e.sums, k.file)
	if f := e.history[k.source]; sumKey(f.Storage, f.FileKey) == k.file {
		delete(e.history, k.source)
	}
}

// sumKey finds the checksum of a file in a storage.
func sumKey(storage, fileKey string) string { return storage + "\x00" + fileKey }

// journalled notes, once, that the journal cannot be written: uploads go on, but
// over a restart only from where it is.
func (e *Engine) journalled(err error) {
	if err != nil && !e.unkept {
		e.unkept = true
		e.cfg.Log.Error("the journal is behind", "error", err)
	}
}
