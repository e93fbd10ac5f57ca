package views

import (
	"bytes"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func fillOf(object fyne.CanvasObject) string {
	return hexOf(object.(*canvas.Rectangle).FillColor)
}

// luminance and contrast are those of WCAG 2.2.
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	high, low := max(luminance(a), luminance(b)), min(luminance(a), luminance(b))
	return (high + 0.05) / (low + 0.05)
}

func TestContrastOfText(t *testing.T) {
	surfaces := []fyne.ThemeColorName{colorWindow, colorPanel, colorRaised, colorMenu, colorField, colorHover, colorSelected}
	inks := []fyne.ThemeColorName{colorInk, colorQuiet, colorLink, colorDanger, colorGood, colorWarn}
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		check := func(ink, surface fyne.ThemeColorName, least float64) {
			if got := contrast(p[ink], p[surface]); got < least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, AA asks for %.1f", name, ink, surface, got, least)
			}
		}
		for _, surface := range surfaces {
			for _, ink := range inks {
				check(ink, surface, 4.5)
			}
		}
		check(colorInk, colorTrack, 4.5)
		check(colorQuiet, colorTrack, 4.5)
		check(colorDanger, colorTrack, 4.5)
		check(colorOnAccent, colorAccent, 4.5)
		check(colorOnAccent, colorOverlay, 4.5)
		for _, kind := range []fyne.ThemeColorName{
			colorPicture, colorFilm, colorSound, colorDocument, colorArchive, colorCode, colorFocus, colorAccent,
		} {
			check(kind, colorPanel, 3)
			check(kind, colorRaised, 3)
		}
	}
}

func TestBothPalettesHoldTheSame(t *testing.T) {
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("dark has no %s", name)
		}
	}
	if len(light) != len(dark) {
		t.Errorf("%d colours in light, %d in dark", len(light), len(dark))
	}
}

func TestThemeFollowsTheSystemUnlessForced(t *testing.T) {
	test.NewTempApp(t)
	free, forced := NewTheme(), NewTheme(theme.VariantDark)
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		want := map[bool]palette{true: dark, false: light}[variant == theme.VariantDark][colorPanel]
		if got := free.Color(colorPanel, variant); got != want {
			t.Errorf("variant %d: %v, want %v", variant, got, want)
		}
		if got := forced.Color(colorPanel, variant); got != dark[colorPanel] {
			t.Errorf("forced: %v", got)
		}
	}
}

func TestChangingTheLookRepaints(t *testing.T) {
	s := newStage(t, func(p *Params) { p.App = Dress(test.NewTempApp(t), theme.VariantLight) })
	s.list(doneRow("1", "a"))
	if got := s.row(0).name.Color; got != light[colorInk] {
		t.Fatalf("light: %v", got)
	}
	s.w.app.Settings().SetTheme(NewTheme(theme.VariantDark))
	test.ApplyTheme(t, NewTheme(theme.VariantDark))
	if got := s.row(0).name.Color; got != dark[colorInk] {
		t.Errorf("dark: %v", got)
	}
}

// TestShadeFollowsTheDesktop, unless the person has chosen.
func TestShadeFollowsTheDesktop(t *testing.T) {
	app := Dress(test.NewTempApp(t))
	worn := app.Settings().Theme()
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark, theme.VariantLight} {
		Shade(app, variant)
		for _, fynes := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
			want := light[colorInk]
			if variant == theme.VariantDark {
				want = dark[colorInk]
			}
			if got := worn.Color(colorInk, fynes); got != want {
				t.Errorf("desktop %d, Fyne %d: %v, want %v", variant, fynes, got, want)
			}
		}
	}
	worn.(*look).chosen = LookDark
	if got := worn.Color(colorInk, theme.VariantLight); got != dark[colorInk] {
		t.Errorf("chosen is the dark look: %v", got)
	}
}

func TestEveryDrawingCanBeDrawn(t *testing.T) {
	test.NewTempApp(t)
	count := 0
	err := fs.WalkDir(assets, "assets", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.Contains(path, "/icons/") && !strings.Contains(path, "/art/") {
			return err
		}
		count++
		g := glyph(strings.TrimSuffix(strings.TrimPrefix(path, "assets/"), ".svg"))
		image := newImage()
		image.Resize(fyne.NewSquareSize(64))
		setImage(image, g, colorInk)
		if image.Image == nil {
			t.Errorf("%s cannot be drawn", path)
			return nil
		}
		if strings.Contains(string(image.Resource.Content()), "var(") {
			t.Errorf("%s keeps a colour that nobody replaces", path)
		}
		return nil
	})
	if err != nil || count < 30 {
		t.Errorf("%d drawings, %v", count, err)
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]glyph{
		"a.JPG": glyphPicture, "b.mp4": glyphFilm, "c.tar.gz": glyphArchive, "d.go": glyphCode,
		"e.flac": glyphSound, "f.pdf": glyphDocument, "g.xlsx": glyphSheet, "README": glyphFile, "": glyphFile, "x.": glyphFile,
	} {
		if got := kindOf(name).glyph; got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestIconOfTheProgram(t *testing.T) {
	content, err := os.ReadFile("../Icon.png")
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(content))
	if err != nil || picture.Width != 512 || picture.Height != 512 {
		t.Errorf("Icon.png: %v, %v", picture, err)
	}
	if len(AppIcon().Content()) == 0 || len(TrayIcon().Content()) == 0 {
		t.Error("an icon is empty")
	}
}
