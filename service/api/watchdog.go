package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync"
	"time"
)

// Patience bounds how long a call may go without a sign of life. A call dies
// by the watchdog, never by its age.
type Patience struct {
	// Moving is the longest time without a byte while bytes move.
	Moving time.Duration
	// Answer is the longest wait for an answer once all is sent.
	Answer time.Duration
	// Complete is the same for complete, where the server has work to do.
	Complete time.Duration
}

// DefaultPatience is what people's lines and the hosted service need.
var DefaultPatience = Patience{Moving: 30 * time.Second, Answer: 2 * time.Minute, Complete: 10 * time.Minute}

func (p Patience) orDefault() Patience {
	pick := func(d, otherwise time.Duration) time.Duration {
		if d > 0 {
			return d
		}
		return otherwise
	}
	return Patience{
		Moving:   pick(p.Moving, DefaultPatience.Moving),
		Answer:   pick(p.Answer, DefaultPatience.Answer),
		Complete: pick(p.Complete, DefaultPatience.Complete),
	}
}

// waiting says which wait for an answer a call has.
type waiting int

const (
	waitAnswer waiting = iota
	waitComplete
)

type waitingKey struct{}

func withWaiting(ctx context.Context, w waiting) context.Context {
	return context.WithValue(ctx, waitingKey{}, w)
}

// watchdog is a RoundTripper that ends a request when nothing moves. It goes by
// timers, which run on the monotonic clock: setting the clock, or waking from a
// sleep during which that stood still, takes no request's time away.
type watchdog struct {
	next     http.RoundTripper
	patience Patience

	mu    sync.Mutex
	alive map[*dog]netip.Addr // and from which address, where that is known
	last  time.Time           // when a request began or ended, by the clock on the wall
}

// CloseIdleConnections is what http.Client looks for in its transport.
func (w *watchdog) CloseIdleConnections() {
	if next, ok := w.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

// end ends requests, by the address that they go from: not valid where no
// connection has been made yet.
func (w *watchdog) end(which func(from netip.Addr) bool, cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for d, from := range w.alive {
		if which(from) {
			d.cancel(cause)
		}
	}
}

// awaken closes the connections that wait where none has been used for as long as
// they may wait. The transport does so by itself, but by a clock that stands still
// while the computer sleeps: the next request would be sent into one that is dead.
func (w *watchdog) awaken() {
	w.mu.Lock()
	now := time.Now().Round(0) // without the monotonic reading
	stale := len(w.alive) == 0 && now.Sub(w.last) > idleTimeout
	w.last = now
	w.mu.Unlock()
	if stale {
		w.CloseIdleConnections()
	}
}

// connected notes from where a request goes. A proxy over a pipe has no address.
func (w *watchdog) connected(d *dog, c net.Conn) {
	if local, ok := c.LocalAddr().(*net.TCPAddr); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, ok := w.alive[d]; ok {
			w.alive[d] = local.AddrPort().Addr()
		}
	}
}

// begin lets a dog watch a request.
func (w *watchdog) begin(req *http.Request) (*dog, *http.Request) {
	ctx, cancel := context.WithCancelCause(req.Context())
	d := &dog{timer: time.AfterFunc(w.answer(ctx), func() { cancel(ErrStalled) }), ctx: ctx, cancel: cancel}
	d.over = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.alive, d)
		w.last = time.Now().Round(0)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alive[d] = netip.Addr{}
	return d, req.Clone(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) { w.connected(d, i.Conn) },
	}))
}

// RoundTrip implements http.RoundTripper.
func (w *watchdog) RoundTrip(req *http.Request) (*http.Response, error) {
	w.awaken()
	d, req := w.begin(req)
	if req.Body != nil && req.Body != http.NoBody {
		w.watchSending(req, d)
	}
	resp, err := w.next.RoundTrip(req)
	if err != nil {
		d.leave()
		return nil, d.why(err)
	}
	d.sleep()
	resp.Body = &received{ReadCloser: resp.Body, dog: d, moving: w.patience.Moving}
	return resp, nil
}

func (w *watchdog) answer(ctx context.Context) time.Duration {
	if ctx.Value(waitingKey{}) == waitComplete {
		return w.patience.Complete
	}
	return w.patience.Answer
}

// watchSending feeds the dog with every read of the body, also when the
// transport asks for the body again.
func (w *watchdog) watchSending(req *http.Request, d *dog) {
	wrap := func(body io.ReadCloser) io.ReadCloser {
		return &sent{ReadCloser: body, dog: d, left: req.ContentLength, moving: w.patience.Moving, answer: w.answer(req.Context())}
	}
	req.Body = wrap(req.Body)
	if again := req.GetBody; again != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return wrap(body), nil
		}
	}
}

// A dog bites when it is not fed in time. It is fed by the goroutines of the
// transport and of the caller.
type dog struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	timer  *time.Timer
	gone   bool
	over   func()
}

func (d *dog) feed(lasts time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.gone {
		d.timer.Reset(lasts)
	}
}

func (d *dog) sleep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.timer.Stop()
}

func (d *dog) leave() {
	d.mu.Lock()
	d.gone = true
	d.timer.Stop()
	d.mu.Unlock()
	d.over()
	d.cancel(nil)
}

// why names what ended the request where that was the dog.
func (d *dog) why(err error) error {
	switch cause := context.Cause(d.ctx); cause {
	case ErrStalled, errLeft, errSlept:
		return cause
	}
	return err
}

// sent is the body of a request: between two reads the transport writes to the
// line, and that is the time under watch.
type sent struct {
	io.ReadCloser
	dog            *dog
	left           int64
	moving, answer time.Duration
}

func (b *sent) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left <= 0 || err != nil {
		b.dog.feed(b.answer)
	} else {
		b.dog.feed(b.moving)
	}
	return n, err
}

// received is the body of an answer: the time under watch is that inside a
// read; how long the reader dwells on what it got is its own affair.
type received struct {
	io.ReadCloser
	dog    *dog
	moving time.Duration
}

func (b *received) Read(p []byte) (int, error) {
	b.dog.feed(b.moving)
	n, err := b.ReadCloser.Read(p)
	b.dog.sleep()
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.dog.why(err)
	}
	return n, err
}

func (b *received) Close() error {
	defer b.dog.leave()
	return b.ReadCloser.Close()
}
