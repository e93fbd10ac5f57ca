// Gallery shows the window with made-up data, for whoever works on its looks:
//
//	go run ./views/internal/gallery -state list -dark
//	go run ./views/internal/gallery -state detail -size 1100x700 -shot out.png
//	go run ./views/internal/gallery -state strip -language de -switch ja
//
// FYNE_SCALE=2 shows it with everything twice as large.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/theme"

	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/fonts"
	"quicksync.me/desktop/views/words"
)

func main() {
	state := flag.String("state", "list", "what to show: "+stateNames())
	dark := flag.Bool("dark", false, "the dark look")
	size := flag.String("size", "1120x720", "size of the window")
	language := flag.String("language", "en", "what the window speaks")
	other := flag.String("switch", "", "the language to change to before the picture")
	shot := flag.String("shot", "", "save a picture of the window here, and leave")
	flag.Parse()
	scene, ok := scenes[*state]
	if !ok {
		log.Fatalf("no state %q; there are: %s", *state, stateNames())
	}
	var extent fyne.Size
	if _, err := fmt.Sscanf(*size, "%fx%f", &extent.Width, &extent.Height); err != nil {
		log.Fatalf("size %q: %v", *size, err)
	}
	catalogue, err := words.New(*language)
	if err != nil {
		log.Fatal(err)
	}
	variant := theme.VariantLight
	if *dark {
		variant = theme.VariantDark
	}
	fyneApp := app.NewWithID("me.quicksync.gallery")
	// No font of ours is no reason to show nothing.
	if err := fonts.Load(filepath.Join(os.TempDir(), "quicksync-gallery")); err != nil {
		log.Print(err)
	}
	data := views.NewData()
	window := views.New(views.Params{
		App: fyneApp, Words: catalogue, Data: data, Do: fyne.Do,
		Actions: actions(fyneApp, data), Theme: views.NewTheme(variant),
	})
	target := fyneApp.Driver().AllWindows()[0]
	target.Resize(extent)
	scene = scene.in(catalogue)
	scene.set(data)
	window.Show()
	if act := scene.act; *other != "" {
		scene.act = func(w fyne.Window) {
			if act != nil {
				act(w)
			}
			catalogue.SetLanguage(*other)
			_ = data.Preferences.Set(views.Preferences{Language: *other})
		}
	}
	fyneApp.Lifecycle().SetOnStarted(func() { go pose(target, scene, *shot, fyneApp) })
	fyneApp.Run()
	window.Close()
}

// pose waits for the window to be drawn, does what the scene asks for, and
// takes the picture.
func pose(window fyne.Window, s scene, shot string, a fyne.App) {
	const drawn = 700 * time.Millisecond
	time.Sleep(drawn)
	for _, act := range []func(fyne.Window){s.act, s.then} {
		if act != nil {
			fyne.DoAndWait(func() { act(window) })
			time.Sleep(drawn)
		}
	}
	if shot == "" {
		return
	}
	var id uintptr
	fyne.DoAndWait(func() { id = handle(window) })
	// The picture is taken by ImageMagick of what X shows: reading the front
	// buffer back gives nothing with a software GL.
	if out, err := exec.Command("import", "-window", fmt.Sprintf("0x%x", id), shot).CombinedOutput(); err != nil {
		log.Printf("import: %v: %s", err, out)
	}
	fyne.Do(a.Quit)
}

func handle(window fyne.Window) (id uintptr) {
	if native, ok := window.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			if x11, ok := context.(driver.X11WindowContext); ok {
				id = x11.WindowHandle
			}
		})
	}
	return id
}
