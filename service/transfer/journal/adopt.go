package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/gofrs/flock"
	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// SetAside is the error of a journal that could not be read. The file is kept.
type SetAside struct {
	// Kept is the path under which the file lies now.
	Kept string
	// Newer tells that a later program has written it.
	Newer bool
	// Err is what is wrong with it.
	Err error
}

// Error says where the file is kept and what is wrong with it.
func (s *SetAside) Error() string { return fmt.Sprintf("%s was set aside: %v", s.Kept, s.Err) }

// Unwrap returns what is wrong with the file.
func (s *SetAside) Unwrap() error { return s.Err }

// errNewer: a later program has written the journal.
var errNewer = errors.New("a newer QuickSync has written it")

// errHeld: a living program holds the journal.
var errHeld = errors.New("held by another program")

// old is a journal that was adopted, still locked.
type old struct {
	db   *bbolt.DB
	path string
}

// remove deletes the journal, whose entries are ours now.
func (o old) remove() {
	_ = os.Remove(o.path)
	_ = o.db.Close()
	_ = os.Remove(o.path) // Windows removes no open file
}

// adopting is the lock that keeps two starts from adopting the same journals.
const adopting = "adopting.lock"

// adoptingWait is how long a start waits for another that adopts.
const adoptingWait = 10 * time.Second

// lockAdopting returns what ends the lock.
func lockAdopting(dir string) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), adoptingWait)
	defer cancel()
	l := flock.New(filepath.Join(dir, adopting), flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, lockWait); err != nil {
		return nil, fmt.Errorf("another program adopts the journals and does not end: %w", err)
	}
	return func() { _ = l.Unlock() }, nil
}

// adopt reads the journals of a folder that nobody holds, but for our own. It tells
// whether somebody holds one.
func adopt(dir, ours string) (entries []Entry, history []Finished, adopted []old, setAside []error, held bool) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, nil, []error{err}, false
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		if path == ours || !isJournal(f.Name()) {
			continue
		}
		db, found, done, err := read(path)
		switch {
		case errors.Is(err, errHeld):
			held = true
		case errors.Is(err, fs.ErrNotExist): // its program has ended meanwhile, and left nothing
		case err != nil:
			setAside = append(setAside, putAside(path, err))
		default:
			entries, history = append(entries, found...), append(history, done...)
			adopted = append(adopted, old{db, path})
		}
	}
	return entries, history, adopted, setAside, held
}

// lockWait is how long the lock of a journal is tried for: who holds it holds
// it for as long as it runs.
const lockWait = 20 * time.Millisecond

// read opens a journal and reads all of it. A damaged one may lead bbolt
// anywhere, even to an address that is not there: what comes of that is an
// error like others.
func read(path string) (db *bbolt.DB, entries []Entry, history []Finished, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is damaged: %v", r)
		}
		if err != nil && db != nil {
			closeDamaged(db)
			db = nil
		}
	}()
	// Read only, bbolt looks at no more than what is asked for. Otherwise it walks
	// all pages in goroutines of its own, where nothing could be recovered.
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, ReadOnly: true})
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, nil, nil, errHeld
	}
	if err != nil {
		return nil, nil, nil, err
	}
	err = db.View(func(tx *bbolt.Tx) error {
		if err := checkVersion(tx); err != nil {
			return err
		}
		if entries, err = readEntries(tx); err != nil {
			return err
		}
		history, err = readFinished(tx)
		return err
	})
	return db, entries, history, err
}

// closeDamaged lets go of a journal that cannot be trusted to close.
func closeDamaged(db *bbolt.DB) {
	defer func() { _ = recover() }()
	_ = db.Close()
}

func checkVersion(tx *bbolt.Tx) error {
	b := tx.Bucket(bucketMeta)
	if b == nil {
		return errors.New("it is no journal of QuickSync")
	}
	value, err := unseal(keyVersion, b.Get(keyVersion))
	if err != nil {
		return err
	}
	if len(value) != 1 || value[0] > version {
		return errNewer
	}
	return nil
}

// putAside renames a journal that cannot be read, so that it is in nobody's way
// and not lost.
func putAside(path string, err error) error {
	kept := path + ".set-aside"
	for n := 2; ; n++ {
		if _, statErr := os.Lstat(kept); os.IsNotExist(statErr) {
			break
		}
		kept = fmt.Sprintf("%s.set-aside-%d", path, n)
	}
	if renameErr := os.Rename(path, kept); renameErr != nil {
		kept, err = path, errors.Join(err, renameErr)
	}
	return &SetAside{Kept: kept, Newer: errors.Is(err, errNewer), Err: err}
}
