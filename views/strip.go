package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// strip asks what may be asked over the list without standing in the way of
// anything: what shall become of files that were added and, once, who should
// open the links.
type strip struct {
	box     *fyne.Container
	who     *fyne.Container
	offer   *offerCard
	network *button
	anyone  *button
	me      *button
}

func newStrip(w *Window) *strip {
	t := w.words
	s := &strip{offer: newOfferCard(w)}
	question := newLine(normalText, colorInk, fyne.TextStyle{Bold: true})
	question.set(t.Text("ask.title"), colorInk)
	question.whole = true
	s.network = newButton(w.kit, accent, glyphWiFi, t.Text("ask.network"), func() { w.actions.SetAudience(AudienceNetwork) })
	s.anyone = newButton(w.kit, raised, glyphGlobe, t.Text("ask.anyone"), func() {
		w.actions.SetAudience(AudienceAnyone)
		w.showConnect()
	})
	s.me = newButton(w.kit, raised, glyphPerson, t.Text("ask.me"), func() { w.actions.SetAudience(AudienceMe) })
	s.who = container.New(&wrapLayout{gap: grid}, container.New(sizedLayout{height: buttonSize}, question), s.network, s.anyone, s.me)
	surface := newSurface(colorRaised, colorEdge, inset(grid, grid*1.5, container.NewStack(s.who, s.offer.box)))
	s.box = container.NewStack(surface)
	s.box.Hide()
	return s
}

// show asks one thing at a time.
func (s *strip) show(c Connection) {
	offered := c.Offer.ID != ""
	s.offer.put(c.Offer)
	show(s.offer.box, offered)
	show(s.who, c.Ask && !offered)
	show(s.box, c.Ask || offered)
}

// presses tells whether an answer of the strip is the one thing to do next.
func (s *strip) presses() bool {
	return s.box.Visible() && (s.who.Visible() || s.offer.shown.Urgent)
}
