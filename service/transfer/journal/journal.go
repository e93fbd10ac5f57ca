// Package journal keeps what a transfer needs to go on after the program was
// killed, at any instant, and a bounded history of what was finished.
//
// The rules are:
//
//   - A journal belongs to one running program, which holds a lock on it. Who
//     starts adopts the journals that no living program holds.
//   - Commits are grouped and never wait on a timer: while one is being synced,
//     the next one gathers. Begin waits for its commit, tags do not.
//   - What cannot be written, on a full disk say, is kept and written when it can
//     be. The file holds a moment of the past meanwhile, whole.
//   - Every record carries a checksum. A journal that is torn, flipped, foreign
//     or newer is set aside, and the program starts without it.
package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"quicksync.me/desktop/service/paths"
)

// Entry is a transfer that is not finished.
type Entry struct {
	// ID is the transfer's.
	ID string `json:"id"`
	// Download tells which way it goes. A download has of the fields below only
	// Storage, Path (where it shall lie), PartPath, Added, Missed (since when the
	// part file cannot be opened), Size, the plan, FileKey, CID, and as tags the
	// CRC32C of the pieces that are there.
	Download bool      `json:"download,omitempty"`
	PartPath string    `json:"partPath,omitempty"`
	Missed   time.Time `json:"missed,omitzero"`
	CID      string    `json:"cid,omitempty"`
	// Storage names the storage and session that it goes to.
	Storage string `json:"storage"`
	// Path is where the source lies, Name the plain name.
	Path string `json:"path"`
	Name string `json:"name"`
	// Bundle holds the paths that the source is made of, where it is more than
	// one file.
	Bundle []string `json:"bundle,omitempty"`
	// Added orders the queue.
	Added time.Time `json:"added"`
	// Size and ModTime tell whether the source is still the same.
	Size    int64     `json:"size"`
	ModTime time.Time `json:"modTime,omitzero"`
	// PartSize, Parts, Tail and TailSize are the frozen plan; Parts is 0 before
	// it is made.
	PartSize int64 `json:"partSize,omitempty"`
	Parts    int   `json:"parts,omitempty"`
	Tail     int   `json:"tail,omitempty"`
	TailSize int64 `json:"tailSize,omitempty"`
	// Sealed is the name that was or will be sent with begin.
	Sealed string `json:"sealed,omitempty"`
	// Begun tells that a begin was sent, Twice that more than one was, UploadID
	// and FileKey that it was answered.
	Begun    bool   `json:"begun,omitempty"`
	Twice    bool   `json:"twice,omitempty"`
	UploadID string `json:"uploadId,omitempty"`
	FileKey  string `json:"fileKey,omitempty"`
	// Cancelled tells that all that is left is to delete it from the server.
	Cancelled bool `json:"cancelled,omitempty"`
	// Tags by part number. They are kept apart: see Journal.Tag.
	Tags map[int]string `json:"-"`
}

// Finished is an upload that was done.
type Finished struct {
	Storage string    `json:"storage"`
	FileKey string    `json:"fileKey"`
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	ModTime time.Time `json:"modTime"`
	Added   time.Time `json:"added"`
	Ended   time.Time `json:"ended"`
	// CRC32C of the content in eight hex digits; empty where nobody summed it up.
	CRC32C string `json:"crc32c,omitempty"`
}

// MaxHistory bounds the history, in files; the oldest go first.
const MaxHistory = 10_000

// suffix ends the name of every journal.
const suffix = ".journal"

// Journal is the journal of this program. Its methods may be called by many
// goroutines.
type Journal struct {
	db    *bbolt.DB
	path  string
	whole bool

	mu      sync.Mutex
	pending []change
	waiting []chan error
	busy    *sync.Cond
	due     bool // pending is to be written now
	closed  bool
	failed  error     // of the last commit; nil where it worked
	tried   time.Time // when it failed
	lost    bool      // more was pending than is kept, and failed stays
	done    chan struct{}
}

// While commits fail, one is tried again with the first change after retryAfter,
// and at the end; and at most maxPending changes are kept for it.
const (
	retryAfter = time.Second
	maxPending = 100_000
)

// change is one thing to do in the next commit.
type change func(*bbolt.Tx) error

// Open makes a journal for this program in a folder, and adopts those in it
// that no living program holds. It returns the entries to go on with, oldest
// first, and what was set aside: errors that name the files. The last error
// says that no journal can be kept at all.
func Open(dir string) (j *Journal, entries []Entry, setAside []error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, nil, err
	}
	unlock, err := lockAdopting(dir)
	if err != nil {
		return nil, nil, nil, err
	}
	defer unlock()
	j = &Journal{path: filepath.Join(dir, rand.Text()+suffix), done: make(chan struct{})}
	j.busy = sync.NewCond(&j.mu)
	if j.db, err = create(j.path); err != nil {
		return nil, nil, nil, err
	}
	entries, history, old, setAside, held := adopt(dir, j.path)
	j.whole = !held && len(setAside) == 0
	entries, history = unique(entries, func(e Entry) string { return e.ID }), unique(history, func(f Finished) string { return f.Storage + f.FileKey })
	if err := j.take(entries, history); err != nil {
		_ = j.db.Close()
		return nil, nil, setAside, err
	}
	if err := paths.SyncDir(dir); err != nil { // the new name is there before the old ones go
		_ = j.db.Close()
		return nil, nil, setAside, err
	}
	for _, o := range old {
		o.remove()
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return a.Added.Compare(b.Added) })
	go j.commit()
	return j, entries, setAside, nil
}

