//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jezek/xgb/xproto"
)

// ErrClipboardEmpty tells that nobody owns the clipboard, or that its owner
// has no text.
var ErrClipboardEmpty = errors.New("there is no text on the clipboard")

// Clipboard asks the owner of the clipboard for its text, as a paste does.
func (d *Desktop) Clipboard(ctx context.Context) (string, error) {
	c, err := d.dialX()
	if err != nil {
		return "", err
	}
	defer c.close()
	text, err := c.convert(ctx, "CLIPBOARD", "UTF8_STRING")
	return string(text), err
}

// convert asks for a selection, in one piece or in many (ICCCM 2.7.2, INCR).
func (c *xClient) convert(ctx context.Context, selection, target string) ([]byte, error) {
	a, err := c.atoms(selection, target, "QS_ANSWER", "INCR")
	if err != nil {
		return nil, err
	}
	answer, incr := a[2], a[3]
	err = xproto.ConvertSelectionChecked(c.conn, c.window, a[0], a[1], answer, xproto.TimeCurrentTime).Check()
	if err != nil {
		return nil, err
	}
	notify, err := c.awaitSelection(ctx)
	if err != nil {
		return nil, err
	}
	if notify.Property == xproto.AtomNone {
		return nil, ErrClipboardEmpty
	}
	got, err := c.property(c.window, answer, true)
	if err != nil {
		return nil, err
	}
	if got.Type == incr {
		return c.pieces(ctx, answer)
	}
	return got.Value, nil
}

func (c *xClient) awaitSelection(ctx context.Context) (xproto.SelectionNotifyEvent, error) {
	for {
		event, err := c.next(ctx)
		if err != nil {
			return xproto.SelectionNotifyEvent{}, fmt.Errorf("waiting for the selection's owner: %w", err)
		}
		if e, ok := event.(xproto.SelectionNotifyEvent); ok {
			return e, nil
		}
	}
}

// pieces reads a property again each time that the owner has written it; an
// empty one is the last. It was deleted before, which asks for the first.
func (c *xClient) pieces(ctx context.Context, answer xproto.Atom) ([]byte, error) {
	var all bytes.Buffer
	for {
		event, err := c.next(ctx)
		if err != nil {
			return nil, fmt.Errorf("waiting for the rest of the selection: %w", err)
		}
		e, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || e.Atom != answer || e.State != xproto.PropertyNewValue {
			continue
		}
		got, err := c.property(c.window, answer, true)
		if err != nil {
			return nil, err
		}
		if len(got.Value) == 0 {
			return all.Bytes(), nil
		}
		all.Write(got.Value)
	}
}

// A Copied is text that somebody else has copied. It stays on the clipboard
// until another program copies something.
type Copied struct {
	client *xClient
	lost   chan struct{} // closed when another program copied
	done   chan struct{} // closed when the server goroutine ended
	stop   context.CancelFunc
}

// Copy puts text on the clipboard as another program would. Close ends that
// program.
func (d *Desktop) Copy(text string) (*Copied, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	if err := c.own("CLIPBOARD"); err != nil {
		c.close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	o := &Copied{client: c, lost: make(chan struct{}), done: make(chan struct{}), stop: stop}
	go o.serve(ctx, offer{"UTF8_STRING": []byte(text), "STRING": []byte(text)})
	return o, nil
}

func (o *Copied) serve(ctx context.Context, text offer) {
	defer close(o.done)
	for {
		event, err := o.client.next(ctx)
		if err != nil {
			return
		}
		switch e := event.(type) {
		case xproto.SelectionRequestEvent:
			// A requestor that has gone meanwhile is no fault of ours.
			_ = o.client.answer(e, text)
		case xproto.SelectionClearEvent:
			close(o.lost)
			return
		}
	}
}

// Lost is closed once another program has copied something.
func (o *Copied) Lost() <-chan struct{} { return o.lost }

// Close ends the owner and waits for it; the clipboard is empty then, unless
// another program has copied something.
func (o *Copied) Close() {
	o.stop()
	<-o.done
	o.client.close()
}
