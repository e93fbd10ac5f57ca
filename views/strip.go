package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// strip asks who should open the links, once, without standing in the way of
// anything.
type strip struct {
	box     *fyne.Container
	surface *surface
	network *button
	anyone  *button
	me      *button
}

func newStrip(w *Window) *strip {
	t := w.words
	s := &strip{}
	question := newLine(normalText, colorInk, fyne.TextStyle{Bold: true})
	question.set(t.Text("ask.title"), colorInk)
	question.whole = true
	s.network = newButton(w.kit, accent, glyphWiFi, t.Text("ask.network"), func() { w.actions.SetAudience(AudienceNetwork) })
	s.anyone = newButton(w.kit, raised, glyphGlobe, t.Text("ask.anyone"), func() {
		w.actions.SetAudience(AudienceAnyone)
		w.showConnect()
	})
	s.me = newButton(w.kit, raised, glyphPerson, t.Text("ask.me"), func() { w.actions.SetAudience(AudienceMe) })
	answers := container.New(&wrapLayout{gap: grid}, container.New(sizedLayout{height: buttonSize}, question), s.network, s.anyone, s.me)
	s.surface = newSurface(colorRaised, colorEdge, inset(grid, grid*1.5, answers))
	s.box = container.NewStack(s.surface)
	s.box.Hide()
	return s
}
