package transfer_test

import (
	"testing"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
)

// TestPlanCoversTheFile checks what must hold of the plan of any file: its
// parts follow each other from the first byte to the last, none is over the
// limit, and all but the last are of one size that the server takes.
func TestPlanCoversTheFile(t *testing.T) {
	for name, limits := range map[string]transfer.Limits{"hosted": transfer.Hosted, "node": transfer.Node} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				checkPlan(t, limits, sizes(limits).Draw(t, "size"))
			})
		})
	}
}

// sizes prefers the edges, where plans go wrong.
func sizes(l transfer.Limits) *rapid.Generator[int64] {
	edges := rapid.SampledFrom([]int64{0, 1, l.Step, l.MinPart, l.MaxPart, 8 << 20, 2 << 30, 8 << 30, l.MaxSize()})
	near := rapid.Custom(func(t *rapid.T) int64 {
		return min(max(0, edges.Draw(t, "edge")+rapid.Int64Range(-2, 2).Draw(t, "near")), l.MaxSize())
	})
	return rapid.OneOf(near, rapid.Int64Range(0, l.MaxSize()))
}

func checkPlan(t *rapid.T, l transfer.Limits, size int64) {
	p, ok := l.Plan(size)
	if !ok {
		t.Fatalf("no plan for %d bytes", size)
	}
	if p.Parts < 1 || p.Parts > l.MaxParts {
		t.Fatalf("%d parts", p.Parts)
	}
	var next int64
	for n := 1; n <= p.Parts; n++ {
		offset, length := p.Part(n)
		last := n == p.Parts
		switch {
		case offset != next:
			t.Fatalf("part %d begins at %d, the one before ends at %d", n, offset, next)
		case length < 0, length > l.MaxPart, length == 0 && size > 0:
			t.Fatalf("part %d has %d bytes", n, length)
		case !last && (length%l.Step != 0 || length < l.MinPart || length != p.PartSize):
			t.Fatalf("part %d of %d has %d bytes", n, p.Parts, length)
		}
		next += length
	}
	if next != size {
		t.Fatalf("the parts end at %d of %d", next, size)
	}
}

func TestPlanRefusesWhatDoesNotFit(t *testing.T) {
	for _, size := range []int64{-1, transfer.Hosted.MaxSize() + 1, 1 << 62} {
		if p, ok := transfer.Hosted.Plan(size); ok {
			t.Errorf("%d bytes have the plan %+v", size, p)
		}
	}
}
