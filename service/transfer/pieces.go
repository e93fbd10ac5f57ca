package transfer

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"quicksync.me/desktop/service/api"
)

// fetchers is how many pieces of one download are on their way at once.
const fetchers = 4

// pieces remembers which pieces of a download are there.
type pieces struct {
	mu   sync.Mutex
	tags []string // the CRC32C of each piece; empty where it is not there
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

// sharedLink is the presigned link that all pieces of a download use. One that
// is refused is renewed once, by whoever meets it first.
type sharedLink struct {
	mu      sync.Mutex
	url     string
	renewed bool
}

// withLink makes a call that needs the link.
func (f *fetch) withLink(ctx context.Context, call func(link string) error) error {
	link, err := f.currentLink(ctx, "")
	if err != nil {
		return err
	}
	err = f.route.try(ctx, func() error { return call(link) })
	if !errors.Is(err, api.ErrForbidden) {
		return err
	}
	if link, err = f.currentLink(ctx, link); err != nil {
		return err
	}
	return f.route.try(ctx, func() error { return call(link) })
}

// currentLink returns the link; where it is still the refused one, a new one.
func (f *fetch) currentLink(ctx context.Context, refused string) (string, error) {
	f.link.mu.Lock()
	defer f.link.mu.Unlock()
	if f.link.url != refused {
		return f.link.url, nil
	}
	if refused != "" && f.link.renewed {
		return "", &api.Error{Op: "fetch", Kind: api.ErrForbidden}
	}
	f.link.renewed = refused != ""
	link, err := f.route.link(ctx, f.want.FileKey, filepath.Base(f.want.Path))
	f.link.url = link.URL
	return f.link.url, err
}

// fetchPieces fetches what is missing: the first piece alone, which tells
// whether the server knows ranges, then the others in parallel.
func (f *fetch) fetchPieces(ctx context.Context) error {
	var missing []int
	for number := 1; number <= f.plan.Parts; number++ {
		if !f.pieces.has(number) {
			missing = append(missing, number)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	ranged, err := f.fetchPiece(ctx, missing[0])
	if err != nil || !ranged {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(fetchers)
	for _, number := range missing[1:] {
		if gctx.Err() != nil {
			break
		}
		g.Go(func() error {
			_, err := f.fetchPiece(gctx, number)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// fetchPiece fetches one piece; a connection that breaks is taken up where it
// was. A server without ranges sends the whole file, which is taken as a whole.
func (f *fetch) fetchPiece(ctx context.Context, number int) (ranged bool, err error) {
	offset, length := f.plan.Part(number)
	p := &piece{fetch: f, number: number, offset: offset, length: length}
	err = f.withLink(ctx, func(link string) error {
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
		ranged = content.Ranged || f.total == 0
		return p.take(ctx, content)
	})
	return ranged, err
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
	err := p.copy(content)
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
	p.fetch.want.Received.Add(-p.have)
	p.offset, p.have, p.crc = 0, 0, 0
}

// done notes the piece as there.
func (p *piece) done(ranged bool) error {
	if !ranged {
		return nil // the whole file is there, and no piece of its own
	}
	tag := pieceTag(p.crc)
	p.fetch.pieces.set(p.number, tag)
	p.fetch.keepPiece(p.number, tag)
	return nil
}

// copy writes the content to its place, and sums it up in the same pass. More
// than was asked for is not the file that was meant.
func (p *piece) copy(content io.Reader) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := content.Read(buf)
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

func pieceTag(crc uint32) string { return strconv.FormatUint(uint64(crc), 16) }

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
