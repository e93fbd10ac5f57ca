package flow

import (
	"container/list"
	"context"
	"math"
	"time"
)

// A Batch are the parts of one file. They share what is dealt to them by what each
// has left, once all have a place.
type Batch struct {
	// Guarded by Flow.mu.
	waiting int   // parts that have no place yet
	taken   int   // those that have one
	left    int64 // bytes of these that have not gone
}

// NewBatch is a file of which so many parts are to be sent.
func NewBatch(parts int) *Batch { return &Batch{waiting: parts} }

// A Place is what a part needs to be on its way. Its methods may be called by many
// goroutines.
type Place struct {
	flow  *Flow
	batch *Batch
	size  int64

	// Guarded by Flow.mu.
	sent, released bool
	left           int64     // bytes that have not gone
	went           time.Time // when the last turn was due
	last           int       // bytes of it
}

// waiter is somebody who wants a place.
type waiter struct {
	place *Place
	got   chan struct{}
}

// Acquire waits for a place for a part of size bytes. The error is the cause of
// ctx, and then there is no place.
func (f *Flow) Acquire(ctx context.Context, batch *Batch, size int64) (*Place, error) {
	place := &Place{flow: f, batch: batch, size: size}
	f.mu.Lock()
	if f.waiting.Len() == 0 && f.fits(place) {
		f.begin(place)
		f.mu.Unlock()
		return place, nil
	}
	w := &waiter{place: place, got: make(chan struct{})}
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
	p = &Place{flow: f, batch: NewBatch(math.MaxInt), size: size}
	if f.waiting.Len() > 0 || !f.fits(p) {
		return nil, false
	}
	f.take(p)
	return p, true
}

// Beside takes another place for a part that lags: it moves what the first does
// not, and so may come beside the width, as long as nobody waits.
func (p *Place) Beside() (second *Place, ok bool) {
	f := p.flow
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.waiting.Len() > 0 || f.taken >= Widest || f.inFlight+p.size > maxInFlight {
		return nil, false
	}
	second = &Place{flow: f, batch: p.batch, size: p.size}
	f.take(second)
	return second, true
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
	p.leaves(0)
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
	p.batch.taken--
	p.leaves(0)
	f.admit()
	f.watch()
}

// again notes that the part is sent anew, after all of it had gone. Callers hold
// Flow.mu.
func (p *Place) again() {
	p.sent = false
	p.flow.sent--
}

// leaves notes how many bytes have not gone. Callers hold Flow.mu.
func (p *Place) leaves(left int64) {
	p.flow.left += left - p.left
	p.batch.left += left - p.left
	p.left = left
}

// fits tells whether there is a place. One part always fits, and the last ones of a
// file where fewer left a far line empty: what each connection can carry is little
// there, and parts that begin sooner end with the others. Of those that wait for
// their answer, there are no more than are sent. Callers hold f.mu.
func (f *Flow) fits(p *Place) bool {
	width, most := f.width, max(f.width, Widest)
	if f.pilot != nil && f.far.Load() && f.width >= 2*farFirst && p.batch.waiting <= f.width {
		width = min(2*width, most)
	}
	switch {
	case f.taken == 0:
		return true
	case f.taken-f.sent < width && f.taken < min(2*width, most):
		return f.inFlight+p.size <= maxInFlight
	}
	return f.pilot != nil && f.taken < Widest && f.inFlight+p.size <= int64(f.width)*perPlace
}

// full tells that somebody waits for a place, and that no more are taken than
// there are since the flow has become narrower. Callers hold f.mu.
func (f *Flow) full() bool {
	return f.waiting.Len() > 0 && (f.taken-f.sent <= f.width || f.inFlight <= int64(f.width)*perPlace)
}

// begin takes a place for a part that has waited for one. Callers hold f.mu.
func (f *Flow) begin(p *Place) {
	p.batch.waiting--
	f.take(p)
}

// take takes a place. Callers hold f.mu.
func (f *Flow) take(p *Place) {
	f.taken++
	f.inFlight += p.size
	p.batch.taken++
	p.leaves(p.size)
	f.watch()
}

// admit gives the places that are free to who waits. Callers hold f.mu.
func (f *Flow) admit() {
	for at := f.waiting.Front(); at != nil; at = f.waiting.Front() {
		w := at.Value.(*waiter)
		if !f.fits(w.place) {
			return
		}
		f.waiting.Remove(at)
		f.begin(w.place)
		close(w.got)
	}
}
