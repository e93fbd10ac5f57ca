//go:build linux

// Package line is a long, thin and lossy line between two machines that are
// network namespaces. The TCP at both ends is the kernel's own.
//
// Each machine has a TUN device, and this process carries the packets from one
// to the other: with a rate, a delay, a queue that drops what does not fit, and
// losses at random. It needs the right to make network namespaces (root), and a
// good part of a core at 100 Mbit/s: much faster lines are beyond it.
package line

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Config describes a line. It is the same in both directions, but for Loss.
type Config struct {
	// Rate in bits a second, of whole IP packets.
	Rate float64
	// RoundTrip is the time that an empty line takes there and back.
	RoundTrip time.Duration
	// Loss is the share of packets, from 0 to 1, that are lost at random on the
	// way from the desk; none is lost on the way back.
	Loss float64
	// Seed makes the same packets of each run be lost.
	Seed uint64
}

// mtu is the largest IP packet, in bytes. segment is what of it is payload: the
// headers of IPv4 and of TCP with timestamps take 52.
const (
	mtu     = 1500
	segment = mtu - 52
)

// Ceiling is the most payload that the line carries, in bytes a second: where
// every packet is full and none is sent twice.
func (c Config) Ceiling() float64 { return c.Rate / 8 * segment / mtu }

// Tally counts the packets of one direction.
type Tally struct {
	// Carried packets arrived, Overflowed ones found the queue full, and Lost
	// ones met Config.Loss.
	Carried, Overflowed, Lost int
}

// shaper decides when the packets of one direction arrive.
type shaper struct {
	rate  float64 // bytes a second
	delay time.Duration
	room  time.Duration // of the queue: how long the line takes to empty it
	loss  float64

	mu     sync.Mutex
	random *rand.Rand
	free   time.Time // when the line has sent what waits
	tally  Tally
}

// newShaper makes one direction. Its queue has room for one bandwidth-delay
// product, which the line empties in one round trip.
func newShaper(c Config, loss float64) *shaper {
	return &shaper{
		rate: c.Rate / 8, delay: c.RoundTrip / 2, room: c.RoundTrip, loss: loss,
		random: rand.New(rand.NewPCG(c.Seed, 0)),
	}
}

// admit returns when a packet of size bytes that comes now arrives, and false
// where it never does. A packet that is lost has taken its time on the line.
func (s *shaper) admit(now time.Time, size int) (arrives time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free.Before(now) {
		s.free = now
	}
	sent := s.free.Add(time.Duration(float64(size) / s.rate * float64(time.Second)))
	if sent.Sub(now) > s.room {
		s.tally.Overflowed++
		return time.Time{}, false
	}
	s.free = sent
	if s.loss > 0 && s.random.Float64() < s.loss {
		s.tally.Lost++
		return time.Time{}, false
	}
	s.tally.Carried++
	return sent.Add(s.delay), true
}

func (s *shaper) counted() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tally
}
