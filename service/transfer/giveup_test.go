package transfer_test

import (
	"context"
	"errors"
	"testing"

	"quicksync.me/desktop/service/transfer"
)

// TestADownloadThatIsGivenUpLeavesNothing: neither a piece nor something to go
// on with at the next start.
func TestADownloadThatIsGivenUpLeavesNothing(t *testing.T) {
	for name, when := range map[string]string{"on its way": "fetch", "before it goes on": "stat"} {
		t.Run(name, func(t *testing.T) {
			resuming(t, func(b *bench) {
				_, _, d := b.interruptedDownload()
				b.restart()
				ctx, cancel := context.WithCancelCause(context.Background())
				b.fake.SetBefore(func(op string) error {
					if op == when {
						cancel(transfer.ErrGivenUp)
						return broken
					}
					return nil
				})
				if _, err := b.engine.Download(ctx, d); !errors.Is(err, transfer.ErrGivenUp) {
					b.Fatalf("ended with %v", err)
				}
				b.fake.SetBefore(nil)
				if names := b.folder(); len(names) != 0 {
					b.Errorf("in the folder: %v", names)
				}
				b.restart()
				if left := b.engine.LeftDownloads("here"); len(left) != 0 {
					b.Errorf("still left: %+v", left)
				}
			})
		})
	}
}
