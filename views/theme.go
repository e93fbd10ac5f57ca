package views

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The rules of the look: one accent, for the one thing to do next and for
// progress; three neutral surfaces instead of lines; a grid of eight; three
// sizes of text, weight before size; one radius.

// Colours of our own, beside those that Fyne's widgets ask for.
const (
	colorPanel    fyne.ThemeColorName = "panel"
	colorRaised   fyne.ThemeColorName = "raised"
	colorEdge     fyne.ThemeColorName = "edge"
	colorTrack    fyne.ThemeColorName = "track"
	colorDash     fyne.ThemeColorName = "dash"
	colorField    fyne.ThemeColorName = "field"
	colorOverlay  fyne.ThemeColorName = "accentHover"
	colorFocus    fyne.ThemeColorName = "ring"
	colorMenu     fyne.ThemeColorName = "menu"
	colorMoving   fyne.ThemeColorName = "moving"
	colorPicture  fyne.ThemeColorName = "kindPicture"
	colorFilm     fyne.ThemeColorName = "kindFilm"
	colorSound    fyne.ThemeColorName = "kindSound"
	colorDocument fyne.ThemeColorName = "kindDocument"
	colorArchive  fyne.ThemeColorName = "kindArchive"
	colorCode     fyne.ThemeColorName = "kindCode"
)

// The names by which this package speaks of Fyne's own.
const (
	colorWindow   = theme.ColorNameBackground
	colorInk      = theme.ColorNameForeground
	colorQuiet    = theme.ColorNamePlaceHolder
	colorAccent   = theme.ColorNamePrimary
	colorOnAccent = theme.ColorNameForegroundOnPrimary
	colorLink     = theme.ColorNameHyperlink
	colorDanger   = theme.ColorNameError
	colorGood     = theme.ColorNameSuccess
	colorWarn     = theme.ColorNameWarning
	colorHover    = theme.ColorNameHover
	colorSelected = theme.ColorNameSelection
	colorClear    = fyne.ThemeColorName("")
)

