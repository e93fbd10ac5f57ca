package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"

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
	visible  bool
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
	p.meter.Update(now, p.ended+sent)
	line := fmt.Sprintf("%d of %d files · %s of %s · %s/s", ended, ended+files,
		bytes(p.ended+sent), bytes(p.ended+size), bytes(int64(p.meter.Rate())))
	if left := p.meter.Left(size - sent); left >= 0 {
		line += " · " + left.Round(time.Second).String() + " left"
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	p.visible = true
}

// clear takes the line away, so that another can be written in its place.
func (p *progress) clear() {
	if p.visible {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.visible = false
	}
}

func bytes(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }
