package limit

import (
	"context"
	"errors"
	"io"
	"time"
)

// errClosed is the error of a Reader that was closed.
var errClosed = errors.New("limit: the reader is closed")

// A Reader is one stream of a file, whose bytes come at its share of the
// bandwidth. One goroutine reads; any may close.
type Reader struct {
	ctx       context.Context
	bandwidth *Bandwidth
	direction *direction
	file      any
	source    io.Reader
	left      int64 // bytes to come
	joined    bool  // has waited for a turn
	place     stream
}

// Up returns a stream that is sent: size bytes of the source, which belong to the
// file that this comparable key stands for. What follows them, if anything, is
// not limited. A read waits for its turn no longer than ctx lasts; its error is
// then the cause. The caller closes the stream.
func (b *Bandwidth) Up(ctx context.Context, file any, source io.Reader, size int64) *Reader {
	return b.reader(ctx, &b.up, file, source, size)
}

// Down returns a stream that is received, as Up one that is sent.
func (b *Bandwidth) Down(ctx context.Context, file any, source io.Reader, size int64) *Reader {
	return b.reader(ctx, &b.down, file, source, size)
}

func (b *Bandwidth) reader(ctx context.Context, d *direction, file any, source io.Reader, size int64) *Reader {
	b.look(time.Now())
	return &Reader{ctx: ctx, bandwidth: b, direction: d, file: file, source: source, left: size, place: stream{ready: make(chan struct{}, 1)}}
}

// Read implements io.Reader. It reads as much as its turn allows, which is less
// than buf holds where the limit is low.
func (r *Reader) Read(buf []byte) (n int, err error) {
	if r.direction.rate.Load() == 0 || r.left <= 0 || len(buf) == 0 {
		n, err = r.source.Read(buf)
	} else {
		n, err = r.readInTurn(buf[:min(int64(len(buf)), r.left)])
	}
	r.left -= int64(n)
	if r.joined && (err != nil || r.left <= 0) {
		_ = r.Close() // the others need not leave a turn to it
	}
	return n, err
}

func (r *Reader) readInTurn(buf []byte) (int, error) {
	turn, err := r.wait(len(buf))
	if err != nil {
		return 0, err
	}
	n, err := r.source.Read(buf[:turn])
	if unused := turn - n; unused > 0 {
		r.direction.mu.Lock()
		defer r.direction.mu.Unlock()
		r.direction.refund(&r.place, unused)
	}
	return n, err
}

// wait returns how many of the wanted bytes may be read.
func (r *Reader) wait(want int) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	r.bandwidth.look(time.Now())
	d, p := r.direction, &r.place
	d.mu.Lock()
	if p.closed {
		d.mu.Unlock()
		return 0, errClosed
	}
	r.joined = true
	p.want, p.got = want, 0
	d.enter(p, r.file)
	d.mu.Unlock()
	select {
	case <-p.ready:
	case <-r.ctx.Done():
		_ = r.Close()
		return 0, context.Cause(r.ctx)
	}
	return r.turn()
}

// turn is what a wait has brought.
func (r *Reader) turn() (int, error) {
	r.direction.mu.Lock()
	defer r.direction.mu.Unlock()
	if r.place.got == 0 {
		return 0, errClosed
	}
	return r.place.got, nil
}

// Close takes the stream out of the round, and ends a read that waits for its
// turn; reads that would have to wait fail from now on. It does not close the
// source. It never fails.
func (r *Reader) Close() error {
	d, p := r.direction, &r.place
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	d.leave(p)
	return nil
}
