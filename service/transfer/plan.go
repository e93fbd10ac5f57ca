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

// usualPart is the part size of most files, in bytes: small enough to follow
// progress and to repeat, large enough that the calls do not count.
const usualPart = 8 << 20

// usualParts is how many parts a larger file is cut into while its parts may
// still grow.
const usualParts = 256

// A Plan says how a file is cut into parts. It is frozen when its upload is
// begun.
type Plan struct {
	// Size of the file and of every part but the last, in bytes.
	Size, PartSize int64
	// Parts is at least 1: an empty file is one empty part.
	Parts int
}

// MaxSize is the largest file that fits, in bytes.
func (l Limits) MaxSize() int64 { return l.MaxPart * int64(l.MaxParts) }

// Plan cuts a file of size bytes. It reports false for a file over MaxSize.
func (l Limits) Plan(size int64) (Plan, bool) {
	if size < 0 || size > l.MaxSize() {
		return Plan{}, false
	}
	part := max(usualPart, size/usualParts, ceilDiv(size, int64(l.MaxParts)))
	part = ceilDiv(part, l.Step) * l.Step
	part = min(max(part, l.MinPart), l.MaxPart)
	return Plan{Size: size, PartSize: part, Parts: int(max(1, ceilDiv(size, part)))}, true
}

// Part returns where part number (from 1) begins and how long it is, in bytes.
func (p Plan) Part(number int) (offset, length int64) {
	offset = int64(number-1) * p.PartSize
	return offset, min(p.PartSize, p.Size-offset)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
