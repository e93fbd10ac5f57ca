package sink

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

// frames are bodies in aws-chunked. Those that are whole have content.
var frames = []struct {
	name, body, content string
	whole               bool
}{
	{"unsigned with a trailer", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "hello", true},
	{"signed", "5;chunk-signature=ab\r\nhello\r\n3;chunk-signature=cd\r\n yo\r\n0;chunk-signature=ef\r\n\r\n", "hello yo", true},
	{"hex", "1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", "abcdefghijklmnopqrstuvwxyz", true},
	{"empty", "0\r\n\r\n", "", true},
	{"cut in a frame", "5\r\nhel", "", false},
	{"cut after a frame", "5\r\nhello\r\n", "", false},
	{"cut at once", "", "", false},
	{"longer than it says", "4\r\nhello\r\n0\r\n\r\n", "", false},
	{"no size", "five\r\nhello\r\n0\r\n\r\n", "", false},
	{"a negative size", "-5\r\nhello\r\n0\r\n\r\n", "", false},
}

func unframe(body string) (string, error) {
	content, err := io.ReadAll(&chunked{src: bufio.NewReader(strings.NewReader(body))})
	return string(content), err
}

func TestFrames(t *testing.T) {
	for _, f := range frames {
		t.Run(f.name, func(t *testing.T) {
			content, err := unframe(f.body)
			if (err == nil) != f.whole {
				t.Fatalf("error is %v", err)
			}
			if f.whole && content != f.content {
				t.Errorf("content is %q, want %q", content, f.content)
			}
		})
	}
}

// Whatever comes, no more bytes are made of it than came, and an end in the
// middle is an error that says so.
func FuzzFrames(f *testing.F) {
	for _, c := range frames {
		f.Add(c.body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		content, err := unframe(body)
		if len(content) > len(body) {
			t.Errorf("%d bytes were made of %d", len(content), len(body))
		}
		if err != nil && !errors.Is(err, errFrame) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error is %v", err)
		}
	})
}
