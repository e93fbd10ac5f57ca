package transfer_test

import (
	"testing"
	"time"

	"quicksync.me/desktop/service/transfer"
)

func TestMeterSettlesOnTheSpeed(t *testing.T) {
	var m transfer.Meter
	now := time.Unix(0, 0)
	if m.Left(1) >= 0 {
		t.Error("foretells from nothing")
	}
	for i := range int64(60) {
		m.Update(now.Add(time.Duration(i)*250*time.Millisecond), 5000+i*250)
		if r := m.Rate(); i > 0 && (r < 990 || r > 1010) {
			t.Errorf("after %d looks 1,000 bytes a second are measured as %.0f", i, r)
		}
	}
	if left := m.Left(10_000); left < 9*time.Second || left > 11*time.Second {
		t.Errorf("10,000 bytes take %v", left)
	}
}

func TestMeterForgetsWithItsHalfLife(t *testing.T) {
	var m transfer.Meter
	now := time.Unix(0, 0)
	m.Update(now, 0)
	m.Update(now.Add(time.Minute), 1000)
	before := m.Rate()
	m.Update(now.Add(time.Minute+2*time.Second), 1000)
	if got := m.Rate() / before; got < 0.49 || got > 0.51 {
		t.Errorf("after its half-life %.2f of a speed is left", got)
	}
}

func TestMeterTakesNoNegativeSpeed(t *testing.T) {
	var m transfer.Meter
	now := time.Unix(0, 0)
	m.Update(now, 5000)
	m.Update(now.Add(time.Second), 0)
	m.Update(now.Add(time.Second), 10)
	if m.Rate() != 0 {
		t.Errorf("a count that fell is a speed of %v", m.Rate())
	}
}

// TestMeterBeginsWithTheFirstByte: what is waited for before is no slow line.
func TestMeterBeginsWithTheFirstByte(t *testing.T) {
	var m transfer.Meter
	now := time.Unix(0, 0)
	m.Update(now, 0)
	m.Update(now.Add(10*time.Second), 0)
	m.Update(now.Add(11*time.Second), 1000)
	if r := m.Rate(); r < 990 || r > 1010 {
		t.Errorf("1,000 bytes a second are measured as %.0f", r)
	}
}