// Whole tells that what Open has returned is all that earlier runs have left: no other
// program holds some of it, and nothing was set aside.
func (j *Journal) Whole() bool { return j.whole }

// unique drops what comes again: a start that was killed while it adopted has
// left the same in two journals.
func unique[T any](all []T, id func(T) string) []T {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(v T) bool {
		again := seen[id(v)]
		seen[id(v)] = true
		return again
	})
}

// take writes what was adopted, in one commit, before the old journals go. Most starts
// find nothing, and save its syncs.
func (j *Journal) take(entries []Entry, history []Finished) error {
	if len(entries)+len(history) == 0 {
		return nil
	}
	return j.db.Update(func(tx *bbolt.Tx) error {
		for _, e := range entries {
			if err := putEntry(tx, e); err != nil {
				return err
			}
			for number, tag := range e.Tags {
				if err := putTag(tx, e.ID, number, tag); err != nil {
					return err
				}
			}
		}
		for _, f := range history {
			if err := putFinished(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close commits what is pending. A journal without entries and history is
// removed: there is nothing to adopt. Closing again does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.busy.Broadcast()
	j.mu.Unlock()
	<-j.done
	empty := isEmpty(j.db)
	err := j.db.Close()
	if empty && err == nil {
		err = os.Remove(j.path)
	}
	return errors.Join(j.failed, err)
}

// do puts changes into the next commit; where wait is set it returns when that
// is on the disk, else at once. While commits fail the error says so, and the
// changes are kept.
func (j *Journal) do(wait bool, changes ...change) error {
	done, err := j.hand(wait, changes)
	if err != nil || !wait {
		return err
	}
	return <-done
}

// hand hands changes over to the committer. done receives what came of them,
// where that is waited for.
func (j *Journal) hand(wait bool, changes []change) (done chan error, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case j.closed:
		return nil, errors.Join(j.failed, errors.New("journal: closed"))
	case j.lost:
		return nil, j.failed
	case j.failed != nil && len(j.pending) >= maxPending:
		// Later changes without these would make a past that never was.
		j.lost, j.pending = true, nil
		return nil, j.failed
	}
	j.pending = append(j.pending, changes...)
	if j.failed != nil && time.Since(j.tried) < retryAfter {
		return nil, j.failed
	}
	if wait {
		done = make(chan error, 1)
		j.waiting = append(j.waiting, done)
	}
	j.due = true
	j.busy.Signal()
	return done, nil
}

// commit is the committer: it writes what has gathered, as long as something
// gathers.
func (j *Journal) commit() {
	defer close(j.done)
	for {
		j.mu.Lock()
		for !j.due && !j.closed {
			j.busy.Wait()
		}
		changes, waiting, last := j.pending, j.waiting, j.closed
		j.pending, j.waiting, j.due = nil, nil, false
		j.mu.Unlock()
		var err error
		if len(changes) > 0 {
			err = j.write(changes)
		}
		j.settle(changes, waiting, err)
		if last {
			return
		}
	}
}

func (j *Journal) write(changes []change) error {
	return j.db.Update(func(tx *bbolt.Tx) error {
		for _, c := range changes {
			if err := c(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle tells who waits, and keeps what could not be written for the next try.
func (j *Journal) settle(changes []change, waiting []chan error, err error) {
	j.mu.Lock()
	switch {
	case j.lost:
	case err == nil:
		j.failed = nil
	default:
		j.failed = fmt.Errorf("the journal cannot be written: %w", err)
		j.pending, j.tried = append(changes, j.pending...), time.Now()
	}
	err = j.failed
	j.mu.Unlock()
	for _, w := range waiting {
		w <- err
	}
}

// Save keeps an entry as it is now; where wait is set it returns when it is on
// the disk. Tags are kept by Tag.
func (j *Journal) Save(e Entry, wait bool) error {
	return j.do(wait, func(tx *bbolt.Tx) error { return putEntry(tx, e) })
}

// Tag keeps the tag of one part, off the hot path.
func (j *Journal) Tag(id string, number int, tag string) error {
	return j.do(false, func(tx *bbolt.Tx) error { return putTag(tx, id, number, tag) })
}

// Renew keeps an entry and forgets its tags: it begins anew.
func (j *Journal) Renew(e Entry) error {
	return j.do(false, func(tx *bbolt.Tx) error { return dropTags(tx, e.ID) }, func(tx *bbolt.Tx) error { return putEntry(tx, e) })
}

// Forget drops an entry that is finished or given up.
func (j *Journal) Forget(id string) error {
	return j.do(false, func(tx *bbolt.Tx) error { return dropEntry(tx, id) })
}

// Finish drops an entry and adds it to the history, in one commit.
func (j *Journal) Finish(id string, f Finished) error {
	return j.do(false, func(tx *bbolt.Tx) error { return dropEntry(tx, id) }, func(tx *bbolt.Tx) error { return putFinished(tx, f) })
}

// History returns what was finished, oldest first.
func (j *Journal) History() ([]Finished, error) { return readHistory(j.db) }

// isJournal tells whether a folder's entry is one of ours.
func isJournal(name string) bool { return strings.HasSuffix(name, suffix) }
