package awake

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// system counts how often it was asked, and by how much it is held.
type system struct {
	asked, held atomic.Int32
	refuses     bool
	why         string
}

func (s *system) hold(_ context.Context, why string) (func(), error) {
	s.asked.Add(1)
	s.why = why
	if s.refuses {
		return nil, errors.New("not today")
	}
	s.held.Add(1)
	return func() { s.held.Add(-1) }, nil
}

func (s *system) want(t *testing.T, asked, held int32) {
	t.Helper()
	synctest.Wait()
	if s.asked.Load() != asked || s.held.Load() != held {
		t.Errorf("asked %d times and held %d times, want %d and %d", s.asked.Load(), s.held.Load(), asked, held)
	}
}

// TestKeep: from the first byte to a while after the last, and again later.
func TestKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{}
		k := keep(Config{}, s.hold)
		s.want(t, 0, 0)
		k.Keep(false, "")
		s.want(t, 0, 0)
		k.Keep(true, "sending")
		k.Keep(true, "sending")
		s.want(t, 1, 1)
		if s.why != "sending" {
			t.Errorf("the reason is %q", s.why)
		}
		time.Sleep(time.Hour)
		s.want(t, 1, 1)
		k.Keep(false, "")
		time.Sleep(linger / 2) // from one file to the next
		k.Keep(true, "sending")
		time.Sleep(linger)
		s.want(t, 1, 1)
		k.Keep(false, "")
		time.Sleep(linger - time.Second)
		s.want(t, 1, 1)
		time.Sleep(time.Second)
		s.want(t, 1, 0)
		k.Keep(true, "again")
		s.want(t, 2, 1)
		k.Close()
		s.want(t, 2, 0)
	})
}

// TestRefused is asked again only by the next wish.
func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &system{refuses: true}
		k := keep(Config{}, s.hold)
		defer k.Close()
		k.Keep(true, "sending")
		time.Sleep(time.Hour)
		k.Keep(true, "sending")
		s.want(t, 1, 0)
		k.Keep(false, "")
		synctest.Wait()
		s.refuses = false
		k.Keep(true, "sending")
		s.want(t, 2, 1)
	})
}
