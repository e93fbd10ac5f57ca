//go:build linux

package line

import (
	"io"
	"time"
)

// slots is how many packets one direction holds, more than the queue and the
// line do at full rate. Where small packets need more, they wait in the device.
const slots = 4096

// tick is the least time that the far end of a direction sleeps. Packets that
// are due within it are written together, up to a tick late: waking for each
// would cost a core.
const tick = time.Millisecond

// packet is one on the line.
type packet struct {
	arrives time.Time
	size    int
	data    [2048]byte
}

// pipe is one direction: what is read from in is written to out, as the shaper
// has it.
type pipe struct {
	in     io.Reader
	out    io.Writer
	shaper *shaper
	onLine chan *packet
	unused chan *packet
}

func newPipe(in io.Reader, out io.Writer, s *shaper) *pipe {
	p := &pipe{in: in, out: out, shaper: s, onLine: make(chan *packet, slots), unused: make(chan *packet, slots)}
	for range slots {
		p.unused <- new(packet)
	}
	return p
}

// take takes packets in until there are no more.
func (p *pipe) take() {
	defer close(p.onLine)
	for k := range p.unused {
		n, err := p.in.Read(k.data[:])
		if err != nil {
			return
		}
		var ok bool
		if k.arrives, ok = p.shaper.admit(time.Now(), n); !ok {
			p.unused <- k
			continue
		}
		k.size = n
		p.onLine <- k
	}
}

// give hands them out when they are due. A device that takes one no more is
// closing; then the rest is dropped.
func (p *pipe) give() {
	for k := range p.onLine {
		if wait := time.Until(k.arrives); wait > 0 {
			time.Sleep(max(wait, tick))
		}
		_, _ = p.out.Write(k.data[:k.size])
		p.unused <- k
	}
}
