// Gallery shows the window with made-up data, for whoever works on its looks:
//
//	go run ./views/internal/gallery -state list -dark
//	go run ./views/internal/gallery -state detail -size 1100x700 -shot out.png
//	go run ./views/internal/gallery -state strip -language de -switch ja
//
//	go run ./views/internal/gallery -state all -language en,de -size 640x480,1100x700@1.5 -pictures out
//
// FYNE_SCALE=2 shows it with everything twice as large. The last one draws
// without a display, each state in both looks; with CGO_ENABLED=0 it needs no
// compiler of C either.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/test"

	"quicksync.me/desktop/views/fonts"
)

func main() {
	state := flag.String("state", "list", "what to show: "+stateNames())
	dark := flag.Bool("dark", false, "the dark look")
	size := flag.String("size", "1120x720", "size of the window")
	language := flag.String("language", "en", "what the window speaks")
	other := flag.String("switch", "", "the language to change to before the picture")
	shot := flag.String("shot", "", "save a picture of the window here, and leave")
	pictures := flag.String("pictures", "", "draw pictures in light and dark into this folder, without a display, and leave")
	flag.Parse()
	if *state == "all" {
		*state = stateNames()
	}
	all, err := poses(*state, *language, *size)
	if err != nil {
		log.Fatal(err)
	}
	if *pictures != "" {
		draw(all, *pictures)
		return
	}
	p := all[0]
	p.dark, p.other = *dark, *other
	live(p, *shot)
}

// draw makes a picture of each pose.
func draw(all []pose, dir string) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		log.Fatal(err)
	}
	a := test.NewApp()
	lendFonts()
	for _, p := range all {
		if err := p.picture(a, dir); err != nil {
			log.Fatal(err)
		}
	}
}

// lendFonts lends the program's letters. That there are none is no reason to
// show nothing.
func lendFonts() {
	if err := fonts.Load(filepath.Join(os.TempDir(), "quicksync-gallery"))(); err != nil {
		log.Print(err)
	}
}
