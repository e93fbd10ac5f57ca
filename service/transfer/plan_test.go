package transfer_test

import (
	"testing"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
)

// TestPlanCoversTheFile checks what must hold of the plan of any file: its
// parts follow each other from the first byte to the last, none is over the
// limit, and all but the last are of sizes that the server takes, never larger
// than the ones before.
func TestPlanCoversTheFile(t *testing.T) {
	for name, limits := range map[string]transfer.Limits{"hosted": transfer.Hosted, "node": transfer.Node} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				checkPlan(t, limits, sizes(limits).Draw(t, "size"), rates.Draw(t, "rate"))
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

// rates of lines, in bytes a second; 0 is not known.
var rates = rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1, 1e11))

func checkPlan(t *rapid.T, l transfer.Limits, size int64, rate float64) {
	p, ok := l.Plan(size, rate)
	if !ok {
		t.Fatalf("no plan for %d bytes", size)
	}
	if p.Parts < 1 || p.Parts > l.MaxParts {
		t.Fatalf("%d parts", p.Parts)
	}
	next, before := int64(0), l.MaxPart
	for n := 1; n <= p.Parts; n++ {
		offset, length := p.Part(n)
		last := n == p.Parts
		switch {
		case offset != next:
			t.Fatalf("part %d begins at %d, the one before ends at %d", n, offset, next)
		case length < 0, length > l.MaxPart, length == 0 && size > 0:
			t.Fatalf("part %d has %d bytes", n, length)
		case !last && (length%l.Step != 0 || length < l.MinPart || length > before):
			t.Fatalf("part %d of %d has %d bytes", n, p.Parts, length)
		}
		next, before = next+length, length
	}
	if next != size {
		t.Fatalf("the parts end at %d of %d", next, size)
	}
}

func TestPlanRefusesWhatDoesNotFit(t *testing.T) {
	for _, size := range []int64{-1, transfer.Hosted.MaxSize() + 1, 1 << 62} {
		if p, ok := transfer.Hosted.Plan(size, 0); ok {
			t.Errorf("%d bytes have the plan %+v", size, p)
		}
	}
}

// TestPlansOfLines shows what the rules come to.
func TestPlansOfLines(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		what   string
		limits transfer.Limits
		size   int64
		rate   float64
		want   transfer.Plan
	}{
		{"an empty file", transfer.Node, 0, 0, transfer.Plan{PartSize: mib, Parts: 1}},
		{"a small file goes at once", transfer.Node, 1 << 16, 0, transfer.Plan{Size: 1 << 16, PartSize: mib, Parts: 1}},
		{"a tail of small parts", transfer.Node, 200 * mib, 0, transfer.Plan{Size: 200 * mib, PartSize: 1792 << 10, Parts: 106 + 58, Tail: 58, TailSize: 256 << 10}},
		{"no small parts for the hosted service", transfer.Hosted, 200 * mib, 0, transfer.Plan{Size: 200 * mib, PartSize: 5 * mib, Parts: 40}},
		{"a slow line", transfer.Node, 200 * mib, 1e6, transfer.Plan{Size: 200 * mib, PartSize: mib, Parts: 199 + 4, Tail: 4, TailSize: 256 << 10}},
		{"a fast line needs no tail", transfer.Node, 1024 * mib, 1e9, transfer.Plan{Size: 1024 * mib, PartSize: 16 * mib, Parts: 64}},
	} {
		if got, ok := c.limits.Plan(c.size, c.rate); !ok || got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
	}
}
