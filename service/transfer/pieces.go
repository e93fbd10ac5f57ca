package transfer

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"sync"
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

func (p *pieces) has(number int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tags[number-1] != ""
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

// fetchPieces fetches what is missing, in parallel as soon as the answer to the
// first request tells that the server knows ranges. Each piece waits for a place
// in turn with those of other files.
func (f *fetch) fetchPieces(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	first, batch := true, flow.NewBatch(f.plan.Parts)
	for number := 1; number <= f.plan.Parts && gctx.Err() == nil; number++ {
		if f.pieces.has(number) {
			continue
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
		if first && !f.knowsRanges(gctx) {
			break // the whole file comes at once
		}
		first = false
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// knowsRanges waits for the first answer.
func (f *fetch) knowsRanges(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case ranged := <-f.ranged:
		return ranged
	}
}

// tell lets the first answer be known.
func (f *fetch) tell(ranged bool) {
	select {
	case f.ranged <- ranged:
	default: // it is known
	}
}

// fetchPiece fetches one piece; a connection that breaks is taken up where it
// was. A server without ranges sends the whole file, which is taken as a whole.
func (f *fetch) fetchPiece(ctx context.Context, number int) error {
	offset, length := f.plan.Part(number)
	p := &piece{fetch: f, number: number, offset: offset, length: length}
	return f.withLink(ctx, func(link string, opened func()) error {
		if p.have == p.length && p.length > 0 {
			return nil
		}
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
		f.tell(content.Ranged || f.total == 0)
		return p.take(ctx, content)
	})
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

// piece is one range of a download.
type piece struct {
	fetch          *fetch
	number         int
	offset, length int64
	have           int64
	crc            uint32
}

// take writes what came and judges whether it is all.
func (p *piece) take(ctx context.Context, content *api.Content) error {
	if content.Total >= 0 && content.Total != p.fetch.total {
		return ErrWrongSize
	}
	if !content.Ranged {
		p.restart()
		p.length = p.fetch.total
	}
	limited := p.fetch.engine.bandwidth.Down(ctx, p.fetch, content, p.length-p.have)
	defer limited.Close()
	err := p.copy(limited)
	var onDisk *FileError
	switch {
	case errors.As(err, &onDisk), errors.Is(err, ErrWrongSize):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil, p.have < p.length:
		return &api.Error{Op: "fetch", Kind: api.ErrNetwork, Err: errors.Join(err, io.ErrUnexpectedEOF)}
	}
	return p.done(content.Ranged)
}

// restart begins at the first byte of the file: there are no ranges.
func (p *piece) restart() {
	p.fetch.want.Received.Store(0) // what an earlier run has left counts no more
	p.offset, p.have, p.crc = 0, 0, 0
}

// done notes the piece as there.
func (p *piece) done(ranged bool) error {
	if !ranged { // the whole file is there, and no piece of its own
		p.fetch.pieces.setWhole(hexSum(p.crc))
		return nil
	}
	writeBack(p.fetch.part, p.offset, p.have)
	tag := pieceTag(p.crc)
	p.fetch.pieces.set(p.number, tag)
	p.fetch.keepPiece(p.number, tag)
	return nil
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

// verify reads the pieces that an earlier run has left, and drops those that
// are not what was written: they had not reached the disk.
func (f *fetch) verify() error {
	for number := 1; number <= f.plan.Parts; number++ {
		if !f.pieces.has(number) {
			continue
		}
		offset, length := f.plan.Part(number)
		sum := crc32.New(castagnoli)
		n, err := io.Copy(sum, io.NewSectionReader(f.part, offset, length))
		if err != nil {
			return err
		}
		if n != length || pieceTag(sum.Sum32()) != f.pieces.tags[number-1] {
			f.pieces.set(number, "")
			continue
		}
		f.want.Received.Add(length)
	}
	return nil
}
