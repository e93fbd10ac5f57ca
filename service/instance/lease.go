package instance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Lease is the use of another program's node. That program does not end of its
// own will before Close, and if it ends nevertheless, Done tells. A lease ends
// with the process that has it.
type Lease struct {
	// Node is how to reach the node.
	Node NodeInfo
	// Ending tells that the other program is done, and stays for its leases alone.
	Ending bool

	hangUp context.CancelFunc
	done   chan struct{}
}

// Node leases the other program's node. ctx bounds the asking, not the lease. The
// error wraps ErrGone when that program is ending, and ErrBusy when it has no node
// to give.
func (r *Running) Node(ctx context.Context) (*Lease, error) {
	life, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	unbind := context.AfterFunc(ctx, hangUp)
	lease, err := r.lease(life, hangUp)
	inTime := unbind()
	switch {
	case inTime && err == nil:
		return lease, nil
	case err == nil:
		lease.Close()
	}
	hangUp()
	if !inTime {
		err = ctx.Err()
	}
	return nil, err
}

func (r *Running) lease(life context.Context, hangUp context.CancelFunc) (*Lease, error) {
	response, err := r.do(life, http.MethodGet, pathLease, nil)
	if err != nil {
		return nil, err
	}
	var told leaseAnswer
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&told); err != nil {
		response.Body.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrGone, r.who(), err)
	}
	lease := &Lease{Node: NodeInfo(told.nodeAnswer), Ending: told.Ending, hangUp: hangUp, done: make(chan struct{})}
	go lease.listen(response.Body)
	return lease, nil
}

// listen waits for the end of an answer that has nothing more to say.
func (l *Lease) listen(body io.ReadCloser) {
	defer close(l.done)
	defer body.Close()
	_, _ = io.Copy(io.Discard, body)
}

// Done is closed when the lease has ended: by Close, or because the other program
// is gone.
func (l *Lease) Done() <-chan struct{} { return l.done }

// Close ends the lease. It may be called again.
func (l *Lease) Close() {
	l.hangUp()
	<-l.done
}
