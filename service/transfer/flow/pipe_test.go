package flow_test

import (
	"context"
	"sync"
	"time"

	"quicksync.me/desktop/service/transfer/flow"
)

// pipe is a far line with a queue, for parts that wait for their turns. A
// connection with nothing else to wait for takes each bytes a second, and waits
// while the queue has no room.
type pipe struct {
	each, faster float64 // faster is that of every other connection, where it differs

	mu       sync.Mutex
	capacity float64 // bytes a second
	queue    float64 // bytes
	at       time.Time
	longest  time.Duration
	moved    int64
	begun    int
	took     map[float64][]time.Duration // by the parts of use, by the speed of their connections
	waits    []waits
	others   bool // they keep the queue full
}

// waits is how long the queue was at a time.
type waits struct {
	at    time.Time
	delay time.Duration
}

const pipeTrip = 80 * time.Millisecond

// flow is one over the line.
func (p *pipe) flow() *flow.Flow {
	p.took = map[float64][]time.Duration{}
	f := flow.New(0)
	f.Sense(p.delay)
	f.Answered(pipeTrip)
	return f
}

// length is how long the queue is now. Callers hold p.mu.
func (p *pipe) length() time.Duration {
	now := time.Now()
	p.queue = max(0, p.queue-p.capacity*now.Sub(p.at).Seconds())
	p.at = now
	return time.Duration(p.queue / p.capacity * float64(time.Second))
}

// delay is how long the queue was when what is answered now went into it.
func (p *pipe) delay() (d time.Duration, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.others {
		return pipeTrip, true
	}
	p.waits = append(p.waits, waits{time.Now(), p.length()})
	for time.Since(p.waits[0].at) > pipeTrip {
		p.waits = p.waits[1:]
	}
	return p.waits[0].delay, true
}

// put takes bytes in, if there is room for them.
func (p *pipe) put(n int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.length() > pipeTrip {
		return false
	}
	p.queue += float64(n)
	p.moved += int64(n)
	p.longest = max(p.longest, p.length())
	return true
}

// carries is how much has gone.
func (p *pipe) carries() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.moved
}

// becomes changes what the line can carry.
func (p *pipe) becomes(capacity float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.length()
	p.capacity = capacity
}

// connect makes a connection, which takes a while, and tells how fast it is.
func (p *pipe) connect() float64 {
	p.mu.Lock()
	p.begun++
	number, speed := p.begun, p.each
	p.mu.Unlock()
	if p.faster > 0 && number%2 == 0 {
		speed = p.faster
	}
	time.Sleep(time.Duration(number*37%100) * time.Millisecond)
	return speed
}

// send sends a part and waits for its answer. It returns the speed of its connection.
func (p *pipe) send(f *flow.Flow, place *flow.Place, size int) (speed float64) {
	speed = p.connect()
	for left := size; left > 0; {
		n, err := place.Turn(context.Background(), min(left, 8<<10), int64(left))
		if err != nil {
			return speed
		}
		for !p.put(n) {
			time.Sleep(time.Millisecond)
		}
		f.Moved(n)
		left -= n
		time.Sleep(time.Duration(float64(n) / speed * float64(time.Second)))
	}
	place.Sent()
	time.Sleep(pipeTrip)
	return speed
}

// use sends parts of that size for as long as it is told.
func (p *pipe) use(f *flow.Flow, size int, lasts time.Duration) {
	use(f, size, lasts, func(place *flow.Place) {
		began := time.Now()
		speed := p.send(f, place, size)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.took[speed] = append(p.took[speed], time.Since(began))
	})
}
