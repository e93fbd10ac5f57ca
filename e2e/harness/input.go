//go:build e2e && linux

package harness

import (
	"image"

	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// The buttons of the mouse, as X counts them.
const (
	leftButton  = 1
	rightButton = 3
	wheelUp     = 4
	wheelDown   = 5
)

// A hand makes events that the X server cannot tell from a mouse's and a
// keyboard's (XTEST).
type hand struct {
	*xClient
	keys *keymap
}

// withHand runs one movement. The last round trip makes sure that the server
// has worked off all of it before the connection ends.
func (d *Desktop) withHand(move func(*hand) error) error {
	c, err := d.dialX()
	if err != nil {
		return err
	}
	defer c.close()
	if err := xtest.Init(c.conn); err != nil {
		return err
	}
	keys, err := c.readKeymap()
	if err != nil {
		return err
	}
	if err := move(&hand{xClient: c, keys: keys}); err != nil {
		return err
	}
	_, err = xproto.GetInputFocus(c.conn).Reply()
	return err
}

// Focus gives a window the keyboard, as a window manager does when it is
// clicked.
func (d *Desktop) Focus(w Window) error {
	c, err := d.dialX()
	if err != nil {
		return err
	}
	defer c.close()
	return xproto.SetInputFocusChecked(c.conn, xproto.InputFocusParent, xproto.Window(w.ID), xproto.TimeCurrentTime).Check()
}

// MoveTo moves the mouse to a point of the screen.
func (d *Desktop) MoveTo(at image.Point) error {
	return d.withHand(func(h *hand) error { return h.moveTo(at) })
}

// Click clicks with the left button while keys such as "ctrl" or "shift" are
// held.
func (d *Desktop) Click(at image.Point, holding ...string) error {
	return d.withHand(func(h *hand) error {
		codes, err := h.keys.codes(holding)
		if err != nil {
			return err
		}
		return h.hold(codes, func() error { return h.click(at, leftButton, 1) })
	})
}

// DoubleClick clicks twice with the left button.
func (d *Desktop) DoubleClick(at image.Point) error {
	return d.withHand(func(h *hand) error { return h.click(at, leftButton, 2) })
}

// RightClick clicks once with the right button.
func (d *Desktop) RightClick(at image.Point) error {
	return d.withHand(func(h *hand) error { return h.click(at, rightButton, 1) })
}

// Scroll turns the wheel over a point: down by so many clicks, up when
// negative.
func (d *Desktop) Scroll(at image.Point, down int) error {
	button := byte(wheelDown)
	if down < 0 {
		button, down = wheelUp, -down
	}
	return d.withHand(func(h *hand) error { return h.click(at, button, down) })
}

// Press presses keys together, such as "ctrl+v", "shift+Tab" or "Escape": the
// last one is tapped while the others are held.
func (d *Desktop) Press(combination string) error {
	return d.withHand(func(h *hand) error {
		codes, err := h.keys.combination(combination)
		if err != nil {
			return err
		}
		return h.hold(codes, func() error { return nil })
	})
}

// Type types text into whatever has the keyboard. A sign that the keyboard
// does not have gets a key.
func (d *Desktop) Type(text string) error {
	return d.withHand(func(h *hand) error {
		for _, r := range text {
			codes, err := h.keys.forRune(r)
			if err != nil {
				return err
			}
			if err := h.hold(codes, func() error { return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *hand) moveTo(at image.Point) error {
	return xtest.FakeInputChecked(h.conn, xproto.MotionNotify, 0, xproto.TimeCurrentTime,
		h.screen.Root, int16(at.X), int16(at.Y), 0).Check()
}

func (h *hand) click(at image.Point, button byte, times int) error {
	if err := h.moveTo(at); err != nil {
		return err
	}
	for range times {
		if err := h.make(xproto.ButtonPress, button); err != nil {
			return err
		}
		if err := h.make(xproto.ButtonRelease, button); err != nil {
			return err
		}
	}
	return nil
}

// hold presses keys in order, does something, and releases them backwards.
func (h *hand) hold(codes []xproto.Keycode, do func() error) error {
	if len(codes) == 0 {
		return do()
	}
	if err := h.make(xproto.KeyPress, byte(codes[0])); err != nil {
		return err
	}
	if err := h.hold(codes[1:], do); err != nil {
		return err
	}
	return h.make(xproto.KeyRelease, byte(codes[0]))
}

// keyGap is how many milliseconds the server lets go by before a key goes down.
// GLFW takes a second press of the same key in the same millisecond for one that
// an input method has doubled, and drops it; no person is that quick.
const keyGap = 2

func (h *hand) make(kind, detail byte) error {
	delay := uint32(0)
	if kind == xproto.KeyPress {
		delay = keyGap
	}
	return xtest.FakeInputChecked(h.conn, kind, detail, delay, h.screen.Root, 0, 0, 0).Check()
}
