package clipboard

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/png"
	"testing"
)

// bitmap is a DIB of two columns and two rows: red, green, then blue, white.
func bitmap(depth uint16, height int32, compression uint32, extra []byte, rows ...byte) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint32(b, infoLength)
	b = binary.LittleEndian.AppendUint32(b, 2)
	b = binary.LittleEndian.AppendUint32(b, uint32(height))
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint16(b, depth)
	b = binary.LittleEndian.AppendUint32(b, compression)
	b = append(b, make([]byte, infoLength-len(b))...)
	return append(append(b, extra...), rows...)
}

// turned are masks for pixels of the order red, green, blue.
var turned = []byte{0xFF, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0xFF, 0}

// later is the header of a later edition that holds the masks.
func later(rows ...byte) []byte {
	b := bitmap(32, 2, masked, append(turned, make([]byte, 56)...), rows...)
	b[0] = 108
	return b
}

var (
	threes = []byte{0xFF, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0xFF, 0, 0, 0}
	bgra   = []byte{0xFF, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0, 0, 0xFF, 0, 0}
	rgba   = []byte{0, 0, 0xFF, 0, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0}
)

var bitmaps = map[string][]byte{
	"24 bits": bitmap(24, 2, plain, nil, threes...),
	"32 bits": bitmap(32, 2, plain, nil, bgra...),
	"masks":   bitmap(32, 2, masked, turned, rgba...),
	"later":   later(rgba...),
	"down":    bitmap(32, -2, plain, nil, append(append([]byte{}, bgra[8:]...), bgra[:8]...)...),
}

func TestBitmapsBecomePNG(t *testing.T) {
	want := map[[2]int]color.NRGBA{
		{0, 0}: {0xFF, 0, 0, 0xFF}, {1, 0}: {0, 0xFF, 0, 0xFF},
		{0, 1}: {0, 0, 0xFF, 0xFF}, {1, 1}: {0xFF, 0xFF, 0xFF, 0xFF},
	}
	for name, data := range bitmaps {
		made, err := pngOfDIB(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		picture, err := png.Decode(bytes.NewReader(made))
		if err != nil {
			t.Fatal(err)
		}
		for at, c := range want {
			if got := color.NRGBAModel.Convert(picture.At(at[0], at[1])); got != c {
				t.Errorf("%s at %v: %v, want %v", name, at, got, c)
			}
		}
	}
}

func TestWhatIsNoBitmap(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "too short": bitmaps["24 bits"][:50], "no masks": bitmap(32, 2, masked, nil),
		"a palette": bitmap(8, 2, plain, nil, threes...), "packed": bitmap(24, 2, 1, nil, threes...),
		"no rows": bitmap(24, 0, plain, nil), "lowest height": bitmap(24, -1<<31, plain, nil, threes...),
	} {
		if _, err := pngOfDIB(data); err == nil {
			t.Errorf("%s became a picture", name)
		}
	}
}

func FuzzBitmap(f *testing.F) {
	for _, data := range bitmaps {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseDIB(data)
		if err == nil && d.width*d.height <= 1<<16 {
			if b := d.image().Bounds(); b.Dx() != d.width || b.Dy() != d.height {
				t.Errorf("%v of %d × %d", b, d.width, d.height)
			}
		}
	})
}
