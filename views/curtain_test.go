package views

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// TestCurtain: what it stands for is made when it was lifted and somebody asks,
// once, and fills it.
func TestCurtain(t *testing.T) {
	test.NewTempApp(t)
	made := 0
	content := canvas.NewRectangle(nil)
	content.SetMinSize(fyne.NewSize(30, 20))
	c := newCurtain(func() fyne.CanvasObject { made++; return content })
	w := test.NewTempWindow(t, c)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	if c.MinSize() != (fyne.Size{}) || made != 0 {
		t.Errorf("before it is lifted it was made %d times, and is %v", made, c.MinSize())
	}
	c.lift()
	if c.MinSize() != fyne.NewSize(30, 20) || c.MinSize() != content.MinSize() || made != 1 {
		t.Errorf("it was made %d times, and is %v", made, c.MinSize())
	}
	c.lay()
	if content.Size() != fyne.NewSize(300, 200) {
		t.Errorf("what it holds is %v", content.Size())
	}
	w.Resize(fyne.NewSize(400, 300))
	if content.Size() != fyne.NewSize(400, 300) {
		t.Errorf("in a larger window what it holds is %v", content.Size())
	}
}
