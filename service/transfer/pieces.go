package transfer

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer/flow"
)

// pieces remembers which pieces of a download are there.
type pieces struct {
	mu   sync.Mutex
	tags []string // the CRC32C of each piece; empty where it is not there
	// whole is the CRC32C of the file where it has come as a whole.
	whole string
}

func (p *pieces) plan(n int) { p.tags = make([]string, n) }

func (p *pieces) planned() bool { return len(p.tags) > 0 }

// missing are the numbers of the pieces that are not there.
func (p *pieces) missing() (numbers []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, tag := range p.tags {
		if tag == "" {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

func (p *pieces) set(number int, tag string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tags[number-1] = tag
}

// there are the tags of the pieces that are there, by number.
func (p *pieces) there() map[int]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	tags := map[int]string{}
	for i, tag := range p.tags {
		if tag != "" {
			tags[i+1] = tag
		}
	}
	return tags
}

// complete tells that the file is there, in pieces or as a whole.
func (p *pieces) complete() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whole != "" || !slices.Contains(p.tags, "")
}

func (p *pieces) isWhole() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whole != ""
}

func (p *pieces) setWhole(sum string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = sum
}

// sum is the CRC32C of all that was fetched by a plan, empty where a piece is
// missing.
func (p *pieces) sum(plan Plan) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.whole != "" {
		return p.whole
	}
	return wholeSum(plan, p.tags)
}

// fetchPieces fetches until the file is there. A whole file that broke off may go
// on in pieces, so what is missing is looked for again.
func (f *fetch) fetchPieces(ctx context.Context) error {
	for ctx.Err() == nil && !f.pieces.complete() {
		if err := f.fetchMissing(ctx); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// errWhole ends what is still fetched in pieces: the whole file has come.
var errWhole = errors.New("the whole file has come")

// fetchMissing fetches what is missing, in parallel as soon as an answer tells
// that the server knows ranges. Each piece waits for a place in turn with those of
// other files.
func (f *fetch) fetchMissing(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	missing := f.pieces.missing()
	batch := flow.NewBatch(len(missing))
	for i, number := range missing {
		if gctx.Err() != nil {
			break
		}
		_, size := f.plan.Part(number)
		place, err := f.route.down.Acquire(gctx, batch, size)
		if err != nil {
			break // the group, or the download, has ended: Wait tells why
		}
		g.Go(func() error {
			defer place.Release()
			return f.fetchPiece(gctx, number)
		})
		if i == 0 && !f.knowsRanges(gctx) {
			break // the whole file comes at once
		}
	}
	err := g.Wait()
	switch whole := f.pieces.isWhole(); {
	case whole && (!f.ranges.Load() || f.holdsWhole(ctx)):
		f.want.Received.Store(f.total) // pieces beside it count no more
		return nil
	case whole || err == nil && f.overwritten.Load():
		return f.recheck(ctx)
	}
	return err
}

// holdsWhole tells whether the disk gives the whole file that has come: pieces may have
// been written beside it, and what answers in two ways may have two contents.
func (f *fetch) holdsWhole(ctx context.Context) bool {
	buffer := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buffer)
	sum, err := f.onDisk(ctx, 0, f.total, buffer[:])
	return err == nil && hexSum(sum) == f.pieces.sum(f.plan)
}

// recheck keeps those pieces only that are as they were when they came: a whole file
// has been written over them.
func (f *fetch) recheck(ctx context.Context) error {
	f.overwritten.Store(false)
	f.pieces.setWhole("")
	f.want.Received.Store(0)
	return f.verify(ctx)
}

// knowsRanges waits for the first answer, and tells whether any was a range.
func (f *fetch) knowsRanges(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-f.answered:
		return f.ranges.Load()
	}
}

// tell lets an answer be known.
func (f *fetch) tell(ranged bool) {
	if ranged {
		f.ranges.Store(true)
	}
	f.once.Do(func() { close(f.answered) })
}

// fetchPiece fetches one piece; a connection that breaks is taken up where it
// was. A server without ranges sends the whole file, and then no other piece is
// needed.
func (f *fetch) fetchPiece(ctx context.Context, number int) error {
	offset, length := f.plan.Part(number)
	p := &piece{fetch: f, number: number, offset: offset, length: length}
	err := f.withLink(ctx, func(link string, opened func()) error {
		until := p.offset + p.length - 1
		content, err := f.route.target.Bucket.Fetch(ctx, link, p.offset+p.have, max(until, 0))
		if api.IsPage(err) {
			content, err = f.page(ctx, link, err)
		}
		if err != nil {
			return err
		}
		defer content.Close()
		opened()
		return p.judge(ctx, content)
	})
	if err == nil && f.pieces.isWhole() {
		return errWhole
	}
	return err
}

// page fetches as a whole what answers with a page instead of a piece: where it
// is as long as the file, it is the file, else what was wrong stays so.
func (f *fetch) page(ctx context.Context, link string, problem error) (*api.Content, error) {
	content, err := f.route.target.Bucket.Fetch(ctx, link, 0, -1)
	if err != nil {
		return nil, err
	}
	if content.Total != f.total {
		_ = content.Close()
		return nil, problem
	}
	return content, nil
}

