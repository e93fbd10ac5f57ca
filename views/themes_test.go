package views

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
)

// TestTextHasTheThemeOfTheWindow also in a part that has another one, such as the
// list and the pane: else Fyne would read its fonts anew for it.
func TestTextHasTheThemeOfTheWindow(t *testing.T) {
	s := newStage(t)
	s.everything()
	seen := map[string]int{}
	s.walk(func(object fyne.CanvasObject) {
		switch object.(type) {
		case *row, *paragraph, *button, *surface:
			kind := fmt.Sprintf("%T", object)
			seen[kind]++
			if object.(interface{ Theme() fyne.Theme }).Theme() != fyne.CurrentApp().Settings().Theme() {
				t.Errorf("a %s has a theme of its own", kind)
			}
		}
	})
	if len(seen) < 4 {
		t.Errorf("looked at %v alone", seen)
	}
}
