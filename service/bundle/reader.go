package bundle

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"quicksync.me/desktop/service/transfer"
)

// stretch is how much of a member is read at once to sum it up, in bytes.
const stretch = 256 << 10

// reader reads the archive. What was summed up stays with the Bundle.
type reader struct {
	bundle *Bundle
	files  *files
	// ctx ends with Close, and with it what is read for a checksum only.
	ctx   context.Context
	close context.CancelCauseFunc

	// summing is held for one stretch at a time: who waits for the same
	// checksum goes on where the other has stopped, and nothing is read twice.
	summing sync.Mutex
	scratch []byte
}

var _ transfer.Preparer = (*reader)(nil)

// Open returns a reader of the archive; it opens members when they are read.
// Errors of ReadAt and Prepare that name a member are *transfer.FileError.
func (b *Bundle) Open() (transfer.Reader, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &reader{bundle: b, files: newFiles(), ctx: ctx, close: cancel}, nil
}

// Close closes the members. What still reads from the archive fails with
// os.ErrClosed.
func (r *reader) Close() error {
	r.close(os.ErrClosed)
	r.files.close()
	return nil
}

var errNegative = errors.New("bundle: read before the start of the archive")

// ReadAt reads at any place of the archive. It gives fewer bytes than asked for
// only with an error, io.EOF at the archive's end.
func (r *reader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errNegative
	}
	for n < len(p) {
		if off+int64(n) >= r.bundle.layout.size {
			return n, io.EOF
		}
		some, err := r.read(p[n:], off+int64(n))
		n += some
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// read reads the header, the data or the record that holds a place, as far as
// it goes.
func (r *reader) read(p []byte, at int64) (int, error) {
	l := r.bundle.layout
	switch {
	case at >= l.end:
		return copy(p, l.appendEnd(nil)[at-l.end:]), nil
	case at >= l.directory:
		m := r.bundle.members[r.bundle.entryAt(at)]
		crc, err := r.checksum(m)
		if err != nil {
			return 0, err
		}
		return copy(p, m.appendEntry(nil, crc)[at-m.entry:]), nil
	default:
		return r.readMember(r.bundle.memberAt(at), p, at)
	}
}

func (r *reader) readMember(m *member, p []byte, at int64) (int, error) {
	data, descriptor := m.data(), m.descriptor()
	switch {
	case at < data:
		return copy(p, m.appendLocal(nil)[at-m.offset:]), nil
	case at < descriptor:
		p = p[:min(int64(len(p)), descriptor-at)]
		if err := r.readData(m, p, at-data); err != nil {
			return 0, err
		}
		return len(p), nil
	default:
		crc, err := r.checksum(m)
		if err != nil {
			return 0, err
		}
		return copy(p, m.appendDescriptor(nil, crc)[at-descriptor:]), nil
	}
}

// readData reads a member's content and sums it up on the way.
func (r *reader) readData(m *member, p []byte, at int64) error {
	if err := r.files.readAt(m, p, at); err != nil {
		return err
	}
	m.sum.add(at, p)
	return nil
}

// checksum returns the member's CRC-32.
func (r *reader) checksum(m *member) (uint32, error) {
	for {
		if crc, ok := m.sum.whole(m.size); ok {
			return crc, nil
		}
		if err := r.sumUp(r.ctx, m, m.size); err != nil {
			return 0, err
		}
	}
}

// sumUp reads what is not yet known of a member's first bytes up to end.
func (r *reader) sumUp(ctx context.Context, m *member, end int64) error {
	for {
		if from, _ := m.sum.gap(end); from == end {
			return nil
		}
		if err := cmp.Or(context.Cause(ctx), context.Cause(r.ctx)); err != nil {
			return err
		}
		if err := r.sumUpSome(m, end); err != nil {
			return err
		}
	}
}

func (r *reader) sumUpSome(m *member, end int64) error {
	r.summing.Lock()
	defer r.summing.Unlock()
	from, to := m.sum.gap(end)
	if from == end {
		return nil
	}
	if r.scratch == nil {
		r.scratch = make([]byte, stretch)
	}
	return r.readData(m, r.scratch[:min(to-from, stretch)], from)
}

// Prepare reads what reading [offset, offset+length) will need besides that
// range itself: the rest of the members whose checksums stand in it. After a
// restart that may be all that an earlier run has sent, and take minutes in
// which no byte is served.
func (r *reader) Prepare(ctx context.Context, offset, length int64) error {
	b, until := r.bundle, min(offset+length, r.bundle.layout.size)
	if offset >= 0 && offset < b.layout.directory {
		if m := b.memberAt(offset); m.descriptor() < until {
			if err := r.prepare(ctx, m, offset); err != nil {
				return err
			}
		}
	}
	first := max(offset, b.layout.directory)
	if first >= min(until, b.layout.end) {
		return nil
	}
	for _, m := range b.members[b.entryAt(first):] {
		if m.entry >= until {
			return nil
		}
		if err := r.prepare(ctx, m, offset); err != nil {
			return err
		}
	}
	return nil
}

// prepare sums up what of a member lies before a place of the archive.
func (r *reader) prepare(ctx context.Context, m *member, before int64) error {
	end := min(before-m.data(), m.size)
	if end <= 0 {
		return nil
	}
	return r.sumUp(ctx, m, end)
}
