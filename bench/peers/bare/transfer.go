package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// cut returns how many parts a file of size bytes has; an empty one has one.
func (c *client) cut(size int64) int { return int(max(1, (size+c.Part-1)/c.Part)) }

// section is where a part begins, and how long it is, in bytes.
func (c *client) section(i int, size int64) (offset, length int64) {
	offset = int64(i) * c.Part
	return offset, min(c.Part, size-offset)
}

func (c *client) send(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	parts := c.cut(info.Size())
	var u upload
	begin := map[string]any{"totalParts": parts, "encryptedName": filepath.Base(path), "originalSizeInBytes": info.Size()}
	if err := c.post(ctx, "/buckets", nil, begin, &u); err != nil {
		return err
	}
	tags := make([]string, parts)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Threads)
	for i := range tags {
		g.Go(func() (err error) {
			offset, length := c.section(i, info.Size())
			tags[i], err = c.part(gctx, u, i+1, io.NewSectionReader(f, offset, length))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return c.post(ctx, "/buckets/complete", u.header(0), map[string]any{"tags": tags, "key": u.Key}, new(upload))
}

// part sends one part. With a CRC32C it insists that the tag is that.
func (c *client) part(ctx context.Context, u upload, number int, body *io.SectionReader) (string, error) {
	var answer struct {
		Tag string `json:"tag"`
	}
	s := &summed{src: body}
	var r io.Reader = body
	if c.CRC {
		r = s
	}
	err := c.call(ctx, http.MethodPut, "/buckets", u.header(number), r, body.Size(), &answer)
	if sum, ok := strings.CutPrefix(answer.Tag, "crc32c-"); err == nil && c.CRC && (!ok || sum != fmt.Sprintf("%08x", s.crc)) {
		err = errors.New("the tag is not the part's CRC32C")
	}
	return answer.Tag, err
}

// summed makes a CRC32C of what is read.
type summed struct {
	src io.Reader
	crc uint32
}

// Read implements io.Reader.
func (s *summed) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	s.crc = crc32.Update(s.crc, castagnoli, p[:n])
	return n, err
}

// fetch writes ranges of the file to their places, side by side.
func (c *client) fetch(ctx context.Context) error {
	var file struct {
		Size int64 `json:"originalSizeInBytes"`
	}
	var link struct {
		URL string `json:"url"`
	}
	if err := c.call(ctx, http.MethodGet, "/buckets/file/"+c.Get, nil, nil, 0, &file); err != nil {
		return err
	}
	if err := c.call(ctx, http.MethodGet, "/buckets/download/"+c.Get, nil, nil, 0, &link); err != nil {
		return err
	}
	f, err := os.Create(c.To)
	if err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Threads)
	for i := range c.cut(file.Size) {
		g.Go(func() error {
			offset, length := c.section(i, file.Size)
			return c.fetchRange(gctx, link.URL, f, offset, length)
		})
	}
	return errors.Join(g.Wait(), f.Close())
}

func (c *client) fetchRange(ctx context.Context, url string, f *os.File, offset, length int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return fmt.Errorf("the range at %d: %s", offset, resp.Status)
	}
	buf := make([]byte, 256<<10)
	n, err := io.CopyBuffer(io.NewOffsetWriter(f, offset), struct{ io.Reader }{resp.Body}, buf)
	if err == nil && n != length {
		err = io.ErrUnexpectedEOF
	}
	return err
}
