package main

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views"
)

// mountains is a made-up photograph.
func mountains() image.Image {
	const wide, tall = 576, 324
	m := image.NewRGBA(image.Rect(0, 0, wide, tall))
	for x := range wide {
		far := 150 + 40*math.Sin(float64(x)/60) + 18*math.Sin(float64(x)/17)
		near := 220 + 45*math.Sin(float64(x)/90+2) + 12*math.Sin(float64(x)/23)
		for y := range tall {
			c := color.RGBA{R: uint8(110 + y/3), G: uint8(160 + y/5), B: 235, A: 255}
			switch {
			case float64(y) > near:
				c = color.RGBA{R: 40, G: uint8(70 + (tall-y)/3), B: 60, A: 255}
			case float64(y) > far:
				c = color.RGBA{R: 90, G: 110, B: uint8(150 - (y-100)/4), A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// pictureDetail is a photograph whose link anyone can open.
func pictureDetail() views.Detail {
	d := doneDetail()
	d.Row = finished()[2]
	d.Size, d.Picture, d.From = d.Row.Size, mountains(), "/home/anna/Pictures/2026/IMG_20261121_184512.jpg"
	d.Link.URL = "https://files.quicksync.me/d/7f3e9a1c5b2d4860?X-Amz-Date=20261122T140500Z&X-Amz-Expires=604800&X-Amz-Signature=f0e1d2c3b4a5968778695a4b3c2d1e0f"
	d.Link.Reach, d.Parts, d.PartsDone, d.Sum = views.ReachAnyone, 1, 1, views.Sum{Possible: true}
	return d
}

// partsDetail is a film in the middle of its way.
func partsDetail() views.Detail {
	row := moving()[0]
	d := views.Detail{
		Count: 1, Row: row, Size: row.Size, Sent: row.Sent, Can: row.Can, NamesHidden: true,
		From: "/home/anna/Videos/holiday in the mountains 2026.mp4", FileKey: "7f3e9a1c5b2d4860", Parts: 256, PartsDone: 155,
	}
	for i := range d.Parts {
		part := views.PartMissing
		switch {
		case i < 148 || i > 150 && i < 158:
			part = views.PartDone
		case i < 164:
			part = views.PartMoving
		}
		d.Cells = append(d.Cells, part)
	}
	return d
}

func summingDetail() views.Detail {
	d := pictureDetail()
	d.Sum = views.Sum{Possible: true, Running: true, Read: 2_900_000, Size: d.Size}
	return d
}

func savingDetail() views.Detail {
	d := pictureDetail()
	d.Saving = views.Saving{Files: 1, Folder: "Downloads", Received: 2_900_000, Size: d.Size}
	return d
}

func severalDetail() views.Detail {
	return views.Detail{
		Count: 3, Total: 8, Size: 1_520_400_000, Sent: 1_520_400_000, Counts: views.Counts{3, 0, 0, 3},
		Can: views.Can{Copy: true, Save: true, Delete: true},
	}
}

// pressed chooses a row and presses the button that so many steps of Tab come
// to.
func pressed(row, tabs int) func(fyne.Window) {
	return func(window fyne.Window) {
		down(row)(window)
		after(tabs, fyne.KeySpace)(window)
	}
}

// troubleDetail is that of a file that failed, with what the server said.
func troubleDetail() views.Detail {
	d := failedDetail()
	d.Trouble = "part: the server refuses this (status 418): the storage does not take films on Mondays: read tcp 192.0.2.7:51234->198.51.100.20:443: connection reset by peer"
	return d
}

// left is the room of the storage elsewhere.
var left = views.Room{Files: 91, MaxFiles: 100, Bytes: 4_200_000_000, MaxBytes: 5_000_000_000}
