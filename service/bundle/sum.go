package bundle

import (
	"hash/crc32"
	"slices"
	"sort"
	"sync"

	"quicksync.me/desktop/service/checksum"
)

// maxPieces bounds what is remembered of one member that is read in no order
// at all. It is far above what parts that are sent in turn leave behind; what
// is not remembered will be read once more.
const maxPieces = 4096

// sum is the CRC-32 of a member, put together of pieces that are read in any
// order. Each byte counts once, however often it is read.
type sum struct {
	mu sync.Mutex
	// pieces are sorted, and no two of them touch.
	pieces []piece
}

// piece is the CRC-32 of a member's bytes [from, to).
type piece struct {
	from, to int64
	crc      uint32
}

// add takes in bytes that were read.
func (s *sum) add(from int64, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(data) > 0 {
		n := s.addSome(from, data)
		if n == 0 {
			return
		}
		from += n
		data = data[n:]
	}
}

// addSome takes in the first of the bytes, up to where it changes whether they
// are known. It returns how many, 0 if there is no room for another piece.
// Bytes that follow a piece go on with its checksum; only where two pieces have
// met must checksums be combined.
func (s *sum) addSome(from int64, data []byte) int64 {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].to >= from })
	if i < len(s.pieces) && s.pieces[i].from <= from && from < s.pieces[i].to {
		return min(s.pieces[i].to-from, int64(len(data)))
	}
	follows := i < len(s.pieces) && s.pieces[i].to == from
	if !follows && from > 0 && len(s.pieces) >= maxPieces {
		return 0
	}
	if !follows {
		s.pieces = slices.Insert(s.pieces, i, piece{from: from, to: from})
	}
	n := int64(len(data))
	if i+1 < len(s.pieces) {
		n = min(n, s.pieces[i+1].from-from)
	}
	p := &s.pieces[i]
	p.crc = crc32.Update(p.crc, crc32.IEEETable, data[:n])
	p.to += n
	s.join(i)
	return n
}

// join makes one of a piece and the next where they touch.
func (s *sum) join(i int) {
	if i+1 == len(s.pieces) || s.pieces[i].to < s.pieces[i+1].from {
		return
	}
	p, next := &s.pieces[i], s.pieces[i+1]
	p.crc = checksum.Combine(crc32.IEEE, p.crc, next.crc, next.to-next.from)
	p.to = next.to
	s.pieces = slices.Delete(s.pieces, i+1, i+2)
}

// gap returns the first bytes below end that are not known; from is end where
// there are none.
func (s *sum) gap(end int64) (from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.pieces
	if len(rest) > 0 && rest[0].from == 0 {
		from, rest = rest[0].to, rest[1:]
	}
	to = end
	if len(rest) > 0 {
		to = min(to, rest[0].from)
	}
	return min(from, end), to
}

// whole returns the checksum of a member of this size, if all of it is known.
func (s *sum) whole(size int64) (crc uint32, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size == 0 {
		return 0, true
	}
	if len(s.pieces) == 0 || s.pieces[0].from > 0 || s.pieces[0].to < size {
		return 0, false
	}
	return s.pieces[0].crc, true
}
