package flow

import (
	"context"
	"time"
)

// This file is about what parts get of a far line that is full. Left to their
// connections they share it as it comes: one has many times the speed of another
// for as long as both last, overruns the queue and slows the others down, and the
// slowest keeps the whole file waiting. So they are dealt the same, and the last
// ones of all what lets them end together; and no more in all than keeps the queue
// short, in which nobody is lost then and the calls of others do not wait.

// How the bytes of a far line are dealt.
const (
	// turn is how long what goes at once takes at a part's share, and leastTurn
	// how many bytes it may have in any case: many small ones would cost the
	// processor more than they are worth. lookAgain is how long nobody waits
	// without looking whether the share is another now.
	turn, leastTurn, lookAgain = 40 * time.Millisecond, 32 << 10, 100 * time.Millisecond
	// saved is what a part may make up for, when it could not use its share.
	saved = 40 * time.Millisecond
	// leastShare is what every part gets, in bytes a second.
	leastShare = 16 << 10
	// dealt is from what size on a part is one of them, in bytes: what is smaller
	// is a moment on the line.
	dealt = 256 << 10
	// nearlyDone keeps the share of a part from vanishing with its last bytes.
	nearlyDone = 32 << 10
	// carrying is how long what a line carries is measured.
	carrying = 750 * time.Millisecond
)

// How much is dealt of what a line has carried, by how long packets wait.
const (
	// more and less are how steeply that follows, by round trips, from the wait at
	// which it is all of it: below, as what some cannot use is there for others;
	// above so slowly that it has been felt before the next step, and never below
	// least.
	more, less, least = 2, 0.5, 0.8
	// amid is dealt for holdsOn where packets wait all the same, and the line carries
	// only so much of what it did: others have taken what was ceded to them.
	amid, ceded, holdsOn = 1.25, 0.85, 10 * time.Second
)

// carried are the latest goodputs of a line while it was full, in bytes a second.
// The best of them is what it can carry.
type carried struct {
	rates [5]float64
	next  int
	since time.Time // when the measurement began
	moved int64     // and what had gone by then
}

// look measures, when it is time to; full is when the line last was.
func (c *carried) look(now, full time.Time, moved int64) {
	lasted := now.Sub(c.since)
	if lasted < carrying {
		return
	}
	if lasted < 2*carrying && full.After(c.since) { // and not over a pause
		c.rates[c.next%len(c.rates)] = float64(moved-c.moved) / lasted.Seconds()
		c.next++
	}
	c.since, c.moved = now, moved
}

func (c *carried) best() (rate float64) {
	for _, r := range c.rates {
		rate = max(rate, r)
	}
	return rate
}

// Turn waits until the next bytes of the part may go, and returns how many of the
// want that its sender has at hand; left is how many have not gone, these
// included. The error is the cause of ctx. Only a far line that was full a moment
// ago makes anybody wait.
func (p *Place) Turn(ctx context.Context, want int, left int64) (int, error) {
	if !p.flow.far.Load() || p.size < dealt {
		return want, nil
	}
	for {
		n, wait := p.deal(time.Now(), want, left)
		if wait <= 0 {
			return n, nil
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-time.After(min(wait, lookAgain)):
		}
	}
}

// deal is what may go now, or how long the part has to wait for it.
func (p *Place) deal(now time.Time, want int, left int64) (n int, wait time.Duration) {
	f := p.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.released {
		return want, 0
	}
	if p.sent && left == p.size {
		p.again()
	}
	p.leaves(left)
	if left == 0 { // the end is read, which takes nothing of the line
		return want, 0
	}
	share, known := f.share(p, now)
	if !known {
		return want, 0
	}
	due := p.went.Add(time.Duration(float64(p.last) / share * float64(time.Second)))
	if due.After(now) {
		return 0, due.Sub(now)
	}
	if oldest := now.Add(-saved); due.Before(oldest) {
		due = oldest
	}
	p.last = min(want, max(leastTurn, int(share*turn.Seconds())))
	p.went = due
	return p.last, 0
}

// share is what a part gets of the line, in bytes a second: as much as each other,
// or, once nobody waits for a place, by what it has left of what its file has. It
// is not known where the line was not full lately, or connections see to that by
// themselves. Callers hold f.mu.
func (f *Flow) share(p *Place, now time.Time) (rate float64, known bool) {
	all := f.pool(now)
	if all == 0 || f.pilot == nil || f.most == pacedWidth {
		return 0, false
	}
	part := 1 / float64(max(1, f.taken-f.sent))
	if f.waiting.Len() == 0 {
		b := p.batch
		part = float64(p.left+nearlyDone) / float64(b.left+int64(b.taken)*nearlyDone)
		part *= float64(b.taken) / float64(f.taken)
	}
	return max(leastShare, all*part), true
}

// pool is what all get together, in bytes a second; none where nobody can tell.
// Callers hold f.mu.
func (f *Flow) pool(now time.Time) float64 {
	room, late := f.wait()
	f.carried.look(now, f.waits, f.moved.Load())
	if room == unknown || !f.wasFull() {
		return 0
	}
	best := f.carried.best()
	switch {
	case room != none:
		f.had = best
		return best * (1 + more*(queued-late))
	case best < ceded*f.had:
		f.had, f.keeps = best, now.Add(holdsOn)
	}
	f.had = max(f.had, best)
	if now.Before(f.keeps) {
		return best * amid
	}
	return best * max(least, 1-less*(late-queued))
}
