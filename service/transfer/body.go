package transfer

import (
	"hash"
	"io"
	"sync"
	"sync/atomic"
)

// partBody hands out the bytes of one part, as often as the transport wants to
// send them, and counts those of the latest time only.
type partBody struct {
	src            io.ReaderAt
	offset, length int64
	path           string
	kind           tagKind       // what is summed up
	total          *atomic.Int64 // what is counted
	turn           turn          // lets the next bytes go
	goal           *goal         // lets the last bytes go, or not
	moved          func(n int)   // is told every byte that goes over the line
	gone           func()        // is told that the last one has

	mu      sync.Mutex
	current *partReader
}

// open begins the part from its first byte.
func (b *partBody) open() io.Reader {
	b.takeBack()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = &partReader{
		body: b, section: io.NewSectionReader(b.src, b.offset, b.length), left: b.length, sum: b.kind.newSum(),
	}
	return b.current
}

// takeBack undoes what an attempt has counted, and makes it count no more.
func (b *partBody) takeBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current != nil {
		b.current.retire()
	}
}

// unsent is how many bytes of the part have not gone out.
func (b *partBody) unsent() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil {
		return b.length
	}
	b.current.mu.Lock()
	defer b.current.mu.Unlock()
	return b.current.left
}

// tag is that of the bytes that were sent; empty where they were not summed up.
func (b *partBody) tag() string {
	sum := b.kind.newSum()
	if sum == nil {
		return ""
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil { // an empty part, for which nobody opens the body
		return b.kind.tag(sum)
	}
	b.current.mu.Lock()
	defer b.current.mu.Unlock()
	return b.kind.tag(b.current.sum)
}

// readError tells what was wrong with the source, or that another sending is ahead;
// nil if nothing.
func (b *partBody) readError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil {
		return nil
	}
	return b.current.broken()
}

// partReader is one sending of a part: it counts and sums up in the same pass.
// The transport may still read from it when the call has returned.
type partReader struct {
	body    *partBody
	section *io.SectionReader

	mu      sync.Mutex
	left    int64
	sum     hash.Hash // nil where nobody checks
	err     error
	counted int64
	retired bool
}

// turn waits until bytes of a part may go, and returns how many of the want that
// are asked for; left have not gone yet.
type turn func(want int, left int64) (n int, err error)

// Read implements io.Reader.
func (p *partReader) Read(buf []byte) (int, error) {
	n, err := p.body.turn(len(buf), p.left)
	if err != nil {
		return 0, err
	}
	if n, err = p.section.Read(buf[:n]); int64(n) == p.left {
		if err := p.body.goal.admits(p.body); err != nil {
			p.breaks(err)
			return 0, err
		}
	}
	p.body.moved(n)
	defer p.tell(n)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sum != nil {
		_, _ = p.sum.Write(buf[:n])
	}
	p.left -= int64(n)
	if err != nil && (err != io.EOF || p.left > 0) {
		p.err = err
	}
	if !p.retired {
		p.counted += int64(n)
		p.body.total.Add(int64(n))
	}
	return n, err
}

func (p *partReader) breaks(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

// tell tells once that all has gone out, if the last n bytes were that.
func (p *partReader) tell(n int) {
	if p.left == 0 && n > 0 {
		p.body.gone()
	}
}

func (p *partReader) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
	p.body.total.Add(-p.counted)
	p.counted = 0
}

// broken judges what reading met: an end before the planned one means that the
// file was cut while it was read.
func (p *partReader) broken() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.err {
	case nil, errOutrun:
		return p.err
	case io.EOF:
		return &FileError{Path: p.body.path, Kind: ErrChanged}
	default:
		return fileError(p.body.path, p.err)
	}
}