// piece is one range of a download, or all of it with the number 0. What it is
// and has is its own: no answer to another range changes it.
type piece struct {
	fetch          *fetch
	number         int
	offset, length int64
	have           int64
	crc            uint32
}

// errNotTheFile: what came in place of a piece is neither that nor the file.
var errNotTheFile = errors.New("neither the piece nor the file came")

// judge takes an answer for what it is: the piece, or the whole file where it is as
// long. Of another length, or of none that was told, it is something in between that
// answers, and passes; but what never knew ranges, in this run or in the one that has
// left pieces, has told the size of its file.
func (p *piece) judge(ctx context.Context, content *api.Content) error {
	f := p.fetch
	switch same := content.Total == f.total; {
	case content.Ranged && (same || content.Total < 0):
		f.tell(true)
		return p.take(ctx, content)
	case !content.Ranged && same:
		f.tell(false)
		return f.takeWhole(ctx, content)
	case !content.Ranged && (content.Total < 0 || f.ranges.Load() || f.resumed):
		return &api.Error{Op: "fetch", Kind: api.ErrServer, Err: errNotTheFile}
	}
	return ErrWrongSize
}

// takeWhole takes the whole file, from its first byte on, and writes it over what pieces
// are there. Several may get it: one at a time is written.
func (f *fetch) takeWhole(ctx context.Context, content *api.Content) error {
	if err := f.wholes.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	defer f.wholes.Release(1)
	if f.pieces.isWhole() {
		return nil
	}
	f.overwritten.Store(true)
	whole := &piece{fetch: f, length: f.total}
	before := f.want.Received.Swap(0)
	err := whole.take(ctx, content)
	if err != nil {
		f.want.Received.Add(before - whole.have)
	}
	return err
}

// take writes what came and judges whether it is all. Then it is, whatever has
// become of the end of the answer.
func (p *piece) take(ctx context.Context, content *api.Content) error {
	limited := p.fetch.engine.bandwidth.Down(ctx, p.fetch, content, p.length-p.have)
	defer limited.Close()
	err := p.copy(limited)
	var onDisk *FileError
	switch {
	case errors.As(err, &onDisk), errors.Is(err, ErrWrongSize):
		return err
	case p.have == p.length:
		p.done()
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return &api.Error{Op: "fetch", Kind: api.ErrNetwork, Err: errors.Join(err, io.ErrUnexpectedEOF)}
}

// done notes the piece as there.
func (p *piece) done() {
	if p.number == 0 { // the whole file is there, and no piece of its own
		p.fetch.pieces.setWhole(hexSum(p.crc))
		return
	}
	writeBack(p.fetch.part, p.offset, p.have)
	tag := pieceTag(p.crc)
	p.fetch.pieces.set(p.number, tag)
	p.fetch.keepPiece(p.number, tag)
}

// buffers are for what comes over the line on its way to the disk.
var buffers = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// copy writes the content to its place, and sums it up in the same pass. More
// than was asked for is not the file that was meant.
func (p *piece) copy(content io.Reader) error {
	buffer := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buffer)
	buf := buffer[:]
	for {
		n, err := fill(buf, content)
		p.fetch.route.down.Moved(n)
		if p.have+int64(n) > p.length {
			return ErrWrongSize
		}
		if _, werr := p.fetch.part.WriteAt(buf[:n], p.offset+p.have); werr != nil {
			return p.fetch.written(werr)
		}
		p.crc = crc32.Update(p.crc, castagnoli, buf[:n])
		p.have += int64(n)
		p.fetch.want.Received.Add(int64(n))
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// record is the most that one record of TLS holds, in bytes.
const record = 16 << 10

// gathering is how long what has come may wait to be written with what follows.
const gathering = 50 * time.Millisecond

// fill reads what comes soon: over TLS each record comes by itself, and a write for
// each costs more than what it writes.
func fill(buf []byte, content io.Reader) (n int, err error) {
	for began := time.Now(); len(buf)-n >= record && err == nil && time.Since(began) < gathering; {
		var came int
		came, err = content.Read(buf[n:])
		n += came
	}
	return n, err
}

func pieceTag(crc uint32) string { return crcTag + hexSum(crc) }

// verify reads the pieces that an earlier run has left, or a whole file was written
// over, and drops those that cannot be read, or are not what was written: they had not
// reached the disk, or it was another content. Its error is ctx's cause.
func (f *fetch) verify(ctx context.Context) error {
	buffer := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buffer)
	tags := f.pieces.there()
	for _, number := range slices.Sorted(maps.Keys(tags)) { // as they lie on the disk
		offset, length := f.plan.Part(number)
		sum, err := f.onDisk(ctx, offset, length, buffer[:])
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil, pieceTag(sum) != tags[number]:
			f.pieces.set(number, "")
		default:
			f.want.Received.Add(length)
		}
	}
	return nil
}

// onDisk is the CRC32C of what the part file holds at a place.
func (f *fetch) onDisk(ctx context.Context, offset, length int64, buffer []byte) (uint32, error) {
	sum := crc32.New(castagnoli)
	content := &counted{ctx: ctx, from: io.NewSectionReader(f.part, offset, length), read: new(atomic.Int64)}
	n, err := io.CopyBuffer(sum, content, buffer)
	if err == nil && n != length {
		err = io.ErrUnexpectedEOF
	}
	return sum.Sum32(), err
}
