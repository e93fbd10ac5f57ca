package transfer

import (
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// Limits are what a server takes as parts, in bytes.
type Limits struct {
	// Step divides the size of every part but the last.
	Step int64
	// MinPart and MaxPart bound the size of every part but the last.
	MinPart, MaxPart int64
	// MaxParts bounds the parts of one file.
	MaxParts int
}

// Hosted are the limits of the hosted service. Its server refuses a body over
// 30,000,000 bytes; the rest is our choice, as docs/api.md tells.
var Hosted = Limits{Step: 256 << 10, MinPart: 5 << 20, MaxPart: 29_884_416, MaxParts: 10_000}

// Node are the limits of a QuickSync node of ours.
var Node = Limits{Step: 256 << 10, MinPart: 256 << 10, MaxPart: 29_884_416, MaxParts: 10_000}

// Of what size parts are depends on the line that they go over.
const (
	// partTime is how long a part is on its way over its connection, in seconds,
	// where that is known: long beside a call's own time, short enough that
	// little is sent again and that the last ones are not waited for.
	partTime = 2.5
	// fewestParts is how many parts a file is cut into at least, if they may be
	// so small: enough for every connection that there may be.
	fewestParts = 128
	// leastPart is the smallest part but for a tail over a line that is near or
	// fast, in bytes: below it the calls count more than what they carry.
	leastPart = 1 << 20
	// far is from what round trip on a line is taken for one that may lose
	// packets while nothing is known of it: its parts are cut smaller, to
	// leastFar bytes and farParts a file.
	far, leastFar, farParts = 10 * time.Millisecond, 512 << 10, 1024
)

// The tail is what is sent last. In smaller parts all connections end with it
// at about the same time, and none is waited for while the others idle.
const (
	// tailTime is how long the tail keeps the line busy, in seconds, and
	// tailPartTime how long one of its parts is on its way.
	tailTime, tailPartTime = 1.5, 0.5
	// maxTail bounds the tail, in bytes; where no rate is known it is that long.
	maxTail = 16 << 20
	// tailShare is how much of a file its tail is at most: a quarter.
	tailShare = 4
	// smallerBy is by how much its parts must be smaller to be worth it.
	smallerBy = 2
)

// A Plan says how a file is cut into parts. It is frozen when its upload is
// begun.
type Plan struct {
	// Size of the file and of every part but those of the tail, in bytes.
	Size, PartSize int64
	// Parts is at least 1: an empty file is one empty part.
	Parts int
	// Tail is how many of the parts, the last ones, are TailSize bytes long. The
	// last part of all is what is left.
	Tail     int
	TailSize int64
}

// MaxSize is the largest file that fits, in bytes.
func (l Limits) MaxSize() int64 { return l.MaxPart * int64(l.MaxParts) }

// Plan cuts a file of size bytes for a line. It reports false for a file over
// MaxSize.
func (l Limits) Plan(size int64, line flow.Line) (Plan, bool) {
	if size < 0 || size > l.MaxSize() {
		return Plan{}, false
	}
	p := Plan{Size: size, PartSize: l.partSize(size, line)}
	p.Parts = int(max(1, ceilDiv(size, p.PartSize)))
	l.addTail(&p, line)
	return p, true
}

// partSize is the size of most parts.
func (l Limits) partSize(size int64, line flow.Line) int64 {
	part := max(leastPart, size/fewestParts)
	switch {
	case line.Rate > 0: // leaving enough of them to be sent side by side
		part = max(leastFar, min(int64(perConnection(line)*partTime), 2*part))
	case line.Trip >= far:
		part = max(leastFar, size/farParts)
	}
	part = max(part, ceilDiv(size, int64(l.MaxParts)))
	return l.step(part)
}

// step is the next size that a server takes.
func (l Limits) step(size int64) int64 {
	return min(max(ceilDiv(size, l.Step)*l.Step, l.MinPart), l.MaxPart)
}

// perConnection is the rate of one connection, in bytes a second.
func perConnection(line flow.Line) float64 { return line.Rate / float64(max(line.Width, 1)) }

// addTail cuts the last parts smaller, where the server takes such and the
// number of parts allows it.
func (l Limits) addTail(p *Plan, line flow.Line) {
	length, small := int64(maxTail), l.MinPart
	if line.Rate > 0 {
		length = min(length, int64(line.Rate*tailTime))
		small = l.step(int64(perConnection(line) * tailPartTime))
	}
	whole := p.Parts - int(min(length, p.Size/tailShare)/p.PartSize)
	tail := int(ceilDiv(p.Size-int64(whole)*p.PartSize, small))
	if whole == p.Parts || p.PartSize < smallerBy*small || whole+tail > l.MaxParts {
		return
	}
	p.Parts, p.Tail, p.TailSize = whole+tail, tail, small
}

// Part returns where part number (from 1) begins and how long it is, in bytes.
func (p Plan) Part(number int) (offset, length int64) {
	size, before := p.PartSize, min(number-1, p.Parts-p.Tail)
	offset = int64(before) * size
	if number > p.Parts-p.Tail {
		size = p.TailSize
		offset += int64(number-1-before) * size
	}
	return offset, min(size, p.Size-offset)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
