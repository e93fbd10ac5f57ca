package views

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// madeTray is an app whose notification area is written down.
type madeTray struct {
	fyne.App
	menus []*fyne.Menu
	icon  fyne.Resource
}

func (m *madeTray) SetSystemTrayMenu(menu *fyne.Menu)    { m.menus = append(m.menus, menu) }
func (m *madeTray) SetSystemTrayIcon(icon fyne.Resource) { m.icon = icon }
func (m *madeTray) last() *fyne.Menu                     { return m.menus[len(m.menus)-1] }
func withTray(host *madeTray) func(*Params)              { return func(p *Params) { p.App, p.Tray = host, true } }
func (s *stage) overall(o Overall)                       { _ = s.data.Overall.Set(o) }
func newMadeTray(t *testing.T) *madeTray                 { return &madeTray{App: Dress(test.NewTempApp(t))} }
func running(done int64) Overall {
	return Overall{Files: 7, FilesDone: 3, Bytes: 100, BytesDone: done, Running: true}
}

func TestTrayMenu(t *testing.T) {
	host := newMadeTray(t)
	s := newStage(t, withTray(host))
	if host.icon == nil {
		t.Error("no icon")
	}
	if got, want := labels(host.last()), "Nothing is uploading, -, Quick share files…, Share clipboard, -, Open QuickSync, Quit"; got != want {
		t.Errorf("idle: %q, want %q", got, want)
	}
	menu := s.w.tray.menu(trayText{running: true, recents: []Recent{{ID: "1", Name: "evil\u202e_name.pdf"}}})
	name := "evil\ufffd_name.pdf"
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		name = "evil\ufffd__name.pdf"
	}
	item(t, menu, "Quick share files…").Action()
	item(t, menu, "Share clipboard").Action()
	item(t, item(t, menu, "Recents").ChildMenu, name).Action()
	item(t, menu, "Pause all").Action()
	s.want("quick /a,/b", "share clipboard", "copy 1", "pause all")
	item(t, s.w.tray.menu(trayText{paused: true}), "Resume all").Action()
	quit := item(t, menu, "Quit")
	if !quit.IsQuit {
		t.Error("Fyne would add a Quit of its own")
	}
	quit.Action()
	s.want("resume all", "quit")
}

func TestTrayStatus(t *testing.T) {
	w := catalogue(t)
	for _, test := range []struct {
		all  Overall
		want string
	}{
		{Overall{}, "Nothing is uploading"},
		{running(62), "3 of 7 files · 62 %"},
		{running(100), "3 of 7 files · 99 %"},
		{Overall{Paused: true}, "Paused"},
		{Overall{State: Failed}, "Something failed"},
	} {
		if got := trayStatus(w, test.all); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestTrayIsMadeAnewOnceASecond(t *testing.T) {
	host := newMadeTray(t)
	s := newStage(t, withTray(host))
	synctest.Test(t, func(t *testing.T) {
		s.w.tray.last = time.Time{}
		start := len(host.menus)
		made := func() int {
			s.drain()
			return len(host.menus) - start
		}
		s.overall(running(10))
		s.overall(running(20))
		s.overall(running(30))
		if got := made(); got != 1 {
			t.Errorf("%d menus at once, want 1", got)
		}
		time.Sleep(trayEvery)
		synctest.Wait()
		if got := made(); got != 2 || host.last().Items[0].Label != "3 of 7 files · 30 %" {
			t.Errorf("after a second %d menus, the last says %q", got, host.last().Items[0].Label)
		}
		time.Sleep(5 * trayEvery)
		s.overall(running(30))
		synctest.Wait()
		if got := made(); got != 2 {
			t.Errorf("%d menus though nothing changed", got)
		}
		s.overall(running(40))
		s.overall(running(50))
		s.w.tray.close()
		time.Sleep(5 * trayEvery)
		synctest.Wait()
		if got := made(); got != 3 {
			t.Errorf("%d menus after the end", got)
		}
	})
}

func TestWhatWasSaidGoesAway(t *testing.T) {
	s := newStage(t)
	synctest.Test(t, func(t *testing.T) {
		s.w.Say("Link copied")
		s.reads("Link copied")
		time.Sleep(time.Minute)
		synctest.Wait()
		s.drain()
		s.readsNot("Link copied")
	})
}
