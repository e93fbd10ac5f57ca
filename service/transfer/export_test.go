package transfer

import "context"

// Fill reads what comes soon.
var Fill = fill

// DownloadLimits cut a download into pieces.
var DownloadLimits = downloadLimits

// Pace is the backoff that all calls to a server share.
type Pace struct{ pace }

// Try makes a call until it works or is refused for good.
func (p *Pace) Try(ctx context.Context, call func() error) error { return p.try(ctx, 0, call) }

// Left counts what earlier runs have left for a target.
func (e *Engine) Left(targetID string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.leftFor(targetID); l != nil {
		for _, u := range l.order {
			if !u.taken {
				n++
			}
		}
	}
	return n
}
