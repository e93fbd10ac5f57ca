package transfer_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/transfer"
)

// tried makes a call beside others that work, and returns how often it was made
// until it worked, was given up, or an hour had passed.
func tried(t *testing.T, call func(begun time.Time, tries int) error) (tries int, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		p, begun := new(transfer.Pace), time.Now()
		var others sync.WaitGroup
		others.Go(func() {
			for ctx.Err() == nil {
				_ = p.Try(ctx, func() error { return nil })
				time.Sleep(50 * time.Millisecond)
			}
		})
		defer others.Wait()
		defer cancel()
		err = p.Try(ctx, func() error {
			tries++
			return call(begun, tries)
		})
	})
	return tries, err
}

// TestWhatFailsAloneIsTriedMoreRarely: that others work does not make the server
// any readier for the call that fails.
func TestWhatFailsAloneIsTriedMoreRarely(t *testing.T) {
	tries, err := tried(t, func(time.Time, int) error { return broken })
	if most := 600; tries > most || tries < 60 {
		t.Errorf("tried %d times within an hour, which ended with %v", tries, err)
	}
}

// TestAServerThatNeedsTimeGetsIt: a file that is shown as finished only after some
// seconds does not fail because others are on their way.
func TestAServerThatNeedsTimeGetsIt(t *testing.T) {
	tries, err := tried(t, func(begun time.Time, _ int) error {
		if time.Since(begun) < 5*time.Second {
			return inside
		}
		return nil
	})
	if err != nil {
		t.Errorf("given up after %d tries: %v", tries, err)
	}
}

// inside is a failure inside the server.
var inside = &api.Error{Op: "any", Kind: api.ErrServer, Status: 502}

// TestAnOutageEndsWithAnError: a gateway that says once that what is behind it is
// not there yet is no server that fails again and again.
func TestAnOutageEndsWithAnError(t *testing.T) {
	tries, err := 0, error(nil)
	synctest.Test(t, func(t *testing.T) {
		err = new(transfer.Pace).Try(t.Context(), func() error {
			switch tries++; {
			case tries <= 20:
				return broken
			case tries <= 25:
				return inside
			}
			return nil
		})
	})
	if err != nil {
		t.Errorf("given up after %d tries: %v", tries, err)
	}
}

// TestAnErrorMaySayWhenToComeBack: Retry-After holds with any of them.
func TestAnErrorMaySayWhenToComeBack(t *testing.T) {
	asks := *inside
	asks.RetryAfter = 30 * time.Second
	var came time.Duration
	tries, err := tried(t, func(begun time.Time, tries int) error {
		came = time.Since(begun)
		if tries == 1 {
			return &asks
		}
		return nil
	})
	if err != nil || tries != 2 || came < asks.RetryAfter {
		t.Errorf("tried %d times, the last after %v: %v", tries, came, err)
	}
}
