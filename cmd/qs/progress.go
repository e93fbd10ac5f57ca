package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"

	"quicksync.me/desktop/service/transfer"
)

// often is how often the line of progress changes: four times a second can
// still be read.
const often = 250 * time.Millisecond

// progress is one line on standard error that is written over and over, where
// that is a terminal; elsewhere it is nothing.
type progress struct {
	w        io.Writer
	terminal bool
	length   int // of the line that is there, in letters
	last     time.Time
	meter    transfer.Meter
	ended    int64
}

func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	if !ok {
		return &progress{}
	}
	info, err := f.Stat()
	return &progress{w: w, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// count adds a file that has ended, in bytes.
func (p *progress) count(size int64) { p.ended += size }

// show writes the line anew, if it is time.
func (p *progress) show(e *transfer.Engine, ended int) {
	now := time.Now()
	if !p.terminal || now.Sub(p.last) < often {
		return
	}
	p.last = now
	files, size, sent := e.Remaining()
	p.write(now, fmt.Sprintf("%d of %s · ", ended, english.Plural(ended+files, "file", "")), p.ended+sent, p.ended+size)
}

// write writes the line: how much of how much is done, how fast, and how long
// it takes. A total that nobody told is negative.
func (p *progress) write(now time.Time, line string, done, total int64) {
	p.meter.Update(now, done)
	line += bytes(done)
	if total >= 0 {
		line += " of " + bytes(total)
	}
	line += " · " + bytes(int64(p.meter.Rate())) + "/s"
	if left := p.meter.Left(total - done); total >= 0 && left >= 0 {
		line += " · " + left.Round(time.Second).String() + " left"
	}
	p.put(line)
}

// put writes a line over the one that is there. Spaces cover what that has more: what
// takes a line away by itself is not understood by every terminal of Windows.
func (p *progress) put(line string) {
	length := utf8.RuneCountInString(line)
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(p.length-length, 0)))
	p.length = length
}

// follow writes the line of a download, until it is told to hide it.
func (p *progress) follow(received *atomic.Int64, total int64) (hide func()) {
	if !p.terminal {
		return func() {}
	}
	over := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(often)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case now := <-tick.C:
				p.write(now, "", received.Load(), total)
			}
		}
	})
	return func() {
		close(over)
		group.Wait()
		p.clear()
	}
}

// clear takes the line away, so that another can be written in its place.
func (p *progress) clear() {
	if p.length > 0 {
		p.put("")
		fmt.Fprint(p.w, "\r")
	}
}

func bytes(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }
