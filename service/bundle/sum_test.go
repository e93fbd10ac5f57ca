package bundle

import (
	"bytes"
	"hash/crc32"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func FuzzCombine(f *testing.F) {
	for _, data := range []string{"", "a", "123456789", "\x00\x00\x00\x00", string(make([]byte, 70_000))} {
		for _, at := range []uint{0, 1, 4, 65_536} {
			f.Add([]byte(data), at)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint) {
		at %= uint(len(data) + 1)
		first, second := data[:at], data[at:]
		got := combine(crc32.ChecksumIEEE(first), crc32.ChecksumIEEE(second), int64(len(second)))
		if want := crc32.ChecksumIEEE(data); got != want {
			t.Errorf("%d and %d bytes: %08x, want %08x", len(first), len(second), got, want)
		}
	})
}

// Zeros without end are the same by halves: that reaches lengths that no test
// can read.
func TestCombineReachesAnyLength(t *testing.T) {
	block := crc32.ChecksumIEEE(make([]byte, 1<<20))
	byDoubling, length := block, int64(1<<20)
	for range 20 {
		byDoubling = combine(byDoubling, byDoubling, length)
		length *= 2
	}
	inSteps := block
	for at := int64(1 << 20); at < length; at *= 2 {
		inSteps = combine(inSteps, inSteps, at)
	}
	left, right := length/3, length-length/3
	zeros := func(n int64) uint32 { return combine(0xFFFFFFFF, 0, n) ^ 0xFFFFFFFF }
	if byDoubling != inSteps || combine(zeros(left), zeros(right), right) != byDoubling {
		t.Errorf("%d zeros: %08x, %08x", length, byDoubling, combine(zeros(left), zeros(right), right))
	}
}

func TestPiecesInAnyOrderAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "data")
		var s sum
		for range rapid.IntRange(0, 30).Draw(t, "reads") {
			from := rapid.IntRange(0, len(data)-1).Draw(t, "from")
			to := rapid.IntRange(from, len(data)).Draw(t, "to")
			s.add(int64(from), data[from:to])
		}
		for i, p := range s.pieces {
			if p.crc != crc32.ChecksumIEEE(data[p.from:p.to]) || i > 0 && s.pieces[i-1].to >= p.from {
				t.Fatalf("piece %d of %v is wrong", i, s.pieces)
			}
		}
		size := int64(len(data))
		for from, to := s.gap(size); from < size; from, to = s.gap(size) {
			if _, ok := s.whole(size); ok || from >= to {
				t.Fatalf("it is whole without [%d, %d)", from, to)
			}
			s.add(from, data[from:to])
		}
		if crc, ok := s.whole(size); !ok || crc != crc32.ChecksumIEEE(data) {
			t.Fatalf("%08x, %v", crc, ok)
		}
	})
}

func TestPiecesAreAddedByManyAtOnce(t *testing.T) {
	data := bytes.Repeat([]byte("all of it, in pieces; "), 5000)
	var s sum
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for at := worker * 100; at < len(data); at += 500 {
				s.add(int64(at), data[at:min(at+700, len(data))])
			}
		})
	}
	group.Wait()
	if crc, ok := s.whole(int64(len(data))); !ok || crc != crc32.ChecksumIEEE(data) {
		t.Errorf("%08x, %v", crc, ok)
	}
}

func TestPiecesAreBounded(t *testing.T) {
	data := make([]byte, 4*maxPieces)
	var s sum
	for at := len(data) - 1; at > 0; at -= 2 {
		s.add(int64(at), data[at:at+1])
	}
	if len(s.pieces) != maxPieces {
		t.Fatalf("%d pieces", len(s.pieces))
	}
	s.add(0, data)
	if crc, ok := s.whole(int64(len(data))); !ok || crc != crc32.ChecksumIEEE(data) {
		t.Errorf("%08x, %v, %d pieces", crc, ok, len(s.pieces))
	}
}
