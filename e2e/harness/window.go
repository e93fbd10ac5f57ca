//go:build e2e && linux

package harness

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"

	"github.com/jezek/xgb/xproto"
)

// A Window is a window of a program, told apart by its number on the X server.
type Window struct {
	ID    uint32
	PID   int
	Title string
	// Bounds in pixels of the screen.
	Bounds image.Rectangle
}

// Window waits for a window of the program that can be seen and has this
// title; an empty title takes any. It gives up when the program ends.
func (p *Program) Window(ctx context.Context, title string) (Window, error) {
	ctx, cancel := p.whileRunning(ctx)
	defer cancel(nil)
	var found Window
	err := Until(ctx, fmt.Sprintf("a window %q", title), func() (bool, error) {
		all, err := p.desk.Windows()
		for _, w := range all {
			if w.PID == p.PID() && (title == "" || w.Title == title) {
				found = w
				return true, nil
			}
		}
		return false, err
	})
	return found, p.explain(ctx, err)
}

// WaitNoWindow waits until the program shows no window.
func (p *Program) WaitNoWindow(ctx context.Context) error {
	return Until(ctx, "the windows to go", func() (bool, error) {
		all, err := p.desk.Windows()
		for _, w := range all {
			if w.PID == p.PID() {
				return false, nil
			}
		}
		return err == nil, err
	})
}

// Windows returns the windows that can be seen, lowest first. Without a window
// manager they are the children of the root.
func (d *Desktop) Windows() ([]Window, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	defer c.close()
	tree, err := xproto.QueryTree(c.conn, c.screen.Root).Reply()
	if err != nil {
		return nil, err
	}
	var all []Window
	for _, id := range tree.Children {
		if w, ok := c.look(id); ok {
			all = append(all, w)
		}
	}
	return all, nil
}

// look describes a window; false when it cannot be seen or has just gone.
func (c *xClient) look(id xproto.Window) (Window, bool) {
	attr, err := xproto.GetWindowAttributes(c.conn, id).Reply()
	if err != nil || attr.MapState != xproto.MapStateViewable || attr.Class == xproto.WindowClassInputOnly {
		return Window{}, false
	}
	g, err := xproto.GetGeometry(c.conn, xproto.Drawable(id)).Reply()
	if err != nil {
		return Window{}, false
	}
	w := Window{ID: uint32(id), Title: c.text(id, "_NET_WM_NAME")}
	if w.Title == "" {
		w.Title = c.text(id, "WM_NAME")
	}
	if b := c.bytes(id, "_NET_WM_PID"); len(b) == 4 {
		w.PID = int(binary.LittleEndian.Uint32(b))
	}
	at := image.Pt(int(g.X)+int(g.BorderWidth), int(g.Y)+int(g.BorderWidth))
	w.Bounds = image.Rectangle{Min: at, Max: at.Add(image.Pt(int(g.Width), int(g.Height)))}
	return w, true
}

func (c *xClient) text(w xproto.Window, name string) string { return string(c.bytes(w, name)) }

func (c *xClient) bytes(w xproto.Window, name string) []byte {
	a, err := c.atom(name)
	if err != nil {
		return nil
	}
	r, err := c.property(w, a, false)
	if err != nil {
		return nil
	}
	return r.Value
}

// Place moves and resizes a window, as a window manager does for a person, and
// waits until the X server has done so.
func (d *Desktop) Place(w Window, bounds image.Rectangle) (Window, error) {
	c, err := d.dialX()
	if err != nil {
		return w, err
	}
	defer c.close()
	const mask = xproto.ConfigWindowX | xproto.ConfigWindowY | xproto.ConfigWindowWidth | xproto.ConfigWindowHeight
	values := []uint32{uint32(bounds.Min.X), uint32(bounds.Min.Y), uint32(bounds.Dx()), uint32(bounds.Dy())}
	if err := xproto.ConfigureWindowChecked(c.conn, xproto.Window(w.ID), mask, values).Check(); err != nil {
		return w, err
	}
	placed, ok := c.look(xproto.Window(w.ID))
	if !ok {
		return w, errors.New("the window has gone")
	}
	return placed, nil
}

// CloseWindow asks the program to close a window, as the cross in its corner
// does (ICCCM, WM_DELETE_WINDOW).
func (d *Desktop) CloseWindow(w Window) error {
	c, err := d.dialX()
	if err != nil {
		return err
	}
	defer c.close()
	del, err := c.atom("WM_DELETE_WINDOW")
	if err != nil {
		return err
	}
	return c.send(xproto.Window(w.ID), "WM_PROTOCOLS", [5]uint32{uint32(del), xproto.TimeCurrentTime})
}
