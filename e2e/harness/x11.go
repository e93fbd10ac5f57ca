//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// An xClient is one client of the X server: a connection, a window that nobody
// sees, and the events that came. It is for one goroutine.
type xClient struct {
	conn   *xgb.Conn
	screen *xproto.ScreenInfo
	window xproto.Window
	events chan xgb.Event // closed when the connection ends
	names  map[string]xproto.Atom
	closed chan struct{}
}

// dialX connects. xgb logs a missing authority file and each connection's end
// on the error output; both are as they should be here.
func (d *Desktop) dialX() (*xClient, error) {
	xgb.Logger.SetOutput(io.Discard)
	conn, err := xgb.NewConnDisplay(d.Display)
	if err != nil {
		return nil, fmt.Errorf("connecting to the X server: %w", err)
	}
	c := &xClient{
		conn:   conn,
		screen: xproto.Setup(conn).DefaultScreen(conn),
		events: make(chan xgb.Event),
		names:  make(map[string]xproto.Atom),
		closed: make(chan struct{}),
	}
	go c.pump()
	if err := c.makeWindow(); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// makeWindow makes the window that owns and asks for selections. It hears of
// its properties, as INCR needs.
func (c *xClient) makeWindow() error {
	id, err := xproto.NewWindowId(c.conn)
	if err != nil {
		return err
	}
	c.window = id
	return xproto.CreateWindowChecked(c.conn, 0, id, c.screen.Root, 0, 0, 1, 1, 0,
		xproto.WindowClassInputOnly, 0, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

// pump hands on the events. Errors of unchecked requests are left out: what
// matters is asked for with Check or Reply.
func (c *xClient) pump() {
	defer close(c.events)
	for {
		event, xerr := c.conn.WaitForEvent()
		if event == nil && xerr == nil {
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

// close ends the connection and waits until the pump has.
func (c *xClient) close() {
	close(c.closed)
	c.conn.Close()
	for range c.events {
	}
}

// errXGone tells that the X server ended the connection.
var errXGone = errors.New("the X server has gone")

// next returns the next event.
func (c *xClient) next(ctx context.Context) (xgb.Event, error) {
	select {
	case e, ok := <-c.events:
		if !ok {
			return nil, errXGone
		}
		return e, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// atom returns the number that the server has for a name.
func (c *xClient) atom(name string) (xproto.Atom, error) {
	if a, ok := c.names[name]; ok {
		return a, nil
	}
	r, err := xproto.InternAtom(c.conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, fmt.Errorf("atom %s: %w", name, err)
	}
	c.names[name] = r.Atom
	return r.Atom, nil
}

// atoms looks several names up at once.
func (c *xClient) atoms(names ...string) ([]xproto.Atom, error) {
	all := make([]xproto.Atom, len(names))
	for i, name := range names {
		a, err := c.atom(name)
		if err != nil {
			return nil, err
		}
		all[i] = a
	}
	return all, nil
}

// property returns the whole value of a window's property and its type; a
// property that is not there has no type. take deletes it once it is read.
func (c *xClient) property(w xproto.Window, a xproto.Atom, take bool) (*xproto.GetPropertyReply, error) {
	const all = 1 << 28 // in units of four bytes: more than any property holds
	return xproto.GetProperty(c.conn, take, w, a, xproto.GetPropertyTypeAny, 0, all).Reply()
}

// setProperty writes bytes of one type to a window, in pieces that fit the
// X server's longest request.
func (c *xClient) setProperty(w xproto.Window, a, kind xproto.Atom, format byte, value []byte) error {
	const piece = 128 << 10
	unit := int(format) / 8
	mode := byte(xproto.PropModeReplace)
	for {
		n := min(piece, len(value))
		err := xproto.ChangePropertyChecked(c.conn, mode, w, a, kind, format, uint32(n/unit), value[:n]).Check()
		if err != nil {
			return err
		}
		if value, mode = value[n:], xproto.PropModeAppend; len(value) == 0 {
			return nil
		}
	}
}

// send gives a window a client message of five numbers.
func (c *xClient) send(w xproto.Window, kind string, data [5]uint32) error {
	a, err := c.atom(kind)
	if err != nil {
		return err
	}
	m := xproto.ClientMessageEvent{Format: 32, Window: w, Type: a, Data: xproto.ClientMessageDataUnionData32New(data[:])}
	return xproto.SendEventChecked(c.conn, false, w, xproto.EventMaskNoEvent, string(m.Bytes())).Check()
}
