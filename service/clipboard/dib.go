package clipboard

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"math/bits"
)

// This file reads a device-independent bitmap, as Windows keeps pictures on its
// clipboard (CF_DIB): a BITMAPINFOHEADER or a later one, perhaps masks, and the
// rows, mostly from the bottom to the top, each filled up to four bytes. Pictures
// of 24 and of 32 bits a pixel are read; screens have no others today.

const (
	// infoLength is that of a BITMAPINFOHEADER.
	infoLength = 40
	// plain and masked are the compressions BI_RGB and BI_BITFIELDS.
	plain, masked = 0, 3
	// mostSide bounds width and height in pixels.
	mostSide = 1 << 15
)

// errPicture: a bitmap is not one, or not of a kind that is read.
var errPicture = errors.New("clipboard: the picture cannot be read")

// dib is a bitmap as its header tells it.
type dib struct {
	width, height int
	down          bool // its first row is the topmost
	depth         int  // bits a pixel
	masks         [3]uint32
	pixels        []byte
}

// pngOfDIB makes a PNG of a bitmap.
func pngOfDIB(data []byte) ([]byte, error) {
	d, err := parseDIB(data)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = png.Encode(&out, d.image())
	return out.Bytes(), err
}

func parseDIB(data []byte) (d dib, err error) {
	if len(data) < infoLength {
		return d, errPicture
	}
	at := func(offset int) uint32 { return binary.LittleEndian.Uint32(data[offset:]) }
	header, height := at(0), int32(at(8))
	d = dib{width: int(int32(at(4))), height: int(height), depth: int(binary.LittleEndian.Uint16(data[14:]))}
	if height < 0 {
		d.height, d.down = -int(height), true
	}
	if d.width <= 0 || d.width > mostSide || d.height <= 0 || d.height > mostSide {
		return d, errPicture
	}
	if header < infoLength || int64(header) > int64(len(data)) {
		return d, errPicture
	}
	start := int(header) + int(at(32))*4 // after a palette, which nobody needs
	switch compression := at(16); {
	case compression == plain && d.depth == 24:
	case compression == plain && d.depth == 32:
		d.masks = [3]uint32{0xFF0000, 0xFF00, 0xFF}
	case compression == masked && d.depth == 32 && len(data) >= infoLength+12:
		d.masks = [3]uint32{at(40), at(44), at(48)}
		if header == infoLength { // the masks follow it; later ones hold them
			start += 12
		}
	default:
		return d, errPicture
	}
	if at(32) > 256 || int64(start)+int64(d.stride())*int64(d.height) > int64(len(data)) {
		return d, errPicture
	}
	d.pixels = data[start:]
	return d, nil
}

// stride is how long a row is, in bytes.
func (d dib) stride() int { return (d.width*d.depth/8 + 3) &^ 3 }

// image is the picture. The fourth byte of a pixel means nothing in a DIB, and
// is left out.
func (d dib) image() image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, d.width, d.height))
	for y := range d.height {
		from := d.height - 1 - y
		if d.down {
			from = y
		}
		row, out := d.pixels[from*d.stride():], picture.Pix[y*picture.Stride:]
		for x := range d.width {
			pixel := row[x*d.depth/8:]
			out := out[4*x : 4*x+4]
			if d.depth == 24 {
				out[0], out[1], out[2] = pixel[2], pixel[1], pixel[0]
			} else {
				value := binary.LittleEndian.Uint32(pixel)
				for i, mask := range d.masks {
					out[i] = channel(value, mask)
				}
			}
			out[3] = 0xFF
		}
	}
	return picture
}

// channel takes one colour out of a pixel, in eight bits.
func channel(pixel, mask uint32) byte {
	if mask == 0 {
		return 0
	}
	value := uint64(pixel&mask) >> bits.TrailingZeros32(mask)
	full := uint64(mask) >> bits.TrailingZeros32(mask)
	return byte(value * 0xFF / full)
}