// Sizes on the grid, in Fyne's units.
const (
	grid        float32 = 8
	radius      float32 = 8
	iconSize    float32 = 16
	kindSize    float32 = 24
	buttonSize  float32 = 32
	headerSize  float32 = 36
	rowSize     float32 = 56
	paneWidth   float32 = 320
	sheetWidth  float32 = 440
	ringWidth   float32 = 2
	normalText  float32 = 14
	captionText float32 = 12
	titleText   float32 = 18
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

var light = palette{
	colorWindow: rgb(0xEBEDF1), colorPanel: rgb(0xF7F8FA), colorRaised: rgb(0xFFFFFF),
	colorMenu: rgb(0xFFFFFF), colorEdge: rgb(0xDADEE6), colorField: rgb(0xF9FAFC), colorTrack: rgb(0xE0E3EA), colorDash: rgb(0xA9B1C1),
	colorInk: rgb(0x16181D), colorQuiet: rgb(0x565D6D),
	colorAccent: rgb(0x4A55D9), colorOverlay: rgb(0x3E48C2), colorOnAccent: rgb(0xFFFFFF),
	colorLink: rgb(0x3D47C4), colorMoving: rgb(0xA3AAF2),
	colorHover: rgb(0xEEF0F4), colorSelected: rgb(0xE2E5FB), colorFocus: rgb(0x6F79EE),
	colorDanger: rgb(0xB3261E), colorGood: rgb(0x17703F), colorWarn: rgb(0x855000),
	colorPicture: rgb(0x0E7C86), colorFilm: rgb(0xA23B72), colorSound: rgb(0xB35309),
	colorDocument: rgb(0x3467C0), colorArchive: rgb(0x8A6A12), colorCode: rgb(0x2F7D4F),
}

var dark = palette{
	colorWindow: rgb(0x111216), colorPanel: rgb(0x191B20), colorRaised: rgb(0x24272E),
	colorMenu: rgb(0x2E323B), colorEdge: rgb(0x3B404B), colorField: rgb(0x1D2026), colorTrack: rgb(0x2E323B), colorDash: rgb(0x525968),
	colorInk: rgb(0xECEDF1), colorQuiet: rgb(0xA0A6B3),
	colorAccent: rgb(0x5A65E6), colorOverlay: rgb(0x4F5AD8), colorOnAccent: rgb(0xFFFFFF),
	colorLink: rgb(0xA6AEFF), colorMoving: rgb(0x3D4480),
	colorHover: rgb(0x20232A), colorSelected: rgb(0x2A2F4D), colorFocus: rgb(0x7F8AFF),
	colorDanger: rgb(0xFF9389), colorGood: rgb(0x6AD39C), colorWarn: rgb(0xF0B75F),
	colorPicture: rgb(0x5CC5CF), colorFilm: rgb(0xE58AB8), colorSound: rgb(0xF0A868),
	colorDocument: rgb(0x86AEF5), colorArchive: rgb(0xD9BC6A), colorCode: rgb(0x7FCF9D),
}

// look is the theme of the window.
type look struct {
	fyne.Theme
	// forced holds the variant to keep, whatever the system says; chosen is what
	// the person says, before both. system is what the desktop says, where that is
	// not left to Fyne.
	forced, system *fyne.ThemeVariant
	chosen         Look
}

// Dress gives an app the window's theme, and returns it.
func Dress(app fyne.App, forced ...fyne.ThemeVariant) fyne.App {
	app.Settings().SetTheme(NewTheme(forced...))
	return app
}

// Shade has a dressed app follow what the desktop says now.
func Shade(app fyne.App, variant fyne.ThemeVariant) {
	t, ok := app.Settings().Theme().(*look)
	if !ok || t.system != nil && *t.system == variant {
		return
	}
	t.system = &variant
	app.Settings().SetTheme(t)
}

// NewTheme returns the window's theme. It follows the light or dark of the
// system, unless one variant is handed in.
func NewTheme(forced ...fyne.ThemeVariant) fyne.Theme {
	t := &look{Theme: theme.DefaultTheme()}
	if len(forced) > 0 {
		t.forced = &forced[0]
	}
	return t
}

// Color implements fyne.Theme.
func (t *look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.system != nil {
		variant = *t.system
	}
	if t.forced != nil {
		variant = *t.forced
	}
	switch t.chosen {
	case LookLight:
		variant = theme.VariantLight
	case LookDark:
		variant = theme.VariantDark
	}
	colors := light
	if variant == theme.VariantDark {
		colors = dark
	}
	if c, ok := colors[name]; ok {
		return c
	}
	return t.borrowed(name, variant, colors)
}

// borrowed answers what Fyne's own widgets ask for from the same few colours.
func (t *look) borrowed(name fyne.ThemeColorName, variant fyne.ThemeVariant, p palette) color.Color {
	switch name {
	case colorClear:
		return color.Transparent
	case theme.ColorNameInputBackground:
		return p[colorField]
	case theme.ColorNameButton, theme.ColorNameOverlayBackground:
		return p[colorRaised]
	case theme.ColorNameMenuBackground:
		return p[colorMenu]
	case theme.ColorNameHeaderBackground:
		return p[colorPanel]
	case theme.ColorNameInputBorder:
		return p[colorTrack]
	case theme.ColorNameSeparator, theme.ColorNameDisabledButton:
		return p[colorEdge]
	case theme.ColorNameDisabled:
		return p[colorQuiet]
	case theme.ColorNamePressed, theme.ColorNameFocus: // the entry of a menu
		return p[colorSelected]
	case theme.ColorNameScrollBar:
		return p[colorDash]
	case theme.ColorNameScrollBarBackground:
		return color.Transparent
	case theme.ColorNameShadow: // of what goes on below an edge, and over the window under a page
		if variant == theme.VariantDark {
			return color.NRGBA{A: 0x58} // on near black a lesser one cannot be seen
		}
		return color.NRGBA{R: 0x0C, G: 0x0E, B: 0x16, A: 0x30}
	default:
		return t.Theme.Color(name, variant)
	}
}

// Size implements fyne.Theme.
func (t *look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return normalText
	case theme.SizeNameCaptionText:
		return captionText
	case theme.SizeNameHeadingText, theme.SizeNameSubHeadingText:
		return titleText
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius,
		theme.SizeNameCardRadius, theme.SizeNameDialogRadius, theme.SizeNamePopupRadius,
		theme.SizeNameMenuRadius:
		return radius
	case theme.SizeNameScrollBar:
		return grid
	case theme.SizeNameScrollBarRadius:
		return grid / 2
	case theme.SizeNameModalBlurRadius:
		return 0
	default:
		return t.Theme.Size(name)
	}
}
