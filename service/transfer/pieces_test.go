package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/transfertest"
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

// odd is a bucket of one file whose first answers are others than they should be.
type odd struct {
	*transfertest.Fake
	whole   string
	answers []func(o *odd, c *api.Content) // the next ones; nil leaves one as it is
	next    atomic.Int32
}

func (o *odd) Fetch(ctx context.Context, link string, from, until int64) (*api.Content, error) {
	c, err := o.Fake.Fetch(ctx, link, from, until)
	if n := int(o.next.Add(1)); err == nil && n <= len(o.answers) {
		o.answers[n-1](o, c)
	}
	return c, err
}

// says is the answer of a server that does not keep to the range.
func says(c *api.Content, total int, body io.Reader) {
	*c = api.Content{ReadCloser: io.NopCloser(body), Total: int64(total)}
}

var errCut = errors.New("cut")

// cut is a line that breaks after so many bytes.
func cut(body io.Reader, after int64) io.Reader {
	return io.MultiReader(io.LimitReader(body, after), iotest.ErrReader(errCut))
}

func breaks(_ *odd, c *api.Content) { c.ReadCloser = io.NopCloser(cut(c.ReadCloser, 300_000)) }

func hasNoEnd(_ *odd, c *api.Content) { c.ReadCloser = io.NopCloser(cut(c.ReadCloser, 1<<40)) }

func isWhole(o *odd, c *api.Content) { says(c, len(o.whole), strings.NewReader(o.whole)) }

func isWholeAndBreaks(o *odd, c *api.Content) {
	says(c, len(o.whole), cut(strings.NewReader(o.whole), 1_500_000))
}

func isAnotherWholeAndBreaks(o *odd, c *api.Content) {
	says(c, len(o.whole), cut(bytes.NewReader(make([]byte, len(o.whole))), 1_500_000))
}

// comesLast lets the other answers come first.
func comesLast(answer func(*odd, *api.Content)) func(*odd, *api.Content) {
	return func(o *odd, c *api.Content) {
		answer(o, c)
		c.ReadCloser = io.NopCloser(&sluggish{from: c.ReadCloser})
	}
}

// sluggish begins after a while.
type sluggish struct {
	from  io.Reader
	begun bool
}

func (s *sluggish) Read(b []byte) (int, error) {
	if !s.begun {
		time.Sleep(5 * time.Second)
		s.begun = true
	}
	return s.from.Read(b)
}

// isOther is a piece of another content that does not come to an end.
func isOther(_ *odd, c *api.Content) {
	c.ReadCloser = io.NopCloser(cut(bytes.NewReader(make([]byte, 1<<20)), 100_000))
}

func asItIs(*odd, *api.Content) {}

func isStrange(_ *odd, c *api.Content) { says(c, -1, bytes.NewReader(make([]byte, 400_000))) }

func isShort(_ *odd, c *api.Content) { says(c, 400_000, bytes.NewReader(make([]byte, 400_000))) }

