package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
)

// besideLayout puts objects in a row, each in the middle of its height. The
// one that is named in grow takes what is left of the width.
type besideLayout struct {
	gap  float32
	grow fyne.CanvasObject
}

// Layout implements fyne.Layout.
func (l *besideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	spare := max(0, size.Width-l.MinSize(objects).Width)
	x := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		least := object.MinSize()
		if object == l.grow {
			least.Width += spare
		}
		object.Move(fyne.NewPos(x, (size.Height-least.Height)/2))
		object.Resize(least)
		x += least.Width + l.gap
	}
}

// MinSize implements fyne.Layout.
func (l *besideLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		least := object.MinSize()
		size = fyne.NewSize(size.Width+least.Width, max(size.Height, least.Height))
		shown++
	}
	size.Width += l.gap * float32(max(0, shown-1))
	return size
}

// wrapLayout puts objects in rows, as many in each as fit.
type wrapLayout struct {
	gap   float32
	width float32 // of the last layout, which decides the height
}

// Layout implements fyne.Layout.
func (l *wrapLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, func(object fyne.CanvasObject, x, y float32) {
		object.Move(fyne.NewPos(x, y))
		object.Resize(object.MinSize())
	})
}

// MinSize implements fyne.Layout.
func (l *wrapLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	widest := float32(0)
	bottom := l.place(objects, func(object fyne.CanvasObject, _, _ float32) {
		widest = max(widest, object.MinSize().Width)
	})
	return fyne.NewSize(widest, bottom)
}

// place tells put where each visible object goes, in the middle of the height of
// its row, and returns the height of all rows together.
func (l *wrapLayout) place(objects []fyne.CanvasObject, put func(fyne.CanvasObject, float32, float32)) float32 {
	y, row := float32(0), []fyne.CanvasObject(nil)
	end := func() float32 { return y + l.row(row, y, put) }
	x := float32(0)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		wide := object.MinSize().Width
		if x > 0 && x+wide > l.width {
			x, y, row = 0, end()+l.gap, nil
		}
		row = append(row, object)
		x += wide + l.gap
	}
	return end()
}

// row tells put where the objects of one row go, and returns its height.
func (l *wrapLayout) row(objects []fyne.CanvasObject, y float32, put func(fyne.CanvasObject, float32, float32)) (tall float32) {
	for _, object := range objects {
		tall = max(tall, object.MinSize().Height)
	}
	x := float32(0)
	for _, object := range objects {
		least := object.MinSize()
		put(object, x, y+(tall-least.Height)/2)
		x += least.Width + l.gap
	}
	return tall
}

// framed puts the middle between what stands over it and under it, either of
// which may be nil. Tab goes through them in that order: through Fyne's own
// border it comes to the middle first.
func framed(over, middle, under fyne.CanvasObject) *fyne.Container {
	var objects []fyne.CanvasObject
	for _, object := range []fyne.CanvasObject{over, middle, under} {
		if object != nil {
			objects = append(objects, object)
		}
	}
	return container.New(layout.NewBorderLayout(over, under, nil, nil), objects...)
}

// sizedLayout gives its one object at least a width and a height.
type sizedLayout struct{ width, height float32 }

// Layout implements fyne.Layout.
func (l sizedLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.Position{})
	objects[0].Resize(size)
}

// MinSize implements fyne.Layout.
func (l sizedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(l.width, l.height))
}

// middleLayout puts its objects one under the other, in the middle of the room
// that there is, none wider than width.
type middleLayout struct{ gap, width float32 }

// Layout implements fyne.Layout.
func (l middleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := max(0, (size.Height-l.MinSize(objects).Height)/2)
	for _, object := range objects {
		if !object.Visible() {
			continue
		}
		wide := min(max(l.width, object.MinSize().Width), size.Width)
		// Text wraps at the width it has, and knows its height only then.
		object.Resize(fyne.NewSize(wide, object.MinSize().Height))
		object.Resize(fyne.NewSize(wide, object.MinSize().Height))
		object.Move(fyne.NewPos((size.Width-wide)/2, y))
		y += object.MinSize().Height + l.gap
	}
}

// MinSize implements fyne.Layout.
func (l middleLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	shown := 0
	for _, object := range objects {
		if object.Visible() {
			least := object.MinSize()
			size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height)
			shown++
		}
	}
	size.Height += l.gap * float32(max(0, shown-1))
	return size
}

// searchLayout gives the search field the room that there is, up to a width
// at which it looks like a field and not like a wall, at the right end.
type searchLayout struct{}

// Layout implements fyne.Layout.
func (searchLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	wide := min(size.Width, 380)
	objects[0].Move(fyne.NewPos(size.Width-wide, 0))
	objects[0].Resize(fyne.NewSize(wide, size.Height))
}

// MinSize implements fyne.Layout.
func (searchLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120, objects[0].MinSize().Height)
}
