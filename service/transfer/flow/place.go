package flow

import (
	"container/list"
	"context"
	"math"
	"time"
)

// A Place is what a part needs to be on its way. Its methods may be called by many
// goroutines.
type Place struct {
	flow *Flow
	size int64

	// Guarded by Flow.mu.
	sent, released bool
	left           int64     // bytes that have not gone
	went           time.Time // when the last turn was due
	last           int       // bytes of it
}

// waiter is somebody who wants a place.
type waiter struct {
	size int64
	left int // how many parts its file has left with this one
	got  chan struct{}
}

// Acquire waits for a place for a part of size bytes, one of the left that its
// file still has to send. The error is the cause of ctx, and then there is no place.
func (f *Flow) Acquire(ctx context.Context, size int64, left int) (*Place, error) {
	place := &Place{flow: f, size: size, left: size}
	f.mu.Lock()
	if f.waiting.Len() == 0 && f.fits(size, left) {
		f.take(size)
		f.mu.Unlock()
		return place, nil
	}
	w := &waiter{size: size, left: left, got: make(chan struct{})}
	at := f.waiting.PushBack(w)
	f.watch()
	f.mu.Unlock()
	select {
	case <-w.got:
		return place, nil
	case <-ctx.Done():
		if err := f.giveUp(ctx, w, at); err != nil {
			return nil, err
		}
		return place, nil
	}
}

// giveUp leaves the queue, unless the place has come at the same time.
func (f *Flow) giveUp(ctx context.Context, w *waiter, at *list.Element) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-w.got:
		return nil
	default:
		f.waiting.Remove(at)
		f.admit() // a smaller part behind it may fit
		f.watch()
		return context.Cause(ctx)
	}
}

// TryAcquire takes a place only where there is one and nobody waits for it.
func (f *Flow) TryAcquire(size int64) (p *Place, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting.Len() > 0 || !f.fits(size, math.MaxInt) {
		return nil, false
	}
	f.take(size)
	return &Place{flow: f, size: size, left: size}, true
}

// Beside takes a place for a part that is on its way already, and lags: it moves
// what the other does not, and so may come beside the width, as long as nobody
// waits.
func (f *Flow) Beside(size int64) (p *Place, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting.Len() > 0 || f.taken >= Widest || f.inFlight+size > maxInFlight {
		return nil, false
	}
	f.take(size)
	return &Place{flow: f, size: size, left: size}, true
}

// Sent notes that all of the part has gone out: where the server is far, the next
// one need not wait for the answer. A width that is fixed is kept to. It does
// nothing after Release: a transport may read on when its call has ended.
func (p *Place) Sent() {
	f := p.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.sent || p.released || f.pilot == nil || !f.far.Load() {
		return
	}
	p.sent = true
	f.sent++
	f.admit()
	f.watch()
}

// Release gives the place back.
func (p *Place) Release() {
	f := p.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	p.released = true
	f.taken--
	if p.sent {
		f.sent--
	}
	f.inFlight -= p.size
	f.left -= p.left
	f.admit()
	f.watch()
}

// fits tells whether there is a place. One part always fits, and the last ones of a
// file where fewer left a far line empty: what each connection can carry is little
// there, and parts that begin sooner end with the others. Of those that wait for
// their answer, there are no more than are sent. Callers hold f.mu.
func (f *Flow) fits(size int64, left int) bool {
	width, most := f.width, max(f.width, Widest)
	if f.pilot != nil && f.far.Load() && f.width >= 2*farFirst && left <= f.width {
		width = min(2*width, most)
	}
	switch {
	case f.taken == 0:
		return true
	case f.taken-f.sent < width && f.taken < min(2*width, most):
		return f.inFlight+size <= maxInFlight
	}
	return f.pilot != nil && f.taken < Widest && f.inFlight+size <= int64(f.width)*perPlace
}

// full tells that somebody waits for a place, and that no more are taken than
// there are since the flow has become narrower. Callers hold f.mu.
func (f *Flow) full() bool {
	return f.waiting.Len() > 0 && (f.taken-f.sent <= f.width || f.inFlight <= int64(f.width)*perPlace)
}

// take takes a place. Callers hold f.mu.
func (f *Flow) take(size int64) {
	f.taken++
	f.inFlight += size
	f.left += size
	f.watch()
}

// admit gives the places that are free to who waits. Callers hold f.mu.
func (f *Flow) admit() {
	for at := f.waiting.Front(); at != nil; at = f.waiting.Front() {
		w := at.Value.(*waiter)
		if !f.fits(w.size, w.left) {
			return
		}
		f.waiting.Remove(at)
		f.take(w.size)
		close(w.got)
	}
}