// TestOddAnswersSpoilNothing: whatever comes in place of a piece, in the end the
// file is there, each byte of it counted once.
func TestOddAnswersSpoilNothing(t *testing.T) {
	type answers []func(*odd, *api.Content)
	for name, answers := range map[string]answers{
		"a strange answer":                      {isStrange},
		"a strange answer in the middle":        {breaks, isStrange, isStrange},
		"a short one in the middle":             {breaks, isShort},
		"the whole file":                        {isWhole},
		"the whole file, broken":                {isWholeAndBreaks, isWhole},
		"the whole file, broken, then a piece":  {isWholeAndBreaks, breaks},
		"a piece, broken, then the whole file":  {breaks, isWhole},
		"a piece, then the whole file, broken":  {breaks, isWholeAndBreaks, breaks},
		"the whole file for several pieces":     {breaks, isWhole, isWhole, isWhole},
		"a whole file that breaks for all":      {breaks, isWholeAndBreaks, isWholeAndBreaks, isWholeAndBreaks},
		"another whole file over pieces":        {asItIs, asItIs, comesLast(isAnotherWholeAndBreaks)},
		"other pieces over a whole file":        {asItIs, comesLast(isOther), isWhole},
		"pieces without the end of the answer":  {hasNoEnd, hasNoEnd, hasNoEnd},
		"one among them, and the file is whole": {hasNoEnd, isWhole},
	} {
		t.Run(name, func(t *testing.T) {
			downloading(t, func(b *bench) {
				key, content := b.stored(3 << 20)
				b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: &odd{Fake: b.fake, whole: content, answers: answers}, Limits: limits})
				var received atomic.Int64
				path, err := b.engine.Download(context.Background(), transfer.Download{
					Target: "here", FileKey: key, Path: filepath.Join(b.dir, "to", "f"), Received: &received,
				})
				if got, _ := os.ReadFile(path); err != nil || string(got) != content {
					b.Errorf("%d of %d bytes, %v", len(got), len(content), err)
				}
				if n := received.Load(); n != 3<<20 {
					b.Errorf("%d bytes counted", n)
				}
			})
		})
	}
}

// TestAnAnswerOfAnotherLengthIsNotTheFile where nothing has shown that the server
// knows ranges: it is the size of its file that it tells.
func TestAnAnswerOfAnotherLengthIsNotTheFile(t *testing.T) {
	downloading(t, func(b *bench) {
		key, content := b.stored(3 << 20)
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Bucket: &odd{Fake: b.fake, whole: content, answers: []func(*odd, *api.Content){isShort}}, Limits: limits})
		if path, err := b.download(key, "f"); !errors.Is(err, transfer.ErrWrongSize) {
			b.Errorf("saved as %q, %v", path, err)
		}
	})
}

// TestOneOddAnswerKeepsThePiecesOfAnEarlierRun: a gateway's notice in place of the first
// answer, to the question for the size or for a piece, passes.
func TestOneOddAnswerKeepsThePiecesOfAnEarlierRun(t *testing.T) {
	for name, answers := range map[string][]func(*odd, *api.Content){
		"for the size": {isShort, isShort},
		"for a piece":  {asItIs, isShort, isShort},
	} {
		t.Run(name, func(t *testing.T) {
			resuming(t, func(b *bench) {
				_, content, d := b.interruptedDownload()
				b.restart()
				gate := &notices{&odd{Fake: b.fake, whole: content, answers: answers}}
				b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: gate, Limits: limits})
				d.Received = new(atomic.Int64)
				path, err := b.engine.Download(context.Background(), d)
				if got, _ := os.ReadFile(path); err != nil || path != d.Path || string(got) != content {
					b.Errorf("%d of %d bytes in %q, %v", len(got), len(content), path, err)
				}
				if n := d.Received.Load(); n != 28<<20 {
					b.Errorf("%d bytes counted", n)
				}
			})
		})
	}
}

// TestALinkThatShowsAnotherFileIsNotAskedForEver: a range tells whose size it is, also
// where pieces of an earlier run are there.
func TestALinkThatShowsAnotherFileIsNotAskedForEver(t *testing.T) {
	resuming(t, func(b *bench) {
		_, _, d := b.interruptedDownload()
		b.restart()
		isAnother := func(_ *odd, c *api.Content) { c.Total++ }
		gate := &notices{&odd{Fake: b.fake, answers: []func(*odd, *api.Content){isAnother, isAnother}}}
		b.engine.Connect(transfer.Target{ID: "here", Session: "s1", Storage: "s1", Bucket: gate, Limits: limits})
		if path, err := b.engine.Download(context.Background(), d); !errors.Is(err, transfer.ErrWrongSize) {
			b.Errorf("saved as %q, %v", path, err)
		}
	})
}

// notices is odd to the question for the size too.
type notices struct{ *odd }

func (n *notices) LinkSize(ctx context.Context, link string) (int64, error) {
	c, err := n.Fetch(ctx, link, 0, 0)
	if err != nil {
		return 0, err
	}
	return c.Total, c.Close()
}
