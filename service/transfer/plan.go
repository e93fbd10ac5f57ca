package transfer

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

const (
	// leastPart is the smallest part but for a tail, in bytes: below it the
	// calls count more than what they carry.
	leastPart = 1 << 20
	// fewestParts is how many parts a file is cut into at least, if they may be
	// so small: enough for every connection that there may be.
	fewestParts = 128
	// perPart is how much of a second a part keeps the whole line busy: with
	// eight connections it is on its way for four seconds.
	perPart = 0.5
)

// The tail is what is sent last. In smaller parts all connections end with it
// at about the same time, and none is waited for while the others idle.
const (
	// tailTime is how long the tail keeps the line busy, in seconds, and
	// perTailPart how long one of its parts does.
	tailTime, perTailPart = 1.5, 0.02
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

// Plan cuts a file of size bytes for a line that carries rate bytes a second; 0
// where that is not known. It reports false for a file over MaxSize.
func (l Limits) Plan(size int64, rate float64) (Plan, bool) {
	if size < 0 || size > l.MaxSize() {
		return Plan{}, false
	}
	p := Plan{Size: size, PartSize: l.partSize(size, rate)}
	p.Parts = int(max(1, ceilDiv(size, p.PartSize)))
	l.addTail(&p, rate)
	return p, true
}

// partSize is the size of most parts: with the rate of the line, but leaving
// enough of them to be sent side by side.
func (l Limits) partSize(size int64, rate float64) int64 {
	part := max(leastPart, size/fewestParts)
	if rate > 0 {
		part = max(leastPart, min(int64(rate*perPart), 2*part))
	}
	part = max(part, ceilDiv(size, int64(l.MaxParts)))
	return min(max(ceilDiv(part, l.Step)*l.Step, l.MinPart), l.MaxPart)
}

// addTail cuts the last parts smaller, where the server takes such and the
// number of parts allows it.
func (l Limits) addTail(p *Plan, rate float64) {
	length, small := int64(maxTail), l.MinPart
	if rate > 0 {
		length = min(length, int64(rate*tailTime))
		small = max(small, ceilDiv(int64(rate*perTailPart), l.Step)*l.Step)
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
