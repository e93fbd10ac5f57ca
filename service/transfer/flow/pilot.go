package flow

import (
	"cmp"
	"time"
)

// narrowest is the width that a flow begins with, and farFirst that of one over a
// far line where it is known when that is full: connections that begin together
// share it evenly, and those that come later stay behind for long. pacedWidth is
// the largest one of connections that use BBR, which need no more.
const narrowest, farFirst, pacedWidth = 2, 12, 6

// What makes a width better than another.
const (
	// pays is the gain for which twice as many connections are worth it.
	pays = 1.2
	// better is the gain that is no accident.
	better = 1.05
	// asGood is what a narrower flow must reach to be kept: too few connections
	// cost more than too many.
	asGood = 1.0
	// grows is the gain from one window to the next that tells of connections that
	// have not reached their speed.
	grows = 1.15
	// lost is the fall that tells that the line is another one now.
	lost = 0.6
)

// When the width is looked at again.
const (
	// rest is how long a width is kept before another one is tried, at first and,
	// as each try that fails doubles it, at last. narrow is how many of the tries
	// there are for one that is narrower.
	rest, longRest, narrow = 2 * time.Second, 16 * time.Second, 4
	// patient is how many windows connections may take to reach their speed.
	patient = 6
	// sorry is how long it does not grow after a server was busy or calls failed.
	sorry = 5 * time.Second
)

// pilot looks for the width at which the goodput is best. It is given one
// measurement after the other, each at the width that it has asked for.
type pilot struct {
	width    int
	most     int  // the largest width
	far      bool // it begins at farFirst, and waits for connections to reach their speed
	climbing bool
	full     bool    // the climb ended at a full line
	looks    int     // windows at the width of now, while climbing
	last     float64 // the latest goodput
	rate     float64 // the goodput at the width that is kept, in bytes a second
	kept     int     // the width that is kept, while another one is tried
	tries    int
	rest     time.Duration // how long a width is kept now
	until    time.Duration
	fallen   time.Duration
}

func newPilot(width, most int) *pilot {
	return &pilot{width: width, most: most, climbing: true, rest: rest}
}

// knows tells whether the line is far, and how late packets are is known.
func (p *pilot) knows(far bool) int {
	p.far = far
	if far && p.climbing && p.last == 0 {
		p.width = max(p.width, min(farFirst, p.most))
	}
	return p.width
}

// measured takes a goodput in, and what room there was, and returns the width for
// the next window.
func (p *pilot) measured(now time.Duration, rate float64, left room) int {
	defer func() { p.last = rate }()
	switch {
	case p.climbing && left == none:
		p.rate, p.full = rate, true
		p.settle(now)
	case p.climbing:
		p.climb(now, rate, left)
	case p.kept != 0:
		p.judge(now, rate)
	case p.rate == 0:
		p.rate = rate
	case (rate < lost*p.rate || p.full && left == ample) && !p.isSorry(now):
		p.start(0)
	default:
		p.rate += (rate - p.rate) / 4
		if now >= p.until && left != none {
			p.try(now, left)
		}
	}
	return p.width
}

// start begins to climb from a width that pays more than this goodput.
func (p *pilot) start(rate float64) {
	p.climbing, p.full, p.looks, p.rate, p.rest = true, false, 0, rate, rest
}

// climb doubles the width while that pays. Where connections take a while to reach
// their speed, it waits for that: what grows by itself says nothing of the width.
// It does not go back: connections that begin all at once overrun the line for a
// moment, and what is measured then says little of what they will do.
func (p *pilot) climb(now time.Duration, rate float64, left room) {
	if p.far && p.looks < patient && (p.looks == 0 || left != ample && rate >= grows*p.last) {
		p.looks++
		return
	}
	paid := p.rate == 0 || rate >= pays*p.rate || left == ample && max(rate, p.last) >= p.rate
	p.rate = rate
	if paid && p.width < p.most {
		p.looks, p.width = 0, min(2*p.width, p.most)
		return
	}
	p.settle(now)
}

// settle keeps the width for a while.
func (p *pilot) settle(now time.Duration) {
	p.climbing, p.kept, p.until = false, 0, now+p.rest
}

// try makes the flow a little wider or narrower, in turn; where there is room for
// it, wider by more.
func (p *pilot) try(now time.Duration, left room) {
	step := max(1, p.width/4)
	if left == ample {
		step *= 2
	}
	p.tries++
	p.kept = p.width
	if p.tries%narrow != 0 || left == ample {
		p.width = min(p.width+step, p.most)
	} else {
		p.width = max(p.width-step, 1)
	}
	if p.width == p.kept {
		p.settle(now)
	}
}

// judge keeps the width that was tried, or goes back. Where a little wider has
// brought that much, it goes on climbing.
func (p *pilot) judge(now time.Duration, rate float64) {
	wider, before := p.width > p.kept, max(p.rate, p.last)
	switch {
	case wider && rate >= pays*before:
		p.start(before)
		return
	case wider && rate >= better*before, !wider && rate >= asGood*before:
		p.rate, p.rest = rate, rest
	default:
		p.width, p.rest = p.kept, min(2*p.rest, longRest)
	}
	p.settle(now)
}

// failed makes the flow narrower: by half where the server is busy, else by a
// quarter, and once only for what fails together.
func (p *pilot) failed(now time.Duration, busy bool) int {
	if p.fallen != 0 && now < p.fallen+rest/2 {
		return p.width
	}
	p.fallen, p.rate = now, 0
	if busy {
		p.width = max(1, p.width/2)
	} else {
		p.width = max(1, p.width-p.width/4)
	}
	p.settle(now)
	p.until = now + sorry
	return p.width
}

// isSorry tells that the flow does not grow because of a failure.
func (p *pilot) isSorry(now time.Duration) bool { return p.fallen != 0 && now < p.fallen+sorry }

// bound has the flow never be wider than most again.
func (p *pilot) bound(most int) int {
	p.most = most
	if p.width > most {
		p.width, p.kept = most, 0
	}
	return p.width
}

// goodput is the latest that is known, 0 where none is.
func (p *pilot) goodput() float64 { return cmp.Or(p.rate, p.last) }
