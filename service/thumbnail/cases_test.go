package thumbnail

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// sample is a picture that is red at the left and blue at the right, with a
// green corner at the top left.
func sample(wide, tall int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, wide, tall))
	for y := range tall {
		for x := range wide {
			c := color.RGBA{R: 0xff, A: 0xff}
			if x >= wide/2 {
				c = color.RGBA{B: 0xff, A: 0xff}
			}
			if x < wide/4 && y < tall/4 {
				c = color.RGBA{G: 0xff, A: 0xff}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pictures are files that have a thumbnail, by the name of their kind.
func pictures(t testing.TB) map[string][]byte {
	t.Helper()
	m := sample(64, 48)
	all := map[string][]byte{
		"png":    encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, m) }),
		"jpeg":   encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) }),
		"gif":    encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) }),
		"bmp":    encoded(t, func(b *bytes.Buffer) error { return bmp.Encode(b, m) }),
		"tiff":   encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, nil) }),
		"packed": encoded(t, func(b *bytes.Buffer) error { return tiff.Encode(b, m, &tiff.Options{Compression: tiff.Deflate}) }),
		"turned": turned(t, 6),
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "progressive.jpg", "sixteen-bits.tiff"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = content
	}
	return all
}

// turned is a JPEG of the sample that tells how the camera was held.
func turned(t testing.TB, orientation uint16) []byte {
	t.Helper()
	plain := encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, sample(64, 48), &jpeg.Options{Quality: 95}) })
	data := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02")
	data = append(data, "\x01\x0f\x00\x02\x00\x00\x00\x02A\x00\x00\x00"...) // who made the camera
	data = append(data, "\x01\x12\x00\x03\x00\x00\x00\x01"...)
	data = binary.BigEndian.AppendUint16(data, orientation)
	data = append(data, 0, 0, 0, 0, 0, 0)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(data)+2))
	return append(append(out, data...), plain[2:]...)
}

// bombs are small files that would take much to decode.
func bombs() map[string][]byte {
	const wide, tall = 60_000, 60_000
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, wide), tall)
	ihdr = append(ihdr, 16, 6, 0, 0, 0)
	bitmap := binary.LittleEndian.AppendUint32([]byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), wide)
	bitmap = binary.LittleEndian.AppendUint32(bitmap, tall)
	bitmap = append(bitmap, make([]byte, 28)...)
	bitmap[26], bitmap[28] = 1, 24
	long := append([]byte{}, ihdr...)
	binary.BigEndian.PutUint32(long, 1<<31-1)
	binary.BigEndian.PutUint32(long[4:], 1)
	return map[string][]byte{
		"png":        pngOf(ihdr, zeros(64<<20)),
		"png line":   pngOf(long, zeros(1<<20)),
		"jpeg":       jpegOf(0xc0, 8_000, 9_000),
		"jpeg parts": jpegOf(0xc2, 5_000, 5_000),
		"gif":        append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff"), "\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x00\x3b"...),
		"bmp":        bitmap,
		"tiff":       tiffOf(wide, tall),
		"webp":       webpOf(1<<14-1, 1<<14-1),
	}
}

func zeros(n int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(make([]byte, n))
	_ = z.Close()
	return b.Bytes()
}

// pngOf is a PNG with right checksums.
func pngOf(header, data []byte) []byte {
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, chunk := range []struct {
		name string
		data []byte
	}{{"IHDR", header}, {"IDAT", data}, {"IEND", nil}} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(chunk.data)))
		named := append([]byte(chunk.name), chunk.data...)
		out = append(out, named...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(named))
	}
	return out
}

// jpegOf is the beginning of a JPEG of three colours.
func jpegOf(marker byte, wide, tall uint16) []byte {
	out := []byte{0xff, 0xd8, 0xff, marker, 0, 17, 8}
	out = binary.BigEndian.AppendUint16(out, tall)
	out = binary.BigEndian.AppendUint16(out, wide)
	return append(out, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0)
}

// tiffOf is a TIFF that tells its size and little else.
func tiffOf(wide, tall uint32) []byte {
	tags := [][2]uint32{{256, wide}, {257, tall}, {258, 8}, {259, 1}, {262, 1}, {273, 0}, {277, 1}, {278, tall}, {279, 0}}
	out := append([]byte("II\x2a\x00\x08\x00\x00\x00"), byte(len(tags)), 0)
	for _, tag := range tags {
		out = binary.LittleEndian.AppendUint16(out, uint16(tag[0]))
		out = append(out, 4, 0, 1, 0, 0, 0)
		out = binary.LittleEndian.AppendUint32(out, tag[1])
	}
	return append(out, 0, 0, 0, 0)
}

// webpOf is the header of a lossless WebP.
func webpOf(wide, tall uint32) []byte {
	out := []byte("RIFF\x1e\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f")
	out = binary.LittleEndian.AppendUint32(out, (wide-1)|(tall-1)<<14)
	return append(out, 0, 0, 0, 0, 0)
}
