package transfer

import (
	"context"
	"os"
	"sync/atomic"
)

// Unreadable counts the pieces that are there once a file was taken up of which
// nothing can be read.
func Unreadable(path string, tags ...string) (int, error) {
	part, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer part.Close()
	f := &fetch{part: part, want: Download{Received: new(atomic.Int64)}}
	f.plan = Plan{Size: int64(len(tags)), PartSize: 1, Parts: len(tags)}
	f.pieces.tags = tags
	err = f.verify(context.Background())
	return len(f.pieces.there()), err
}
