package views

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// newDashes returns a dashed line with round corners along its edge. Fyne has no
// dashes of its own. Each side is a picture: one of all that is between them
// would be drawn with every frame.
func newDashes() fyne.CanvasObject {
	d := &dashes{}
	for side := range sides {
		d.rasters[side] = canvas.NewRaster(func(width, height int) image.Image { return d.picture(side, width, height) })
	}
	return container.New(d, d.rasters[top], d.rasters[bottom], d.rasters[left], d.rasters[right])
}

// The sides of the line. Those at the top and the bottom have the corners.
const (
	top = iota
	bottom
	left
	right
	sides
)

// dashes lays the sides out.
type dashes struct {
	rasters [sides]*canvas.Raster
	size    fyne.Size
}

// margin is how far from the edge there is ink.
const margin = radius + 2

// at is where a side is.
func (d *dashes) at(side int) (fyne.Position, fyne.Size) {
	flat := fyne.NewSize(d.size.Width, min(margin, d.size.Height/2))
	tall := fyne.NewSize(min(margin, d.size.Width/2), d.size.Height-2*flat.Height)
	switch side {
	case top:
		return fyne.Position{}, flat
	case bottom:
		return fyne.NewPos(0, d.size.Height-flat.Height), flat
	case left:
		return fyne.NewPos(0, flat.Height), tall
	default:
		return fyne.NewPos(d.size.Width-tall.Width, flat.Height), tall
	}
}

// Layout implements fyne.Layout.
func (d *dashes) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	anew := d.size != size
	d.size = size
	for side, r := range d.rasters {
		position, extent := d.at(side)
		r.Move(position)
		r.Resize(extent)
		if anew { // where the dashes begin is told by the whole
			r.Refresh()
		}
	}
}

// MinSize implements fyne.Layout.
func (d *dashes) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// picture draws a side: a line one and a half units inside.
func (d *dashes) picture(side, width, height int) image.Image {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	scale := pixelsPerUnit()
	wide, tall := float64(d.size.Width)*scale, float64(d.size.Height)*scale
	outline := dashedOutline{
		halfWidth: wide/2 - 1.5*scale, halfHeight: tall/2 - 1.5*scale,
		radius: float64(radius) * scale, dash: 6 * scale, thick: 1.5 * scale,
	}
	position, _ := d.at(side)
	x0, y0 := math.Round(float64(position.X)*scale)+0.5-wide/2, math.Round(float64(position.Y)*scale)+0.5-tall/2
	ink := color.NRGBAModel.Convert(theme.Color(colorDash)).(color.NRGBA)
	for y := range height {
		for x := range width {
			if at := outline.covers(x0+float64(x), y0+float64(y)); at > 0 {
				ink.A = uint8(at * 255)
				picture.SetNRGBA(x, y, ink)
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
