package transfer

import "time"

// lateness tells when a part is late.
type lateness struct {
	timer        *time.Timer // nil where that is not known
	after, every time.Duration
}

// lateness begins to wait for the part to be late.
func (p *part) lateness() lateness {
	after, known := p.route.late.lateAfter(p.size)
	if !known {
		return lateness{}
	}
	return lateness{timer: time.NewTimer(after), after: after, every: max(after/4, earliest)}
}

func (l lateness) due() <-chan time.Time {
	if l.timer == nil {
		return nil
	}
	return l.timer.C
}

// again has it looked at later on: there may be a place then.
func (l lateness) again() { l.timer.Reset(l.every) }

// twice tells that what began then has taken twice as long as what is late.
func (l lateness) twice(began time.Time) bool { return time.Since(began) >= 2*l.after }

func (l lateness) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// lag tells how fast a part goes.
type lag struct {
	ticker *time.Ticker // nil where nothing comes of it
	left   [4]float64   // bytes, at the looks of the last second
	looks  int
}

// lagEvery is how often a part is looked at that may lag.
const lagEvery = 250 * time.Millisecond

// lag begins to look at the part, where it is worth a connection of its own.
func (p *part) lag() *lag {
	if p.route.target.Fresh == nil || p.size < leastPart {
		return &lag{}
	}
	return &lag{ticker: time.NewTicker(lagEvery)}
}

func (l *lag) due() <-chan time.Time {
	if l.ticker == nil {
		return nil
	}
	return l.ticker.C
}

// look tells how many bytes of a body are left, and how many have gone in the last
// second; less than none where that is not known.
func (l *lag) look(body *partBody) (left, rate float64) {
	left, before := float64(body.unsent()), l.left[l.looks%len(l.left)]
	l.left[l.looks%len(l.left)] = left
	if l.looks++; l.looks <= len(l.left) {
		return left, -1
	}
	return left, (before - left) / (float64(len(l.left)) * lagEvery.Seconds())
}

func (l *lag) stop() {
	if l.ticker != nil {
		l.ticker.Stop()
	}
}
