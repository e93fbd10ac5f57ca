//go:build ignore

// This program draws Icon.png, at the root of the project, and icon.png, which is
// the window's, from icon.svg. Run it as: go run views/assets/gen.go, in the root
// of the project.
package main

import (
	"bytes"
	"image"
	"image/png"
	"log"
	"os"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

func main() {
	for to, size := range map[string]int{"Icon.png": 512, "views/assets/icon.png": 256} {
		if err := draw("views/assets/icon.svg", to, size); err != nil {
			log.Fatal(err)
		}
	}
}

func draw(from, to string, size int) error {
	source, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	icon, err := oksvg.ReadIconStream(bytes.NewReader(source), oksvg.StrictErrorMode)
	if err != nil {
		return err
	}
	icon.SetTarget(0, 0, float64(size), float64(size))
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	scanner := rasterx.NewScannerGV(size, size, picture, picture.Bounds())
	icon.Draw(rasterx.NewDasher(size, size, scanner), 1)
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return err
	}
	return os.WriteFile(to, out.Bytes(), 0o644)
}
