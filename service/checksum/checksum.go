// Package checksum makes one CRC-32 of those of two pieces, so that the pieces
// can be read in any order and each only once.
package checksum

// A checksum is what is left of the data, a polynomial over GF(2), after the
// division by another one; the highest bit is that of x to the power of 0. Data
// that n bytes follow counts as multiplied by x to the power of 8n, so the
// checksum of two pieces is the first one's times that power, plus the
// second's. Adding is exclusive or; what every checksum is inverted with before
// and after cancels out.

// Combine returns the checksum of two pieces, of the first one's checksum, the
// second's, and the second's length in bytes. The polynomial is one of those of
// hash/crc32, such as crc32.IEEE.
func Combine(polynomial, first, second uint32, length int64) uint32 {
	return multiply(polynomial, first, power(polynomial, length)) ^ second
}

// power returns x to the power of 8n.
func power(polynomial uint32, n int64) uint32 {
	p, square := uint32(1)<<31, uint32(1)<<23
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			p = multiply(polynomial, p, square)
		}
		square = multiply(polynomial, square, square)
	}
	return p
}

// multiply multiplies two polynomials, and keeps what is left after the
// division.
func multiply(polynomial, a, b uint32) uint32 {
	var product uint32
	for bit := uint32(1) << 31; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ polynomial
		} else {
			b >>= 1
		}
	}
	return product
}
