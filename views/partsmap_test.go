package views

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
)

// parts are so many missing ones after so many that move after so many that are
// there.
func parts(done, moving, missing int) []Part {
	return slices.Concat(slices.Repeat([]Part{PartDone}, done), slices.Repeat([]Part{PartMoving}, moving),
		slices.Repeat([]Part{PartMissing}, missing))
}

func TestPartsMapFills(t *testing.T) {
	newStage(t) // a theme
	m := newPartsMap()
	m.CreateRenderer()
	m.Resize(fyne.NewSize(288, 100))
	for _, test := range []struct {
		parts []Part
		rows  int
	}{
		{parts(1, 0, 3), 1}, {parts(2, 1, 1), 1}, {parts(100, 8, 148), 8}, {parts(256, 0, 0), 8}, {parts(33, 0, 0), 2}, {nil, 0}, {parts(2, 0, 0), 1},
	} {
		m.put(test.parts)
		var got []Part
		for _, cell := range m.cells {
			switch fillOf(cell) {
			case hexOf(light[colorAccent]):
				got = append(got, PartDone)
			case hexOf(light[colorMoving]):
				got = append(got, PartMoving)
			case hexOf(light[colorTrack]):
				got = append(got, PartMissing)
			}
		}
		if !slices.Equal(got, test.parts) {
			t.Errorf("%v is drawn as %v", test.parts, got)
		}
		if tall := m.MinSize().Height; tall != float32(test.rows)*(cellHeight+cellGap) {
			t.Errorf("%d cells are %v high", len(test.parts), tall)
		}
		for _, cell := range m.cells {
			if right := cell.Position().X + cell.Size().Width; right > 288.5 || cell.Size().Width < 3 {
				t.Errorf("a cell of %d ends at %v and is %v wide", len(m.cells), right, cell.Size().Width)
			}
		}
	}
}
