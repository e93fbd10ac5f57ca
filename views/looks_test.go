package views

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// TestALowPageBeginsAtItsTop: the button that has the keyboard first stands under
// what scrolls, and is seen without scrolling.
func TestALowPageBeginsAtItsTop(t *testing.T) {
	s := newStage(t)
	s.w.window.Resize(fyne.NewSize(640, 480))
	s.w.showSettings()
	canvas := s.w.window.Canvas()
	canvas.Unfocus()
	canvas.Focus(s.button(s.w.words.Text("sheet.done")))
	if got := s.w.sheet.scroll.Offset.Y; got != 0 {
		t.Errorf("the settings begin at %v", got)
	}
}

// TestMenusCanBeRead: Fyne draws the entry that the keys are at in the colour of
// the focus, and the words on it in that of all text.
func TestMenusCanBeRead(t *testing.T) {
	for name, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		look := NewTheme(variant)
		at := func(name fyne.ThemeColorName) uint32 {
			r, g, b, _ := look.Color(name, variant).RGBA()
			return r>>8<<16 | g>>8<<8 | b>>8
		}
		ink, entry := rgb(at(theme.ColorNameForeground)), rgb(at(theme.ColorNameFocus))
		if got := contrast(ink, entry); got < 7 {
			t.Errorf("%s: an entry of a menu has a contrast of %.1f", name, got)
		}
		if at(theme.ColorNameFocus) == at(theme.ColorNameMenuBackground) {
			t.Errorf("%s: the entry that the keys are at looks like the others", name)
		}
	}
}
