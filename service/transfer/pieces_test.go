package transfer_test

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/transfer"
)

// records come one at a time, each after a while, until there are no more.
type records struct {
	left  int
	every time.Duration
	end   error
}

func (r *records) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, r.end
	}
	r.left--
	time.Sleep(r.every)
	return min(len(b), 16<<10), nil
}

// TestWhatComesSoonIsWrittenTogether: it fills the buffer, but does not wait for
// more than a moment, and what came before an error is there.
func TestWhatComesSoonIsWrittenTogether(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		from    records
		records int
		err     error
	}{
		"a fast line":    {records{left: 100, every: time.Millisecond}, 16, nil},
		"a slow line":    {records{left: 100, every: time.Second}, 1, nil},
		"one between":    {records{left: 100, every: 20 * time.Millisecond}, 3, nil},
		"the last of it": {records{left: 2, end: io.EOF}, 2, io.EOF},
		"a broken line":  {records{left: 5, end: broken}, 5, broken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, err := transfer.Fill(make([]byte, 256<<10), &c.from)
				if n != c.records*16<<10 || !errors.Is(err, c.err) {
					t.Errorf("%d bytes, %v", n, err)
				}
			})
		})
	}
}
