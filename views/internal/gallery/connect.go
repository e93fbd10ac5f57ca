package main

import (
	"strings"

	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views"
	"quicksync.me/desktop/views/words"
)

// trial tests a connection. The key says how that goes: it fails, works, or still
// runs.
func trial(c *words.Catalogue) func(views.ConnectionForm, func(views.Step), func(bool, string)) func() {
	return func(form views.ConnectionForm, step func(views.Step), done func(bool, string)) func() {
		worked := func(ids ...string) {
			for _, id := range ids {
				step(views.Step{Name: c.Text(id)})
			}
		}
		worked("step.reach", "step.key", "step.session", "step.send")
		switch {
		case strings.HasPrefix(form.Key, "fails"):
			step(views.Step{Name: c.Text("step.fetch"), Problem: c.Text("error.network")})
			done(false, "report")
		case strings.HasPrefix(form.Key, "works"):
			worked("step.complete", "step.fetch", "step.delete")
			done(true, "report")
		default:
			step(views.Step{Name: c.Text("step.complete"), Running: true})
		}
		return func() {}
	}
}

// connect opens the page for a new storage, types a key, and tries it, or, where
// it is to be refused, connects.
func connect(key string) func(fyne.Window) {
	return func(window fyne.Window) {
		after(1, fyne.KeySpace, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)(window)
		if key == "" {
			return
		}
		if field := window.Canvas().Focused(); field != nil {
			for _, letter := range key + strings.Repeat("k", 120) {
				field.TypedRune(letter)
			}
		}
		steps := 3
		if key == "refused" {
			steps++
		}
		after(steps, fyne.KeySpace)(window)
	}
}
