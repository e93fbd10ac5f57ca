package flow

import (
	"container/list"
	"context"
	"math"
)

// A Place is what a part needs to be on its way. Its methods may be called by many
// goroutines.
type Place struct {
	flow           *Flow
	size           int64
	sent, released bool // guarded by Flow.mu
}

// waiter is somebody who wants a place.
type waiter struct {
	size int64
	left int // how many parts its file has left with this one
	got  chan struct{}
}

// Acquire waits for a place for a part of size bytes, one of the left that its
// file still has to send. The last ones find a place sooner: sent beside the
// others they end with them, instead of a round later. The error is the cause of
// ctx, and then there is no place.
func (f *Flow) Acquire(ctx context.Context, size int64, left int) (*Place, error) {
	place := &Place{flow: f, size: size}
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
	return &Place{flow: f, size: size}, true
}

// Sent notes that all of the part has gone out: where the server is far, the next
// one need not wait for the answer. A width that is fixed is kept to. It does
// nothing after Release: a transport may read on when its call has ended.
func (p *Place) Sent() {
	f := p.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.sent || p.released || f.pilot == nil || !f.isFar() {
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
	f.admit()
	f.watch()
}

// fits tells whether there is a place. One part always fits, and the last ones
// of a file if they are no more than half of the width. Of those that wait for
// their answer, there are no more than are sent. Callers hold f.mu.
func (f *Flow) fits(size int64, left int) bool {
	half := 0
	if f.pilot != nil && left <= f.width/2 {
		half = f.width / 2
	}
	most := max(f.width, Widest)
	switch {
	case f.taken == 0:
		return true
	case f.taken-f.sent < min(f.width+half, most) && f.taken < min(2*(f.width+half), most):
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
