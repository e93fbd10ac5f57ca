//go:build e2e && linux

package harness

import (
	"context"
	"fmt"
	"time"
)

// glance is the time between two looks at something that sends no event.
const glance = 20 * time.Millisecond

// Until looks again and again until seen answers true. Its error names what was
// waited for, wraps the context's error, and holds the last error of seen.
func Until(ctx context.Context, what string, seen func() (bool, error)) error {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		ok, err := seen()
		if ok && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return waited(ctx, what, err)
		case <-tick.C:
		}
	}
}

func waited(ctx context.Context, what string, last error) error {
	if last != nil {
		return fmt.Errorf("waiting for %s: %w (last seen: %v)", what, ctx.Err(), last)
	}
	return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
}
