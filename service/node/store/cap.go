package store

import "io"

// cappedReader reads at most so many bytes, and fails with a given error when
// there are more: unlike io.LimitedReader it never mistakes too much for
// enough.
type cappedReader struct {
	r    io.Reader
	left int64
	over error
}

// Read reads within the cap; at its end it looks whether the source has ended
// as well.
func (c *cappedReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.left <= 0 {
		var probe [1]byte
		n, err := c.r.Read(probe[:])
		if n > 0 {
			return 0, c.over
		}
		return 0, err
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
