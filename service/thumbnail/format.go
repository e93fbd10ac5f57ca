package thumbnail

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// format is one kind of picture file, with its decoder. It is told by the first
// bytes of the file, not by its name.
type format struct {
	name   string
	magics []string // a ? stands for any byte
	config func(io.Reader) (image.Config, error)
	picked func(io.Reader) (image.Image, error)
}

// formats are the known ones. Of a GIF the decoder returns the first picture.
var formats = []format{
	{"jpeg", []string{"\xff\xd8\xff"}, jpeg.DecodeConfig, jpeg.Decode},
	{"png", []string{"\x89PNG\r\n\x1a\n"}, png.DecodeConfig, png.Decode},
	{"gif", []string{"GIF87a", "GIF89a"}, gif.DecodeConfig, gif.Decode},
	{"webp", []string{"RIFF????WEBPVP8"}, webp.DecodeConfig, webp.Decode},
	{"bmp", []string{"BM????\x00\x00\x00\x00"}, bmp.DecodeConfig, bmp.Decode},
	{"tiff", []string{"II\x2a\x00", "MM\x00\x2a"}, tiff.DecodeConfig, tiff.Decode},
}

// formatOf reads the first bytes of a file.
func formatOf(file io.Reader) (format, error) {
	var start [16]byte
	n, err := io.ReadFull(file, start[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return format{}, err
	}
	for _, f := range formats {
		for _, magic := range f.magics {
			if begins(start[:n], magic) {
				return f, nil
			}
		}
	}
	return format{}, ErrFormat
}

func begins(start []byte, magic string) bool {
	if len(start) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != start[i] {
			return false
		}
	}
	return true
}

// affordable judges by the header what decoding would take.
func (f format) affordable(file *io.SectionReader) error {
	config, err := f.config(f.reader(file))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	wide, tall := int64(config.Width), int64(config.Height)
	switch {
	case wide < 1 || tall < 1:
		return ErrFormat
	case wide > maxSide || tall > maxSide || wide*tall > maxPixels:
		return ErrTooLarge
	case wide*tall*f.perPixel(config, file) > maxMemory:
		return ErrTooLarge
	}
	return nil
}

// perPixel is how many bytes of memory a decoder takes for each pixel.
func (f format) perPixel(config image.Config, file *io.SectionReader) int64 {
	switch f.name {
	case "gif":
		return 1
	case "jpeg":
		if progressive(file) {
			return 3 + 3*4 // it keeps the coefficients of three colours
		}
		return 4
	}
	if wideColour(config) {
		return 8
	}
	return 4
}

// wideColour tells whether a colour has more than eight bits: what the model
// makes of one that needs them keeps them.
func wideColour(config image.Config) bool {
	const fine = 0x1234
	r, _, _, _ := config.ColorModel.Convert(fineGrey(fine)).RGBA()
	return r == fine
}

// fineGrey is a grey of sixteen bits.
type fineGrey uint32

// RGBA implements color.Color.
func (g fineGrey) RGBA() (r, green, b, a uint32) {
	return uint32(g), uint32(g), uint32(g), 0xffff
}

// decode decodes the whole picture.
func (f format) decode(file *io.SectionReader) (image.Image, error) {
	return f.picked(f.reader(file))
}

// reader is what a decoder gets: TIFF jumps about in its file, the others read
// on and on. They read little at a time, as each read may be the end: a JPEG can
// be made that has much to work out in few bytes.
func (f format) reader(file *io.SectionReader) io.Reader {
	_, _ = file.Seek(0, io.SeekStart)
	if f.name == "tiff" {
		return file
	}
	return bufio.NewReaderSize(file, 4<<10)
}

// segments visits the segments of a JPEG before its pixels begin: their marker
// and, of the first bytes, as many as are looked at. It ends early where look
// says so.
func segments(file *io.SectionReader, look func(marker byte, start []byte) (more bool)) {
	const looked = 64 << 10
	at := int64(2)
	for range 1000 { // more than any camera writes
		var head [4]byte
		if _, err := file.ReadAt(head[:], at); err != nil || head[0] != 0xff {
			return
		}
		if head[1] == 0xff { // padding
			at++
			continue
		}
		length := int64(head[2])<<8 | int64(head[3])
		start := make([]byte, min(length, looked))
		n, _ := file.ReadAt(start, at+2)
		if !look(head[1], start[min(2, n):n]) || head[1] == 0xda || length < 2 {
			return
		}
		at += 2 + length
	}
}

// progressive tells whether a JPEG comes in several passes.
func progressive(file *io.SectionReader) (found bool) {
	segments(file, func(marker byte, _ []byte) bool {
		found = found || marker == 0xc2
		return !found
	})
	return found
}

// exif returns the TIFF structure in a JPEG that cameras write; nil where there
// is none.
func exif(file *io.SectionReader) (found []byte) {
	segments(file, func(marker byte, start []byte) bool {
		if rest, ok := bytes.CutPrefix(start, []byte("Exif\x00\x00")); marker == 0xe1 && ok {
			found = rest
		}
		return found == nil
	})
	return found
}
