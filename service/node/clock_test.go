package node

import (
	"sync/atomic"
	"time"
)

// clock is a time that moves when a test says so.
type clock struct{ unix atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.unix.Store(1_800_000_000)
	return c
}

func (c *clock) now() time.Time { return time.Unix(c.unix.Load(), 0) }

func (c *clock) add(d time.Duration) { c.unix.Add(int64(d / time.Second)) }

func (c *clock) tuning() tuning {
	return tuning{now: c.now, readPatience: time.Minute, writePatience: time.Minute}
}
