//go:build e2e && linux

package harness

import (
	"bytes"
	"context"
	"image"
	"time"

	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// A Hand is a hand that stays at the desk: what it does is not preceded by the
// connection that a single movement makes, so that its time can be taken. It is
// for one goroutine.
type Hand struct{ hand *hand }

// NewHand returns a hand. Close lets it go.
func (d *Desktop) NewHand() (*Hand, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	if err := xtest.Init(c.conn); err != nil {
		c.close()
		return nil, err
	}
	keys, err := c.readKeymap()
	if err != nil {
		c.close()
		return nil, err
	}
	return &Hand{&hand{xClient: c, keys: keys}}, nil
}

// Press is that of Desktop.
func (h *Hand) Press(combination string) error {
	codes, err := h.hand.keys.combination(combination)
	if err != nil {
		return err
	}
	return h.hand.hold(codes, func() error { return nil })
}

// Click is that of Desktop, with no key held.
func (h *Hand) Click(at image.Point) error { return h.hand.click(at, leftButton, 1) }

// Close lets the hand go.
func (h *Hand) Close() { h.hand.close() }

// An Eye looks at one part of the screen, again and again. It is for one
// goroutine.
type Eye struct {
	client *xClient
	part   image.Rectangle
}

// NewEye returns an eye for a part of the screen, in its points, all of which
// must be on it. Close closes it.
func (d *Desktop) NewEye(part image.Rectangle) (*Eye, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	return &Eye{c, part}, nil
}

// Look returns the pixels as the X server has them: four bytes each, blue first
// and the last one without a meaning, row after row.
func (e *Eye) Look() ([]byte, error) {
	r, err := xproto.GetImage(e.client.conn, xproto.ImageFormatZPixmap, xproto.Drawable(e.client.screen.Root),
		int16(e.part.Min.X), int16(e.part.Min.Y), uint16(e.part.Dx()), uint16(e.part.Dy()), 0xffffffff).Reply()
	if err != nil {
		return nil, err
	}
	return r.Data, nil
}

// Until looks every so often until seen answers true, and returns when that was.
func (e *Eye) Until(ctx context.Context, what string, pause time.Duration, seen func([]byte) bool) (time.Time, error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		pixels, err := e.Look()
		at := time.Now()
		if err != nil {
			return at, err
		}
		if seen(pixels) {
			return at, nil
		}
		select {
		case <-ctx.Done():
			return at, waited(ctx, what, nil)
		case <-tick.C:
		}
	}
}

// Changed looks until the part is another one than before, and returns when that
// was seen.
func (e *Eye) Changed(ctx context.Context, before []byte, pause time.Duration) (time.Time, error) {
	return e.Until(ctx, "another picture", pause, func(now []byte) bool { return !bytes.Equal(now, before) })
}

// Close closes the eye.
func (e *Eye) Close() { e.client.close() }
