package sink

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// buffers are what bodies are read through: large, so that a read of a plain
// connection takes all that is there.
var buffers = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// taken is what is left of a body that was read.
type taken struct {
	size int64
	crc  uint32
	body []byte
}

// take reads a body to its end, and makes its CRC32C where tags are made of it.
func (s *store) take(r io.Reader) (taken, error) {
	var t taken
	var kept bytes.Buffer
	mode := s.modeNow()
	buf := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buf)
	for {
		n, err := r.Read(buf[:])
		t.size += int64(n)
		if mode.CRCTags {
			t.crc = crc32.Update(t.crc, castagnoli, buf[:n])
		}
		if mode.Keep {
			kept.Write(buf[:n])
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return t, err
		}
	}
	s.bytes.Add(t.size)
	if mode.Keep {
		t.body = kept.Bytes()
		if t.body == nil {
			t.body = []byte{}
		}
	}
	return t, nil
}

// s3Body returns the content of a body, without the frames of aws-chunked,
// which carry signatures and checksums between the bytes.
func s3Body(r *http.Request) io.Reader {
	if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return &chunked{src: bufio.NewReaderSize(r.Body, 128<<10)}
	}
	return r.Body
}

// chunked reads aws-chunked: frames of "hex size[;extensions]CRLF bytes CRLF",
// ended by one of size 0 and trailers.
type chunked struct {
	src  *bufio.Reader
	left int64
	any  bool // a frame was read
}

// Read implements io.Reader.
func (c *chunked) Read(p []byte) (int, error) {
	if c.left == 0 {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	n, err := c.src.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next reads the head of the next frame; io.EOF is the end of the last.
func (c *chunked) next() error {
	if c.any {
		if line, err := c.line(); err != nil || line != "" {
			return errors.Join(errFrame, err)
		}
	}
	line, err := c.line()
	if err != nil {
		return errors.Join(errFrame, err)
	}
	size, _, _ := strings.Cut(line, ";")
	if c.left, err = strconv.ParseInt(size, 16, 64); err != nil || c.left < 0 {
		return fmt.Errorf("%w: size %.20q", errFrame, size)
	}
	c.any = true
	if c.left > 0 {
		return nil
	}
	if _, err := io.Copy(io.Discard, c.src); err != nil { // trailers
		return err
	}
	return io.EOF
}

func (c *chunked) line() (string, error) {
	line, err := c.src.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

var errFrame = errors.New("aws-chunked is not framed as it should be")
