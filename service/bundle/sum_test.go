package bundle

import (
	"bytes"
	"hash/crc32"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

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
