//go:build e2e && linux

package e2e

import (
	"net"
	"net/url"
	"testing"
)

// TestDemo shows the whole way, from a drop to a link that opens, also to a
// machine without a display: the picture of it is out/demo.png.
func TestDemo(t *testing.T) {
	s := newStage(t, stageConfig{network: true})
	_, window := s.open()
	film := s.random("holiday film.mp4", 20<<20)
	s.must(s.desk.Drop(within(t), window, film))
	s.answer(window, wifi)
	link := s.copied("")
	s.stored([]string{"holiday film.mp4"})
	u, err := url.Parse(link)
	s.must(err)
	if s.net != nil && net.ParseIP(u.Hostname()).IsLoopback() {
		t.Errorf("the link for others leads to %s", u.Hostname())
	}
	s.opens(s.machine(), link, film)
	s.choose(window)
	s.photograph(window, "demo.png")
}
