package clipboard

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// This file is the requestor's side of X11's selections (ICCCM 2.4 to 2.7): the
// owner is asked to convert its content to a type, and writes that to a property
// of a window of ours, in one piece or, as INCR, in many. It goes over a
// connection of its own, so that it works while the program's window is hidden
// or busy, and also where that window is the owner.

const (
	// stretch is how much of a property is read at once, in bytes.
	stretch = 1 << 20
	// mostTypes is of how many types the names are looked up.
	mostTypes = 256
)

// readX11 reads the clipboard of a display such as ":0".
func readX11(ctx context.Context, display string, kinds []string) (Content, error) {
	c, err := dialX11(display)
	if err != nil {
		return Content{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer c.close()
	return best(ctx, c, kinds)
}

// xClient is one client of the X server. It is for one goroutine.
type xClient struct {
	conn   *xgb.Conn
	window xproto.Window
	events chan xgb.Event // closed when the connection has ended
	closed chan struct{}

	clipboard, answer, incr xproto.Atom
}

// errGone: the X server has ended the connection.
var errGone = errors.New("clipboard: the X server has gone")

func dialX11(display string) (*xClient, error) {
	// xgb writes on the error output that a display has no authority file.
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, err
	}
	c := &xClient{conn: conn, events: make(chan xgb.Event), closed: make(chan struct{})}
	go c.pump()
	if err := c.prepare(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// prepare makes the window that is written to, and hears of its properties.
func (c *xClient) prepare() (err error) {
	for name, atom := range map[string]*xproto.Atom{"CLIPBOARD": &c.clipboard, "QUICKSYNC_CLIPBOARD": &c.answer, "INCR": &c.incr} {
		if *atom, err = c.atom(name); err != nil {
			return err
		}
	}
	if c.window, err = xproto.NewWindowId(c.conn); err != nil {
		return err
	}
	root := xproto.Setup(c.conn).DefaultScreen(c.conn).Root
	return xproto.CreateWindowChecked(c.conn, 0, c.window, root, 0, 0, 1, 1, 0,
		xproto.WindowClassInputOnly, 0, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

// pump hands on the events. Errors of single requests come with their replies.
func (c *xClient) pump() {
	defer close(c.events)
	for {
		event, failed := c.conn.WaitForEvent()
		if event == nil && failed == nil {
			return
		}
		if event == nil {
			continue
		}
		select {
		case c.events <- event:
		case <-c.closed:
		}
	}
}

// close ends the connection, with the window, and waits for the pump.
func (c *xClient) close() {
	close(c.closed)
	c.conn.Close()
	for range c.events {
	}
}

func (c *xClient) next(ctx context.Context) (xgb.Event, error) {
	select {
	case e, ok := <-c.events:
		if !ok {
			return nil, errGone
		}
		return e, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *xClient) atom(name string) (xproto.Atom, error) {
	r, err := xproto.InternAtom(c.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, err
	}
	return r.Atom, nil
}

// types implements board. An owner that does not tell may still give a text.
func (c *xClient) types(ctx context.Context) ([]string, error) {
	list, err := c.fetch(ctx, "TARGETS")
	if errors.Is(err, errRefused) {
		return textTypes, nil
	}
	if err != nil {
		return nil, err
	}
	var cookies []xproto.GetAtomNameCookie
	for len(list) >= 4 && len(cookies) < mostTypes {
		cookies = append(cookies, xproto.GetAtomName(c.conn, xproto.Atom(binary.LittleEndian.Uint32(list))))
		list = list[4:]
	}
	var names []string
	for _, cookie := range cookies {
		if r, err := cookie.Reply(); err == nil { // an owner may list what is no atom
			names = append(names, r.Name)
		}
	}
	return names, nil
}

// fetch implements board.
func (c *xClient) fetch(ctx context.Context, kind string) ([]byte, error) {
	target, err := c.atom(kind)
	if err != nil {
		return nil, err
	}
	err = xproto.ConvertSelectionChecked(c.conn, c.window, c.clipboard, target, c.answer, xproto.TimeCurrentTime).Check()
	if err != nil {
		return nil, err
	}
	if err := c.converted(ctx, target); err != nil {
		return nil, err
	}
	found, value, err := c.take(0)
	if err != nil || found != c.incr {
		return value, err
	}
	return c.pieces(ctx)
}

// converted waits for the owner's answer.
func (c *xClient) converted(ctx context.Context, target xproto.Atom) error {
	for {
		event, err := c.next(ctx)
		if err != nil {
			return err
		}
		e, ok := event.(xproto.SelectionNotifyEvent)
		if !ok || e.Target != target {
			continue
		}
		if e.Property == xproto.AtomNone {
			return errRefused
		}
		return nil
	}
}

// pieces reads the property again each time that the owner has written it; an
// empty one is the last. That it was deleted has asked for the first.
func (c *xClient) pieces(ctx context.Context) ([]byte, error) {
	var all []byte
	for {
		event, err := c.next(ctx)
		if err != nil {
			return nil, err
		}
		e, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || e.Atom != c.answer || e.State != xproto.PropertyNewValue {
			continue
		}
		found, value, err := c.take(len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, value...)
		if found != xproto.AtomNone && len(value) == 0 {
			return all, nil
		}
	}
}

// take reads the property and deletes it, and tells its type: none where there
// is none. before is how much was read already.
func (c *xClient) take(before int) (kind xproto.Atom, value []byte, err error) {
	for {
		r, err := xproto.GetProperty(c.conn, true, c.window, c.answer, xproto.GetPropertyTypeAny, uint32(len(value)/4), stretch/4).Reply()
		if err != nil {
			return 0, nil, err
		}
		if before+len(value)+len(r.Value)+int(r.BytesAfter) > MaxSize {
			return 0, nil, ErrTooLarge
		}
		value = append(value, r.Value...)
		if r.BytesAfter == 0 {
			return r.Type, value, nil
		}
	}
}
