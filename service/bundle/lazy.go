package bundle

import (
	"context"
	"sync"

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
}

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

// Reopen is Later for the transfers that an earlier run has left: see
// transfer.Config.
func Reopen(name string, paths []string) transfer.Source { return Later(name, paths...) }

// Name implements transfer.Source.
func (l *Lazy) Name() string { return l.name }

// Path implements transfer.Source: the folder, or the one that all files are in.
func (l *Lazy) Path() string { return common(l.paths) }

// Paths returns what the archive is made of.
func (l *Lazy) Paths() []string { return l.paths }

// Size implements transfer.Source; it is 0 before the first Stat.
func (l *Lazy) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle == nil {
		return 0
	}
	return l.bundle.Size()
}

// Stat implements transfer.Source.
func (l *Lazy) Stat() (transfer.Version, error) {
	b, err := l.made()
	if err != nil {
		return transfer.Version{}, err
	}
	return b.Stat()
}

// Open implements transfer.Source.
func (l *Lazy) Open() (transfer.Reader, error) {
	b, err := l.made()
	if err != nil {
		return nil, err
	}
	return b.Open()
}

// Forget has the next Stat look anew. What an open Reader reads stays.
func (l *Lazy) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bundle = nil
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

// made returns the archive, looked through.
func (l *Lazy) made() (*Bundle, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bundle == nil {
		b, err := New(context.Background(), l.name, l.paths)
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
