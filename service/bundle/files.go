package bundle

import (
	"io"
	"os"
	"slices"
	"sync"

	"quicksync.me/desktop/service/transfer"
)

// maxOpen is how many members one reader has open at once.
const maxOpen = 16

// files keeps the members open that were read last. Who wants another while
// all of them are being read waits for one.
type files struct {
	mu     sync.Mutex
	idle   sync.Cond // a file is no longer being read, or all are to be closed
	open   []*handle // that which was used last comes last
	closed bool
}

// handle is an open member.
type handle struct {
	member  *member
	file    *os.File
	readers int
}

func newFiles() *files {
	f := &files{}
	f.idle.L = &f.mu
	return f
}

// readAt reads a stretch of a member. A member that has become shorter has
// changed.
func (f *files) readAt(m *member, p []byte, at int64) error {
	h, err := f.take(m)
	if err != nil {
		return err
	}
	defer f.giveBack(h)
	n, err := h.file.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case err == io.EOF:
		return m.changed()
	default:
		return transfer.NewFileError(m.path, err)
	}
}

// take returns the open member. Give it back.
func (f *files) take(m *member) (*handle, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.closed {
		if i := f.find(m); i >= 0 {
			h := f.open[i]
			f.open = append(slices.Delete(f.open, i, i+1), h)
			h.readers++
			return h, nil
		}
		if len(f.open) < maxOpen || f.evict() {
			return f.openFile(m)
		}
		f.idle.Wait()
	}
	return nil, os.ErrClosed
}

func (f *files) find(m *member) int {
	return slices.IndexFunc(f.open, func(h *handle) bool { return h.member == m })
}

// evict closes the member that has not been used for longest, if there is one
// that nobody reads. Callers hold f.mu.
func (f *files) evict() bool {
	i := slices.IndexFunc(f.open, func(h *handle) bool { return h.readers == 0 })
	if i < 0 {
		return false
	}
	f.open[i].file.Close()
	f.open = slices.Delete(f.open, i, i+1)
	return true
}

// openFile opens a member that is still what it was. Callers hold f.mu.
func (f *files) openFile(m *member) (*handle, error) {
	file, err := os.Open(m.path)
	if err != nil {
		return nil, transfer.NewFileError(m.path, err)
	}
	info, err := file.Stat()
	if err == nil {
		err = m.check(info)
	}
	if err != nil {
		file.Close()
		return nil, transfer.NewFileError(m.path, err)
	}
	h := &handle{member: m, file: file, readers: 1}
	f.open = append(f.open, h)
	return h, nil
}

// giveBack ends one reading of a member.
func (f *files) giveBack(h *handle) {
	f.mu.Lock()
	defer f.mu.Unlock()
	h.readers--
	if h.readers > 0 {
		return
	}
	if f.closed {
		f.evict()
	}
	f.idle.Broadcast()
}

// close closes all members: those that are being read as soon as they are not.
func (f *files) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for f.evict() {
	}
	f.idle.Broadcast()
}
