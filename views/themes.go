package views

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The themes of parts of the window, and what keeps that of the window in them.

// faint is the theme of what scrolls. The shadow is that of something that goes on
// below an edge, where one of a page would be a bar.
type faint struct{ fyne.Theme }

// Color implements fyne.Theme.
func (t faint) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if name == theme.ColorNameShadow {
		return color.NRGBA{A: 0x16}
	}
	return t.Theme.Color(name, variant)
}

// flush is the theme of what scrolls and has distances of its own: no padding
// between children, none around the text of a label.
type flush struct{ faint }

// newFlush returns that theme, for the look of now.
func newFlush() fyne.Theme { return flush{faint{theme.Current()}} }

// Size implements fyne.Theme.
func (t flush) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNamePadding, theme.SizeNameInnerPadding:
		return 0
	default:
		return t.Theme.Size(name)
	}
}

// still is the theme of a field to type in: a text that is longer than its field
// moves in it without a bar or a shadow over its edge.
type still struct{ fyne.Theme }

// Color implements fyne.Theme.
func (t still) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch name {
	case theme.ColorNameShadow, theme.ColorNameScrollBar:
		return color.Transparent
	default:
		return t.Theme.Color(name, variant)
	}
}

// Size implements fyne.Theme.
func (t still) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameScrollBar, theme.SizeNameScrollBarSmall:
		return 0
	default:
		return t.Theme.Size(name)
	}
}

// apart is what has the theme of the window in a part of it that has another.
// For each theme Fyne reads its fonts anew, and keeps them.
type apart struct{}

// SetDeviceIsMobile does nothing: by this method Fyne knows what begins a theme of
// its own, which no theme around it goes into.
func (apart) SetDeviceIsMobile(bool) {}

// An island holds what is apart.
type island struct {
	widget.BaseWidget
	apart
	content fyne.CanvasObject
}

func newIsland(content fyne.CanvasObject) *island {
	i := &island{content: content}
	i.ExtendBaseWidget(i)
	return i
}

// CreateRenderer implements fyne.Widget.
func (i *island) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(i.content) }
