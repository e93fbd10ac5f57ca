package views

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"github.com/skip2/go-qrcode"
)

// qrSize is the longest side of a QR code on the screen. In a low window it gives
// way, as far as qrLeast, to qrBeside: the rest of its page, with two lines that
// say until when the link works.
const (
	qrSize   float32 = 300
	qrLeast  float32 = 200
	qrBeside float32 = 232
)

// qrModules is up to how many modules wide a QR code corrects more errors: beyond,
// larger modules help more.
const qrModules = 60

// qrCode draws text as a QR code with its quiet zone of four modules (ISO/IEC
// 18004, 5.3.8), a pixel a module; nil where the text is longer than one holds,
// which is 2,953 bytes.
func qrCode(text string) image.Image {
	for _, level := range []qrcode.RecoveryLevel{qrcode.Medium, qrcode.Low} {
		code, err := qrcode.New(text, level)
		if err != nil {
			continue
		}
		modules := code.Bitmap()
		if len(modules) > qrModules && level != qrcode.Low {
			continue
		}
		// Black on white in the dark look too: most readers want it so.
		m := image.NewPaletted(image.Rect(0, 0, len(modules), len(modules)), color.Palette{color.White, color.Black})
		for y, row := range modules {
			for x, dark := range row {
				if dark {
					m.SetColorIndex(x, y, 1)
				}
			}
		}
		return m
	}
	return nil
}

// qrPage shows the link of one file as a QR code. It follows the link: one that
// is being made appears when it is there.
type qrPage struct {
	w       *Window
	id, url string
	code    *canvas.Image
	room    *fyne.Container // of the code, on its paper
	text    *paragraph
}

// showQR opens the page, and asks for a link where there is none.
func (w *Window) showQR(d Detail) {
	p := &qrPage{w: w, id: d.Row.ID, code: newImage()}
	paper := &canvas.Rectangle{FillColor: color.White, CornerRadius: radius}
	p.room = container.New(wholeModules{w}, p.code)
	p.code.ScaleMode = canvas.ImageScalePixels
	p.text = newParagraph(theme.SizeNameText, widget.LowImportance)
	p.text.Alignment = fyne.TextAlignCenter
	name := newParagraph(theme.SizeNameText, widget.MediumImportance)
	name.Alignment, name.TextStyle.Bold = fyne.TextAlignCenter, true
	name.SetText(elideMiddle(named(w.words, d.Row.Name), sheetWidth-4*grid, measure(normalText, fyne.TextStyle{Bold: true})))
	square := container.New(qrSquare{w}, container.NewStack(paper, p.room))
	done := newButton(w.kit, raised, glyphNone, w.words.Text("sheet.done"), func() { w.closeSheet() })
	p.show(d)
	w.openSheet(w.words.Text("qr.title"), column(grid*1.5, container.NewCenter(square), name, p.text), atEnd(done), done,
		func() { w.qr = nil })
	w.qr = p
	if p.url == "" {
		w.actions.MakeLink(p.id)
	}
}

// show draws the link as it is now, unless another file is selected meanwhile.
func (p *qrPage) show(d Detail) {
	if d.Count != 1 || d.Row.ID != p.id {
		return
	}
	if p.url != d.Link.URL {
		p.url, p.code.Image = d.Link.URL, nil
		if p.url != "" {
			p.code.Image = qrCode(p.url)
		}
		p.code.Refresh()
		p.room.Refresh()
	}
	setParagraph(p.text, p.sentence(d.Link))
	p.w.resizeSheet()
}

func (p *qrPage) sentence(l Link) string {
	switch {
	case l.Problem != "":
		return shown(l.Problem)
	case l.URL == "":
		return p.w.words.Text("link.making")
	case p.code.Image == nil:
		return p.w.words.Text("qr.tooLong")
	default:
		return p.w.pane.link.sentence(l)
	}
}

// qrSquare is the room of a QR code in the window that there is.
type qrSquare struct{ w *Window }

// Layout implements fyne.Layout.
func (l qrSquare) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.Position{})
	objects[0].Resize(size)
}

// MinSize implements fyne.Layout.
func (l qrSquare) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSquareSize(min(qrSize, max(qrLeast, l.w.window.Canvas().Size().Height-qrBeside)))
}

// wholeModules gives a QR code the largest size, in the middle of its room, in
// which each module is a whole number of pixels of the screen: modules of several
// sizes are hard to read.
type wholeModules struct{ w *Window }

// Layout implements fyne.Layout.
func (l wholeModules) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	side := size.Width
	if code := objects[0].(*canvas.Image).Image; code != nil {
		scale, modules := l.w.window.Canvas().Scale(), float32(code.Bounds().Dx())
		if pixels := math.Floor(float64(side * scale / modules)); pixels >= 1 {
			side = float32(pixels) * modules / scale
		}
	}
	objects[0].Resize(fyne.NewSquareSize(side))
	corner := math.Round(float64((size.Width - side) / 2))
	objects[0].Move(fyne.NewSquareOffsetPos(float32(corner)))
}

// MinSize implements fyne.Layout.
func (l wholeModules) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
