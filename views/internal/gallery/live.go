//go:build cgo || ci

package main

import (
	"fmt"
	"log"
	"os/exec"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"

	"quicksync.me/desktop/views"
)

// live shows a pose in a real window, and saves a picture of it where shot names
// one.
func live(p pose, shot string) {
	fyneApp := app.NewWithID("me.quicksync.gallery")
	lendFonts()
	window, target, s, err := p.stand(fyneApp, views.NewData())
	if err != nil {
		log.Fatal(err)
	}
	window.Show()
	fyneApp.Lifecycle().SetOnStarted(func() { go take(target, window, s, shot, fyneApp) })
	fyneApp.Run()
	window.Close()
}

// take waits for the window to be drawn, does what the scene asks for, and
// takes the picture.
func take(window fyne.Window, asked *views.Window, s scene, shot string, a fyne.App) {
	const drawn = 700 * time.Millisecond
	time.Sleep(drawn)
	fyne.DoAndWait(func() { s.begin(asked) })
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
