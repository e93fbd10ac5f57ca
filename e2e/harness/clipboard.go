//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

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

// A Copied is what somebody else has copied. It stays on the clipboard until
// another program copies something.
type Copied struct {
	client *xClient
	offer  offer // nil: it never answers
	piece  int   // 0: all at once
	rest   []sending
	read   atomic.Int64  // how often it was handed over
	lost   chan struct{} // closed when another program copied
	done   chan struct{} // closed when the server goroutine ended
	stop   context.CancelFunc
}

// Copy puts text on the clipboard as another program would. Close ends that
// program.
func (d *Desktop) Copy(text string) (*Copied, error) {
	return d.CopyAs(map[string][]byte{"UTF8_STRING": []byte(text), "STRING": []byte(text)}, 0)
}

// CopyFiles is Copy for files, as a file manager copies them.
func (d *Desktop) CopyFiles(paths ...string) (*Copied, error) {
	list := uriList(paths)
	return d.CopyAs(map[string][]byte{
		uriListType: []byte(list), "x-special/gnome-copied-files": []byte("copy\n" + strings.ReplaceAll(strings.TrimSpace(list), "\r", "")),
		"UTF8_STRING": []byte(strings.Join(paths, "\n")),
	}, 0)
}

// CopyMute has a program own the clipboard that never answers, as one does that
// hangs.
func (d *Desktop) CopyMute() (*Copied, error) { return d.CopyAs(nil, 0) }

// CopyAs is Copy for anything, by the names of its types. What is longer than
// piece bytes is handed over in pieces of that length (ICCCM 2.7.2, INCR), which
// one request must hold: at most 128 KiB. 0 hands over all at once.
func (d *Desktop) CopyAs(content map[string][]byte, piece int) (*Copied, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	if err := c.own("CLIPBOARD"); err != nil {
		c.close()
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	o := &Copied{client: c, offer: content, piece: piece, lost: make(chan struct{}), done: make(chan struct{}), stop: stop}
	go o.serve(ctx)
	return o, nil
}

func (o *Copied) serve(ctx context.Context) {
	defer close(o.done)
	for {
		event, err := o.client.next(ctx)
		if err != nil {
			return
		}
		switch e := event.(type) {
		case xproto.SelectionRequestEvent:
			if o.offer != nil {
				// A requestor that has gone meanwhile is no fault of ours.
				_ = o.hand(e)
			}
		case xproto.PropertyNotifyEvent:
			_ = o.goOn(e)
		case xproto.SelectionClearEvent:
			close(o.lost)
			return
		}
	}
}

// Read tells how often another program has read what was copied; what is handed
// over in pieces does not count.
func (o *Copied) Read() int64 { return o.read.Load() }

// Lost is closed once another program has copied something.
func (o *Copied) Lost() <-chan struct{} { return o.lost }

// Close ends the owner and waits for it; the clipboard is empty then, unless
// another program has copied something.
func (o *Copied) Close() {
	o.stop()
	<-o.done
	o.client.close()
}

// A sending is a content that is handed over in pieces.
type sending struct {
	to             xproto.Window
	property, kind xproto.Atom
	rest           []byte
}

// hand answers a request, and begins to hand over in pieces what is long.
func (o *Copied) hand(e xproto.SelectionRequestEvent) error {
	name, err := xproto.GetAtomName(o.client.conn, e.Target).Reply()
	if err != nil {
		return err
	}
	content := o.offer[name.Name]
	if o.piece == 0 || len(content) <= o.piece {
		err := o.client.answer(e, o.offer)
		if content != nil && err == nil {
			o.read.Add(1)
		}
		return err
	}
	incr, err := o.client.atom("INCR")
	if err != nil {
		return err
	}
	mask := []uint32{xproto.EventMaskPropertyChange}
	if err := xproto.ChangeWindowAttributesChecked(o.client.conn, e.Requestor, xproto.CwEventMask, mask).Check(); err != nil {
		return err
	}
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(content)))
	if err := o.client.setProperty(e.Requestor, e.Property, incr, 32, length); err != nil {
		return err
	}
	o.rest = append(o.rest, sending{to: e.Requestor, property: e.Property, kind: e.Target, rest: content})
	reply := xproto.SelectionNotifyEvent{
		Time: e.Time, Requestor: e.Requestor, Selection: e.Selection, Target: e.Target, Property: e.Property,
	}
	return xproto.SendEventChecked(o.client.conn, false, e.Requestor, xproto.EventMaskNoEvent, string(reply.Bytes())).Check()
}

// goOn writes the next piece where the last one was read; an empty one is the
// last.
func (o *Copied) goOn(e xproto.PropertyNotifyEvent) error {
	at := slices.IndexFunc(o.rest, func(s sending) bool { return s.to == e.Window && s.property == e.Atom })
	if at < 0 || e.State != xproto.PropertyDelete {
		return nil
	}
	s := &o.rest[at]
	n := min(o.piece, len(s.rest))
	err := o.client.setProperty(s.to, s.property, s.kind, 8, s.rest[:n])
	if s.rest = s.rest[n:]; n == 0 || err != nil {
		o.rest = slices.Delete(o.rest, at, at+1)
	}
	return err
}
