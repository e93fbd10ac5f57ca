//go:build e2e && linux

package harness

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jezek/xgb/xproto"
)

// Screenshot is what the screen shows. Its points are those of Click.
func (d *Desktop) Screenshot() (*image.RGBA, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.picture(c.screen.Root, c.size())
}

// Picture is what the screen shows of a window, in points of the screen.
func (d *Desktop) Picture(w Window) (*image.RGBA, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	defer c.close()
	return c.picture(c.screen.Root, w.Bounds)
}

// size is the screen, in pixels.
func (c *xClient) size() image.Rectangle {
	return image.Rect(0, 0, int(c.screen.WidthInPixels), int(c.screen.HeightInPixels))
}

// picture reads the part of w that is on the screen: 24-bit pixels in 32 bits
// each, blue first, which is Xvfb's layout at depth 24 on every machine with
// the least byte first.
func (c *xClient) picture(w xproto.Window, part image.Rectangle) (*image.RGBA, error) {
	if part = part.Intersect(c.size()); part.Empty() {
		return nil, fmt.Errorf("nothing of it is on the screen of %v", c.size())
	}
	const allPlanes = 0xffffffff
	r, err := xproto.GetImage(c.conn, xproto.ImageFormatZPixmap, xproto.Drawable(w),
		int16(part.Min.X), int16(part.Min.Y), uint16(part.Dx()), uint16(part.Dy()), allPlanes).Reply()
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(part)
	if len(r.Data) != len(img.Pix) {
		return nil, fmt.Errorf("a picture of %d bytes, want %d", len(r.Data), len(img.Pix))
	}
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = r.Data[i+2], r.Data[i+1], r.Data[i], 0xff
	}
	return img, nil
}

// WaitStill waits until a window shows the same picture for the time quiet,
// and returns it.
func (d *Desktop) WaitStill(ctx context.Context, w Window, quiet time.Duration) (*image.RGBA, error) {
	c, err := d.dialX()
	if err != nil {
		return nil, err
	}
	defer c.close()
	var last *image.RGBA
	var since time.Time
	err = Until(ctx, fmt.Sprintf("%q to stand still", w.Title), func() (bool, error) {
		img, err := c.picture(c.screen.Root, w.Bounds)
		if err != nil {
			return false, err
		}
		if last == nil || !bytes.Equal(img.Pix, last.Pix) {
			last, since = img, time.Now()
		}
		return time.Since(since) >= quiet, nil
	})
	return last, err
}

// SavePNG writes a picture to a file, whose folder it makes.
func SavePNG(path string, img image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}

// FindColour returns the bounds of the connected regions of one colour, the
// one of most pixels first. tolerance is how far red, green and blue may each
// be off, in 255ths. Pixels touch by their sides, not by their corners.
func FindColour(img image.Image, want color.Color, tolerance uint8) []image.Rectangle {
	s := &search{img: asRGBA(img), want: color.RGBAModel.Convert(want).(color.RGBA), tolerance: int(tolerance),
		bounds: img.Bounds(), seen: make([]bool, img.Bounds().Dx()*img.Bounds().Dy())}
	var found []region
	for y := s.bounds.Min.Y; y < s.bounds.Max.Y; y++ {
		for x := s.bounds.Min.X; x < s.bounds.Max.X; x++ {
			if r := s.flood(image.Pt(x, y)); r.pixels > 0 {
				found = append(found, r)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b region) int { return cmp.Compare(b.pixels, a.pixels) })
	rects := make([]image.Rectangle, len(found))
	for i, r := range found {
		rects[i] = r.bounds
	}
	return rects
}

// asRGBA returns the picture itself where it is of the kind whose pixels are
// read quickest, as all of Picture's are.
func asRGBA(img image.Image) *image.RGBA {
	if same, ok := img.(*image.RGBA); ok {
		return same
	}
	c := image.NewRGBA(img.Bounds())
	draw.Draw(c, c.Rect, img, c.Rect.Min, draw.Src)
	return c
}

// A region is a set of connected pixels.
type region struct {
	bounds image.Rectangle
	pixels int
}

type search struct {
	img       *image.RGBA
	want      color.RGBA
	tolerance int
	bounds    image.Rectangle
	seen      []bool
	next      []image.Point // of flood, kept to be used again
}

// flood takes the region around a point; it is empty where the point has
// another colour or was taken before.
func (s *search) flood(at image.Point) (r region) {
	for s.next = append(s.next[:0], at); len(s.next) > 0; {
		p := s.next[len(s.next)-1]
		s.next = s.next[:len(s.next)-1]
		if !s.take(p) {
			continue
		}
		r.pixels++
		r.bounds = r.bounds.Union(image.Rectangle{Min: p, Max: p.Add(image.Pt(1, 1))})
		s.next = append(s.next, p.Add(image.Pt(1, 0)), p.Add(image.Pt(-1, 0)), p.Add(image.Pt(0, 1)), p.Add(image.Pt(0, -1)))
	}
	return r
}

// take tells whether a point is of the colour and was not taken before.
func (s *search) take(p image.Point) bool {
	if !p.In(s.bounds) {
		return false
	}
	i := (p.Y-s.bounds.Min.Y)*s.bounds.Dx() + p.X - s.bounds.Min.X
	if s.seen[i] {
		return false
	}
	s.seen[i] = true
	c := s.img.RGBAAt(p.X, p.Y)
	return s.near(c.R, s.want.R) && s.near(c.G, s.want.G) && s.near(c.B, s.want.B)
}

func (s *search) near(a, b uint8) bool {
	off := int(a) - int(b)
	return off <= s.tolerance && -off <= s.tolerance
}
