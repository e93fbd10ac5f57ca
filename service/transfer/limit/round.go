package limit

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// burst is how long credit is saved up at most.
	burst = 100 * time.Millisecond
	// reserve is for how long credit is kept for a file that is behind, while it
	// is away with what it got.
	reserve = 50 * time.Millisecond
	// turn is the longest that one turn keeps the others waiting.
	turn = 50 * time.Millisecond
	// cycle is how long it takes at most until every stream has had a turn.
	cycle = 5 * time.Second
	// nap is the shortest sleep: credit of many turns is handed out together.
	nap = time.Millisecond
)

// direction hands out the bytes of one direction: start-time fair queueing over
// files, whose streams take turns, out of a bucket that the rate fills.
type direction struct {
	rate atomic.Int64 // 0 is no limit; changes under mu only

	mu      sync.Mutex
	credit  int64 // in bytes times nanoseconds, up to burst times the rate
	counted time.Time
	files   []*file
	start   int64 // how far the file was that had the last turn, when it began
	timer   *time.Timer
}

// file is a file that has streams.
type file struct {
	key     any
	served  int64 // the bytes that it had, on the scale of start
	streams int
	waiting []*stream
}

// stream is one part of a file on its way. It is guarded by direction.mu.
type stream struct {
	file      *file // nil before its first turn, and once it has left
	want, got int
	closed    bool
	ready     chan struct{} // holds one token when its wait is over
}

// set changes the rate, and what that means for those who wait.
func (d *direction) set(rate int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.earn()
	d.rate.Store(rate)
	d.serve()
}

// earn adds the credit of the time that has passed. Callers hold d.mu.
func (d *direction) earn() {
	now := time.Now()
	passed := min(max(now.Sub(d.counted), 0), burst)
	d.counted = now
	d.give(int64(passed) * d.rate.Load())
}

// give adds credit, within its bounds: what was saved up at a higher rate is too
// much, and none is owed, so that a turn without a limit is free. Callers hold
// d.mu.
func (d *direction) give(credit int64) {
	d.credit = min(max(d.credit+credit, 0), int64(burst)*d.rate.Load())
}

// enter has a stream of the file of this key wait for its turn. Callers hold d.mu.
func (d *direction) enter(s *stream, key any) {
	if s.file == nil {
		s.file = d.join(key)
		s.file.streams++
	}
	f := s.file
	if len(f.waiting) == 0 {
		// A file that was away does not get back all that it has missed.
		f.served = max(f.served, d.start-d.worth(reserve))
	}
	f.waiting = append(f.waiting, s)
	d.serve()
}

// join returns the file of a key. A new one begins where the others are.
func (d *direction) join(key any) *file {
	i := slices.IndexFunc(d.files, func(f *file) bool { return f.key == key })
	if i < 0 {
		i = len(d.files)
		d.files = append(d.files, &file{key: key, served: d.start})
	}
	return d.files[i]
}

// leave takes a stream out of the round; if it waits, its wait ends with nothing.
// Callers hold d.mu.
func (d *direction) leave(s *stream) {
	f := s.file
	if f == nil {
		return
	}
	s.file = nil
	if i := slices.Index(f.waiting, s); i >= 0 {
		f.waiting = slices.Delete(f.waiting, i, i+1)
		s.ready <- struct{}{}
	}
	if f.streams--; f.streams == 0 {
		d.files = slices.DeleteFunc(d.files, func(other *file) bool { return other == f })
	}
	d.serve()
}

// worth is how many bytes a duration is at the rate that holds.
func (d *direction) worth(t time.Duration) int64 {
	return int64(t) * d.rate.Load() / int64(time.Second)
}

// serve hands out turns while there is credit, and sleeps until there is more.
// Callers hold d.mu.
func (d *direction) serve() {
	d.earn()
	for {
		f, behind := d.next()
		if f == nil {
			d.rest()
			return
		}
		n, missing := d.offer(int64(f.waiting[0].want), behind)
		if missing > 0 {
			d.sleep(missing)
			return
		}
		d.grant(f, n)
	}
}

// next returns the waiting file that has had least, nil if none waits. behind
// tells that another has had less and is away: it is worth a moment to leave the
// turn to that one, for else a file with few streams would get little. The
// credit that is kept meanwhile is not lost. Callers hold d.mu.
func (d *direction) next() (f *file, behind bool) {
	for _, other := range d.files {
		if len(other.waiting) > 0 && (f == nil || other.served < f.served) {
			f = other
		}
	}
	if f == nil {
		return nil, false
	}
	return f, slices.ContainsFunc(d.files, func(other *file) bool { return other.served < f.served })
}

// offer says how many of the wanted bytes a turn brings now, and what credit is
// missing for them. Callers hold d.mu.
func (d *direction) offer(want int64, behind bool) (n, missing int64) {
	rate := d.rate.Load()
	if rate == 0 {
		return want, 0
	}
	n = min(want, d.slice())
	needed := n * int64(time.Second)
	if behind {
		needed = max(needed, int64(reserve)*rate)
	}
	return n, needed - d.credit
}

// slice is how many bytes a turn has at most: few enough that all streams have
// one within a cycle, where a file with many of them takes as many rounds.
// Callers hold d.mu.
func (d *direction) slice() int64 {
	most := 1
	for _, f := range d.files {
		most = max(most, f.streams)
	}
	turns := time.Duration(len(d.files) * most)
	return max(d.worth(min(turn, cycle/turns)), 1)
}

// grant gives the first waiting stream of a file its turn. Callers hold d.mu.
func (d *direction) grant(f *file, n int64) {
	d.give(-n * int64(time.Second))
	d.start = max(d.start, f.served)
	f.served += n
	s := f.waiting[0]
	f.waiting = slices.Delete(f.waiting, 0, 1)
	s.got = int(n)
	s.ready <- struct{}{}
}

// refund takes back what a stream could not use of its turn. Callers hold d.mu.
func (d *direction) refund(s *stream, n int) {
	if s.file != nil {
		s.file.served -= int64(n)
	}
	d.give(int64(n) * int64(time.Second))
	d.serve()
}

// sleep serves again when what is missing has been earned. Callers hold d.mu.
func (d *direction) sleep(missing int64) {
	rate := d.rate.Load()
	pause := max(time.Duration((missing+rate-1)/rate), nap)
	if d.timer == nil {
		d.timer = time.AfterFunc(pause, d.wake)
		return
	}
	d.timer.Reset(pause)
}

// rest keeps the timer from serving nobody. Callers hold d.mu.
func (d *direction) rest() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// wake is what the timer calls.
func (d *direction) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.serve()
}
