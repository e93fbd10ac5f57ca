package views

import (
	"image"
	"image/color"
	"math"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"quicksync.me/desktop/views/words"
)

// newDashes returns a raster that draws a dashed line with round corners along
// its edge. Fyne has no dashes of its own.
func newDashes() *canvas.Raster {
	return canvas.NewRaster(func(width, height int) image.Image {
		return dashes(width, height, theme.Color(colorDash))
	})
}

// dashes draws the line one and a half units inside the picture; only the
// pixels of the edge are looked at.
func dashes(width, height int, ink color.Color) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	scale := pixelsPerUnit()
	outline := dashedOutline{
		halfWidth: float64(width)/2 - 1.5*scale, halfHeight: float64(height)/2 - 1.5*scale,
		radius: float64(radius) * scale, dash: 6 * scale, thick: 1.5 * scale,
	}
	red, green, blue, _ := ink.RGBA()
	edge := int(float64(radius)*scale) + 3
	for y := range height {
		for x := 0; x < width; x++ {
			if y >= edge && y < height-edge && x == edge && width > 2*edge {
				x = width - edge
			}
			at := outline.covers(float64(x)+0.5-float64(width)/2, float64(y)+0.5-float64(height)/2)
			if at > 0 {
				picture.SetNRGBA(x, y, color.NRGBA{
					R: uint8(red >> 8), G: uint8(green >> 8), B: uint8(blue >> 8), A: uint8(at * 255),
				})
			}
		}
	}
	return picture
}

// pixelsPerUnit is the scale of the screen that the program is on.
func pixelsPerUnit() float64 {
	for _, window := range fyne.CurrentApp().Driver().AllWindows() {
		if scale := window.Canvas().Scale(); scale > 0 {
			return float64(scale)
		}
	}
	return 1
}

type dashedOutline struct{ halfWidth, halfHeight, radius, dash, thick float64 }

// covers returns how much of the pixel at x, y from the middle is ink, 0 to 1:
// by its distance from the line, and by where along the line it is.
func (o dashedOutline) covers(x, y float64) float64 {
	dx, dy := math.Abs(x)-(o.halfWidth-o.radius), math.Abs(y)-(o.halfHeight-o.radius)
	distance := math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - o.radius
	ink := min(max(o.thick/2-math.Abs(distance)+0.5, 0), 1)
	if ink == 0 {
		return 0
	}
	phase := math.Mod(o.along(x, y, dx, dy)+o.dash/2, 2*o.dash)
	return ink * min(max(o.dash/2-math.Abs(phase-o.dash/2)+0.5, 0), 1)
}

// along measures the way on the line from the middle of the nearer horizontal
// side, which makes all four corners alike.
func (o dashedOutline) along(x, y, dx, dy float64) float64 {
	straight := max(o.halfWidth-o.radius, 0)
	switch {
	case dx > 0 && dy > 0:
		return straight + math.Atan2(dx, dy)*o.radius
	case dx > dy:
		return straight + math.Pi/2*o.radius + (o.halfHeight - o.radius - math.Abs(y))
	default:
		return math.Abs(x)
	}
}

// dropZone is the soft dashed field: it takes the place of an empty list. What
// is dropped anywhere in the window is taken; the field only says so.
type dropZone struct {
	box *fyne.Container
	add *button
}

func newDropZone(w *Window) *dropZone {
	z := &dropZone{add: newButton(w.kit, accent, glyphPlus, w.words.Text("add.button"), w.addFiles)}
	title, hint := centred(theme.SizeNameSubHeadingText), centred(theme.SizeNameText)
	title.TextStyle.Bold = true
	title.SetText(w.words.Text("empty.title"))
	hint.Importance = widget.LowImportance
	hint.SetText(w.words.Text("empty.hint"))
	middle := container.New(middleLayout{gap: grid * 1.5, width: 360},
		newArt(artDrop), title, hint, container.NewCenter(z.add))
	z.box = container.NewStack(newSurface(colorPanel, colorClear,
		inset(grid*2, grid*2, container.NewStack(newDashes(), container.NewPadded(middle)))))
	return z
}

func centred(size fyne.ThemeSizeName) *widget.Label {
	label := newParagraph(size, widget.MediumImportance)
	label.Alignment = fyne.TextAlignCenter
	return label
}

// newDropField is the slim field under a list that holds something.
func newDropField(w *Window) fyne.CanvasObject {
	text := newCaption()
	text.whole = true
	text.set(w.words.Text("drop.here", words.Args{"Key": keyName(runtime.GOOS, "O")}), colorQuiet)
	return container.New(sizedLayout{height: 40}, container.NewStack(newDashes(), container.NewCenter(text)))
}
