package flow

import "time"

// narrowest is the width that a flow begins with.
const narrowest = 2

// What makes a width better than another.
const (
	// pays is the gain for which twice as many connections are worth it.
	pays = 1.2
	// better is the gain that is no accident.
	better = 1.05
	// asGood is what a narrower flow must reach to be kept.
	asGood = 0.98
	// lost is the fall that tells that the line is another one now.
	lost = 0.6
)

// When the width is looked at again.
const (
	// rest is how long a width is kept before another one is tried.
	rest = 2 * time.Second
	// sorry is how long it does not grow after a server was busy or calls failed.
	sorry = 5 * time.Second
)

// pilot looks for the width at which the goodput is best. It is given one
// measurement after the other, each at the width that it has asked for.
type pilot struct {
	width    int
	climbing bool
	rate     float64 // the goodput at the width that is kept, in bytes a second
	kept     int     // the width that is kept, while another one is tried
	wider    bool    // the next try is a wider one
	until    time.Duration
	fallen   time.Duration
}

// measured takes a goodput in and returns the width for the next window.
func (p *pilot) measured(now time.Duration, rate float64) int {
	switch {
	case p.climbing:
		p.climb(now, rate)
	case p.kept != 0:
		p.judge(now, rate)
	case rate < lost*p.rate:
		p.climbing, p.rate = true, 0
	default:
		p.rate += (rate - p.rate) / 4
		if now >= p.until {
			p.try()
		}
	}
	return p.width
}

// climb doubles the width while that pays.
func (p *pilot) climb(now time.Duration, rate float64) {
	switch {
	case p.rate == 0 || rate >= pays*p.rate:
		p.rate, p.kept = rate, p.width
		p.width = min(2*p.width, Widest)
		if p.width > p.kept {
			return
		}
	case rate >= better*p.rate:
		p.rate = rate
	case p.kept != 0:
		p.width = p.kept
	}
	p.settle(now)
}

// settle keeps the width for a while.
func (p *pilot) settle(now time.Duration) {
	p.climbing, p.kept, p.until = false, 0, now+rest
}

// try makes the flow a little wider or narrower, in turn.
func (p *pilot) try() {
	step := max(1, p.width/4)
	p.wider = !p.wider
	p.kept = p.width
	if p.wider {
		p.width = min(p.width+step, Widest)
	} else {
		p.width = max(p.width-step, 1)
	}
	if p.width == p.kept {
		p.kept = 0
	}
}

// judge keeps the width that was tried, or goes back.
func (p *pilot) judge(now time.Duration, rate float64) {
	wanted := better
	if p.width < p.kept {
		wanted = asGood
	}
	if rate >= wanted*p.rate {
		p.rate = rate
	} else {
		p.width = p.kept
	}
	p.settle(now)
}

// failed makes the flow narrower: by half where the server is busy, else by a
// quarter, and once only for what fails together.
func (p *pilot) failed(now time.Duration, busy bool) int {
	if p.fallen != 0 && now < p.fallen+rest/2 {
		return p.width
	}
	p.fallen = now
	if busy {
		p.width = max(1, p.width/2)
	} else {
		p.width = max(1, p.width-p.width/4)
	}
	p.settle(now)
	p.until = now + sorry
	return p.width
}
