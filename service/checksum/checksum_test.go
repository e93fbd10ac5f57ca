package checksum_test

import (
	"hash/crc32"
	"testing"

	"quicksync.me/desktop/service/checksum"
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
		for _, polynomial := range []uint32{crc32.IEEE, crc32.Castagnoli} {
			table := crc32.MakeTable(polynomial)
			got := checksum.Combine(polynomial, crc32.Checksum(first, table), crc32.Checksum(second, table), int64(len(second)))
			if want := crc32.Checksum(data, table); got != want {
				t.Errorf("%d and %d bytes: %08x, want %08x", len(first), len(second), got, want)
			}
		}
	})
}

// Zeros without end are the same by halves: that reaches lengths that no test
// can read.
func TestCombineReachesAnyLength(t *testing.T) {
	combine := func(first, second uint32, length int64) uint32 {
		return checksum.Combine(crc32.IEEE, first, second, length)
	}
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
