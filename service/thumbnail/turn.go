package thumbnail

import (
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/draw"
)

// A turn is what makes a picture upright, by the numbers of Exif's tag
// Orientation (Exif 2.32, 4.6.4): 1 is upright, from 5 on width and height
// change places.
type turn int

const upright turn = 1

// orientation reads how a camera was held; upright where nothing tells it.
func orientation(file *io.SectionReader) turn {
	data := exif(file)
	if len(data) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(data[4:]))
	if at+2 > uint64(len(data)) {
		return upright
	}
	const entry, tag = 12, 0x0112
	for range order.Uint16(data[at:]) {
		if at+2+entry > uint64(len(data)) {
			return upright
		}
		if e := data[at+2:]; order.Uint16(e) == tag {
			if t := turn(order.Uint16(e[8:])); t > upright && t <= 8 {
				return t
			}
			return upright
		}
		at += entry
	}
	return upright
}

func (t turn) swaps() bool { return t >= 5 }

// box is the box before the turn.
func (t turn) box(size image.Point) image.Point {
	if t.swaps() {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// apply turns a picture.
func (t turn) apply(from *image.RGBA) image.Image {
	if t == upright {
		return from
	}
	size := t.box(from.Rect.Size())
	to := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			to.SetRGBA(x, y, from.RGBAAt(t.source(x, y, size)))
		}
	}
	return to
}

// source is where a pixel of the upright picture comes from.
func (t turn) source(x, y int, size image.Point) (_, _ int) {
	left, below := size.X-1-x, size.Y-1-y
	switch t {
	case 2:
		return left, y
	case 3:
		return left, below
	case 4:
		return x, below
	case 5:
		return y, x
	case 6:
		return y, left
	case 7:
		return below, left
	case 8:
		return below, x
	}
	return x, y
}

// coarse is how many times larger than the thumbnail a picture is made first,
// where it is larger still: quick, but not smooth.
const coarse = 4

// shrink makes a picture small enough for a box, in two steps: a smooth one over
// all pixels of a large picture would take seconds.
func shrink(picture image.Image, box image.Point) *image.RGBA {
	from := picture.Bounds()
	size := fit(from.Size(), box)
	rough := fit(from.Size(), box.Mul(coarse))
	if rough != from.Size() {
		step := image.NewRGBA(image.Rectangle{Max: rough})
		draw.ApproxBiLinear.Scale(step, step.Rect, picture, from, draw.Src, nil)
		picture, from = step, step.Rect
	}
	small := image.NewRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(small, small.Rect, picture, from, draw.Src, nil)
	return small
}

// fit is the largest size within a box that has the shape of another, which is
// never made larger.
func fit(size, box image.Point) image.Point {
	if size.X <= box.X && size.Y <= box.Y {
		return size
	}
	if size.X*box.Y >= size.Y*box.X {
		return image.Pt(box.X, max(1, size.Y*box.X/size.X))
	}
	return image.Pt(max(1, size.X*box.Y/size.Y), box.Y)
}
