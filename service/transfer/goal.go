package transfer

import (
	"errors"
	"sync"
)

// goal lets one of the sendings of a part arrive, where its tag is not made of its
// content: a late one that came whole would replace the one whose tag is kept. The
// first that has only its last bytes to send sends them. What was sent of another
// one is not whole, and cannot become the part.
type goal struct {
	mu     sync.Mutex
	winner *partBody
}

// errOutrun ends a sending whose part another one brings home.
var errOutrun = errors.New("another sending of the part is ahead")

// goal is that of a part; nil where it does not matter which of its sendings
// arrives last.
func (p *part) goal() *goal {
	if p.route.tags.fromContent() {
		return nil
	}
	return &goal{}
}

// admits tells whether a sending may send its last bytes. The first one that asks
// may, as often as it has to.
func (g *goal) admits(b *partBody) error {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.winner == nil {
		g.winner = b
	}
	if g.winner != b {
		return errOutrun
	}
	return nil
}
