//go:build linux

package line

import (
	"bytes"
	"io"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// thin is a line that carries a packet of 1000 bytes in a millisecond.
var thin = Config{Rate: 8e6, RoundTrip: 100 * time.Millisecond, Seed: 1}

func TestRateDelayAndQueue(t *testing.T) {
	s := newShaper(thin, 0)
	now := time.Now()
	for i := range 100 {
		arrives, ok := s.admit(now, 1000)
		if want := now.Add(time.Duration(i+1)*time.Millisecond + 50*time.Millisecond); !ok || !arrives.Equal(want) {
			t.Fatalf("packet %d arrives after %v, want %v", i, arrives.Sub(now), want.Sub(now))
		}
	}
	if _, ok := s.admit(now, 1000); ok {
		t.Error("a packet was taken that is more than one bandwidth-delay product")
	}
	if _, ok := s.admit(now.Add(time.Millisecond), 1000); !ok {
		t.Error("a packet was dropped that the line had made room for")
	}
	later := now.Add(time.Minute)
	if arrives, _ := s.admit(later, 500); arrives.Sub(later) != 50*time.Millisecond+500*time.Microsecond {
		t.Errorf("on an idle line a packet takes %v", arrives.Sub(later))
	}
	if got, want := s.counted(), (Tally{Carried: 102, Overflowed: 1}); got != want {
		t.Errorf("it counts %+v, want %+v", got, want)
	}
}

func TestLoss(t *testing.T) {
	s := newShaper(thin, 0.01)
	now, lost := time.Now(), 0
	for range 100_000 {
		now = now.Add(time.Millisecond)
		if _, ok := s.admit(now, 1000); !ok {
			lost++
		}
	}
	if math.Abs(float64(lost)-1000) > 150 { // the seed is fixed: no chance is left
		t.Errorf("of 100,000 packets %d were lost", lost)
	}
	if got := s.counted(); got.Lost != lost || got.Overflowed != 0 {
		t.Errorf("it counts %+v", got)
	}
}

func TestCeiling(t *testing.T) {
	if got := (Config{Rate: 100e6}).Ceiling(); math.Abs(got-12.0667e6) > 1e3 {
		t.Errorf("100 Mbit/s carry %.0f bytes of payload a second", got)
	}
}

// source gives packets at once, and then ends.
type source struct{ packets [][]byte }

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if len(s.packets) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.packets[0])
	s.packets = s.packets[1:]
	return n, nil
}

// arrivals notes what arrives and when.
type arrivals struct {
	began time.Time
	at    []time.Duration
	data  []byte
}

// Write implements io.Writer.
func (a *arrivals) Write(p []byte) (int, error) {
	a.at = append(a.at, time.Since(a.began))
	a.data = append(a.data, p[0])
	return len(p), nil
}

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := &source{}
		for i := range 20 {
			in.packets = append(in.packets, bytes.Repeat([]byte{byte(i)}, 1000))
		}
		out := &arrivals{began: time.Now()}
		p := newPipe(in, out, newShaper(thin, 0))
		go p.take()
		p.give()
		if len(out.at) != 20 {
			t.Fatalf("%d of 20 packets arrived", len(out.at))
		}
		for i, at := range out.at {
			due := time.Duration(i+1)*time.Millisecond + 50*time.Millisecond
			if out.data[i] != byte(i) || at < due || at > due+tick {
				t.Errorf("packet %d came after %v as number %d, due after %v", out.data[i], at, i, due)
			}
		}
	})
}
