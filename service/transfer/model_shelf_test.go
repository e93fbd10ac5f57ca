package transfer_test

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// shelf is a bucket with two files that may know ranges, or not.
type shelf struct {
	*storage
	keys   [2]string
	ranged atomic.Bool
}

// put stores a file.
func (s *shelf) put(t *rapid.T, name string, data []byte) (fileKey string) {
	ctx := context.Background()
	u, err := s.Begin(ctx, api.BeginRequest{Parts: 1, Name: name, Size: int64(len(data))})
	var tag string
	if err == nil {
		tag, err = s.PutPart(ctx, api.Part{Upload: u, Number: 1, Size: int64(len(data)), Body: func() io.Reader { return bytes.NewReader(data) }})
	}
	if err == nil {
		err = s.Complete(ctx, u, []string{tag})
	}
	if err != nil {
		t.Fatal(err)
	}
	return u.FileKey
}

var _ transfer.Bucket = (*fetchLine)(nil)

// fetchLine is a line whose downloads take their time as well.
type fetchLine struct {
	line
	shelf *shelf
}

func (l *fetchLine) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c := l.about(ctx, "fetch", keyOf(link))
	c.number = int(from)
	return journey(&l.line, c, func() (*api.Content, error) {
		ranged := l.shelf.ranged.Load()
		if !ranged {
			from, until = 0, -1
		}
		content, err := l.Fake.Fetch(context.Background(), link, from, until)
		if err != nil {
			return nil, err
		}
		content.Ranged = ranged
		body := io.Reader(content.ReadCloser)
		if l.st.strike("cut") != "" {
			body = io.LimitReader(body, 5<<20)
		}
		content.ReadCloser = io.NopCloser(&slowReader{line: &l.line, call: c, body: body})
		return content, nil
	})
}

// slowReader takes its time for each piece that is read of it.
type slowReader struct {
	line *line
	call call
	body io.Reader
}

func (s *slowReader) Read(buf []byte) (int, error) {
	if err := s.line.travel(s.call); err != nil {
		return 0, err
	}
	return s.body.Read(buf[:min(len(buf), 200<<10)])
}
