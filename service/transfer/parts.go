package transfer

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crcTag begins a tag of our node: the part's CRC32C in eight hex digits.
const crcTag = "crc32c-"

// maxWrongTags is how often a part whose tag is wrong is sent again.
const maxWrongTags = 3

// sendParts sends the parts that have no tag yet. Each waits for a worker in
// turn with those of other files: a file has at most one part waiting, so the
// workers go round between files.
func (r *run) sendParts(ctx context.Context, src Reader) error {
	g, gctx := errgroup.WithContext(ctx)
	for number := 1; number <= r.upload.plan.Parts; number++ {
		if r.hasTag(number) {
			continue
		}
		if err := r.engine.slots.Acquire(gctx, 1); err != nil {
			break // the group, or the upload, has ended: Wait tells why
		}
		g.Go(func() error {
			defer r.engine.slots.Release(1)
			return r.sendPart(gctx, src, number)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (r *run) hasTag(number int) bool {
	r.engine.mu.Lock()
	defer r.engine.mu.Unlock()
	return r.upload.tags[number-1] != ""
}

// sendPart sends one part until its tag is right, and keeps the tag.
func (r *run) sendPart(ctx context.Context, src Reader, number int) error {
	for wrong := 0; ; wrong++ {
		body := r.body(src, number)
		if err := prepare(ctx, src, body); err != nil {
			return err
		}
		tag, err := r.putPart(ctx, body, number)
		if err == nil && !body.matches(tag) {
			err = fmt.Errorf("part %d: %w", number, ErrWrongTag)
		}
		if err == nil {
			r.locked(func() {
				r.upload.tags[number-1] = tag
				r.upload.partsDone++
				r.engine.keepTag(r.upload, number, tag)
			})
			return nil
		}
		body.takeBack()
		if !errors.Is(err, ErrWrongTag) || wrong == maxWrongTags {
			return err
		}
	}
}

// prepare works a part out beforehand, where its source has to: the line would
// stall while it did.
func prepare(ctx context.Context, src Reader, body *partBody) error {
	if p, ok := src.(Preparer); ok {
		return p.Prepare(ctx, body.offset, body.length)
	}
	return nil
}

func (r *run) putPart(ctx context.Context, body *partBody, number int) (tag string, err error) {
	u := r.upload
	err = r.route.try(ctx, func() error {
		if err := r.seemsUnchanged(); err != nil {
			return err
		}
		r.engine.mu.Lock()
		u.tries[number-1] = min(u.tries[number-1], 254) + 1
		r.engine.mu.Unlock()
		var err error
		open, done := r.limited(ctx, body)
		defer done()
		tag, err = r.route.target.Bucket.PutPart(ctx, api.Part{
			Upload: u.remote, Number: number, Size: body.length, Body: open,
		})
		if err != nil {
			body.takeBack()
		}
		// A source that cannot be read breaks the connection; it is to blame.
		if broken := body.readError(); broken != nil {
			return broken
		}
		return err
	})
	if errors.Is(err, api.ErrNotFound) {
		return "", errForgotten
	}
	return tag, err
}

func (r *run) body(src Reader, number int) *partBody {
	offset, length := r.upload.plan.Part(number)
	return &partBody{src: src, offset: offset, length: length, total: &r.upload.sent, path: r.upload.src.Path()}
}

// partBody hands out the bytes of one part, as often as the transport wants to
// send them, and counts those of the latest time only.
type partBody struct {
	src            io.ReaderAt
	offset, length int64
	total          *atomic.Int64
	path           string

	mu      sync.Mutex
	current *partReader
}

// open begins the part from its first byte.
func (b *partBody) open() io.Reader {
	b.takeBack()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current = &partReader{section: io.NewSectionReader(b.src, b.offset, b.length), left: b.length, total: b.total}
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

// matches tells whether a tag is that of the bytes that were sent. A kind of
// tag that is not known for sure is believed.
func (b *partBody) matches(tag string) bool {
	hex, ok := strings.CutPrefix(tag, crcTag)
	if !ok {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var sum uint32 // of an empty part, for which nobody opens the body
	if b.current != nil {
		sum = b.current.checksum()
	}
	return hex == fmt.Sprintf("%08x", sum)
}

// readError tells what was wrong with the source, nil if nothing.
func (b *partBody) readError() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.current == nil {
		return nil
	}
	return b.current.broken(b.path)
}

// partReader is one sending of a part: it counts and sums up in the same pass.
// The transport may still read from it when the call has returned.
type partReader struct {
	mu      sync.Mutex
	section *io.SectionReader
	left    int64
	crc     uint32
	err     error
	counted int64
	retired bool
	total   *atomic.Int64
}

func (p *partReader) Read(buf []byte) (int, error) {
	n, err := p.section.Read(buf)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crc = crc32.Update(p.crc, castagnoli, buf[:n])
	p.left -= int64(n)
	if err != nil && (err != io.EOF || p.left > 0) {
		p.err = err
	}
	if !p.retired {
		p.counted += int64(n)
		p.total.Add(int64(n))
	}
	return n, err
}

func (p *partReader) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
	p.total.Add(-p.counted)
	p.counted = 0
}

func (p *partReader) checksum() uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.crc
}

// broken judges what reading met: an end before the planned one means that the
// file was cut while it was read.
func (p *partReader) broken(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.err {
	case nil:
		return nil
	case io.EOF:
		return &FileError{Path: path, Kind: ErrChanged}
	default:
		return fileError(path, p.err)
	}
}
