package bundle

import (
	"context"
	"errors"
	"sync"
	"time"

	"quicksync.me/desktop/service/transfer"
)

// Lazy is an archive that is looked through when its turn in a queue comes,
// and anew when what it is made of has changed. It is what goes into a queue.
type Lazy struct {
	name  string
	paths []string
	whole bool // it fails rather than leave something out

	mu     sync.Mutex
	bundle *Bundle
	// measured is when Measure has made the bundle, until it is used or let go.
	measured time.Time
}

// lately is how old what Measure has found may be when its turn comes: what a
// person does to a folder after that counts.
const lately = 10 * time.Second

var _ transfer.Bundle = (*Lazy)(nil)

// Later returns the archive of files and folders, which will be known as name,
// without a look at them.
func Later(name string, paths ...string) *Lazy {
	return &Lazy{name: name, paths: absolute(paths)}
}

// Whole is Later for an archive of all or nothing: what cannot be taken into it
// fails its Stat, by its name, and the next Stat looks anew.
func Whole(name string, paths ...string) *Lazy {
	l := Later(name, paths...)
	l.whole = true
	return l
}

// ReopenWhole is Whole for the transfers that an earlier run has left: see
// transfer.Config.
func ReopenWhole(name string, paths []string) transfer.Source { return Whole(name, paths...) }

// Name implements transfer.Source.
func (l *Lazy) Name() string { return l.name }

// Path implements transfer.Source: the folder, or the one that all files are in.
func (l *Lazy) Path() string { return common(l.paths) }

// Paths returns what the archive is made of.
func (l *Lazy) Paths() []string { return l.paths }

// Size implements transfer.Source; it is 0 before the first Stat or Measure.
func (l *Lazy) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle == nil {
		return 0
	}
	return l.bundle.Size()
}

// Measure looks through the archive's files before its turn: how many there are,
// those that cannot be sent among them, and their size in bytes. What it finds
// serves a Stat that comes soon, and is the Size until then, unless it is more than
// so many files and empty folders: those are only counted. Its error is ctx's cause.
func (l *Lazy) Measure(ctx context.Context, most int) (files int, size int64, err error) {
	w := walker{most: max(most, 1)}
	if err := w.all(ctx, l.paths); err != nil {
		return 0, 0, err
	}
	if w.over || len(w.problems) > 0 { // which the next look may not find any more
		return w.files, w.size, nil
	}
	if b, err := w.bundle(l.name, l.paths); err == nil { // else Stat says why not
		l.mu.Lock()
		l.bundle, l.measured = b, time.Now()
		l.mu.Unlock()
	}
	return w.files, w.size, nil
}

// Release lets go of what Measure has found and nothing has used.
func (l *Lazy) Release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.measured.IsZero() {
		l.bundle, l.measured = nil, time.Time{}
	}
}

// Look implements transfer.Bundle. What was measured lately is not looked through
// again.
func (l *Lazy) Look(ctx context.Context) error {
	if _, err := l.statMeasured(); err == nil {
		return nil
	}
	_, err := l.made(ctx)
	return err
}

// Stat implements transfer.Source.
func (l *Lazy) Stat() (transfer.Version, error) {
	if v, err := l.statMeasured(); err == nil {
		return v, nil
	}
	b, err := l.made(context.Background())
	if err != nil {
		return transfer.Version{}, err
	}
	return b.Stat()
}

// statMeasured takes what Measure has found into use, if it is still so.
func (l *Lazy) statMeasured() (v transfer.Version, err error) {
	l.mu.Lock()
	b, when := l.bundle, l.measured
	l.mu.Unlock()
	if b == nil || when.IsZero() || time.Since(when) > lately {
		l.Release()
		return v, errNotMeasured
	}
	if v, err = b.Stat(); err != nil {
		l.Release()
		return v, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle != b {
		return v, errNotMeasured
	}
	l.measured = time.Time{}
	return v, nil
}

// errNotMeasured: there is nothing that Measure has found.
var errNotMeasured = errors.New("it was not measured lately")

// Open implements transfer.Source.
func (l *Lazy) Open() (transfer.Reader, error) {
	b, err := l.made(context.Background())
	if err != nil {
		return nil, err
	}
	return b.Open()
}

// Forget has the next Stat look anew. What an open Reader reads stays.
func (l *Lazy) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bundle, l.measured = nil, time.Time{}
}

// Problems returns what was left out of the archive; nil before the first Stat.
func (l *Lazy) Problems() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle == nil {
		return nil
	}
	return l.bundle.Problems()
}

// made returns the archive, looked through. Its errors are *FileError, or the cause
// of ctx.
func (l *Lazy) made(ctx context.Context) (*Bundle, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle == nil {
		b, err := New(ctx, l.name, l.paths)
		if err != nil {
			return nil, err
		}
		if l.whole && len(b.problems) > 0 {
			return nil, b.problems[0]
		}
		l.bundle = b
	}
	return l.bundle, nil
}
