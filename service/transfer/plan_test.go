package transfer_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"quicksync.me/desktop/service/transfer"
	"quicksync.me/desktop/service/transfer/flow"
)

// TestPlanCoversTheFile checks what must hold of the plan of any file: its
// parts follow each other from the first byte to the last, none is over the
// limit, and all but the last are of sizes that the server takes, never larger
// than the ones before.
func TestPlanCoversTheFile(t *testing.T) {
	for name, limits := range map[string]transfer.Limits{"hosted": transfer.Hosted, "node": transfer.Node} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				checkPlan(t, limits, sizes(limits).Draw(t, "size"), someLine.Draw(t, "line"))
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

// someLine is any line, known or not.
var someLine = rapid.Custom(func(t *rapid.T) flow.Line {
	return flow.Line{
		Rate:  rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1, 1e11)).Draw(t, "rate"),
		Width: rapid.IntRange(0, flow.Widest).Draw(t, "width"),
		Trip:  time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "trip")),
	}
})

func checkPlan(t *rapid.T, l transfer.Limits, size int64, line flow.Line) {
	p, ok := l.Plan(size, line)
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
		if p, ok := transfer.Hosted.Plan(size, flow.Line{}); ok {
			t.Errorf("%d bytes have the plan %+v", size, p)
		}
	}
}

// TestPlansOfLines shows what the rules come to.
func TestPlansOfLines(t *testing.T) {
	const kib, mib = int64(1) << 10, int64(1) << 20
	near, away := flow.Line{Trip: time.Millisecond}, flow.Line{Trip: 80 * time.Millisecond}
	for _, c := range []struct {
		what   string
		limits transfer.Limits
		size   int64
		line   flow.Line
		want   transfer.Plan
	}{
		{"an empty file", transfer.Node, 0, near, transfer.Plan{PartSize: mib, Parts: 1}},
		{"a small file goes at once", transfer.Node, 64 * kib, near, transfer.Plan{Size: 64 * kib, PartSize: mib, Parts: 1}},
		{"near", transfer.Node, 200 * mib, near, transfer.Plan{Size: 200 * mib, PartSize: 1792 * kib, Parts: 106 + 58, Tail: 58, TailSize: 256 * kib}},
		{"far away", transfer.Node, 200 * mib, away, transfer.Plan{Size: 200 * mib, PartSize: 512 * kib, Parts: 368 + 64, Tail: 64, TailSize: 256 * kib}},
		{"no small parts for the hosted service", transfer.Hosted, 200 * mib, away, transfer.Plan{Size: 200 * mib, PartSize: 5 * mib, Parts: 40}},
		{"many slow connections", transfer.Node, 200 * mib, flow.Line{Rate: 12e6, Width: 64}, transfer.Plan{Size: 200 * mib, PartSize: 512 * kib, Parts: 368 + 64, Tail: 64, TailSize: 256 * kib}},
		{"few fast ones need no tail", transfer.Node, 1024 * mib, flow.Line{Rate: 1e9, Width: 4}, transfer.Plan{Size: 1024 * mib, PartSize: 16 * mib, Parts: 64}},
	} {
		if got, ok := c.limits.Plan(c.size, c.line); !ok || got != c.want {
			t.Errorf("%s: %+v, want %+v", c.what, got, c.want)
		}
	}
}

// TestASlowDiskIsNoWay: how long this computer's own server takes for its answers says
// nothing of how far it is.
func TestASlowDiskIsNoWay(t *testing.T) {
	for here, line := range map[bool]flow.Line{true: {}, false: {Trip: 50 * time.Millisecond}} {
		want, _ := transfer.Node.Plan(3<<20, line)
		inBubble(t, transfer.Config{}, func(b *bench) {
			b.engine.Connect(transfer.Target{
				ID: "here", Session: "s1", Storage: "s1", Bucket: b.fake, Limits: transfer.Node, Here: here, Trip: 50 * time.Millisecond,
				Seal: func(name string) (string, error) { return name, nil },
			})
			b.fake.SetBefore(slowly("begin", 50*time.Millisecond))
			for _, name := range []string{"first", "then"} {
				before := b.fake.Calls("part")
				path := b.file(name, 3<<20)
				b.arrived(b.add(path)[0], path)
				if n := b.fake.Calls("part") - before; n != want.Parts {
					t.Errorf("here: %v, %s has %d parts, want %d", here, name, n, want.Parts)
				}
			}
		})
	}
}
