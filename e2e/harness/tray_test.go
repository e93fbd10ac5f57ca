//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// An icon is a small program in the tray.
type icon struct {
	conn    *dbus.Conn
	clicked chan int32
}

func showIcon(t *testing.T, d *Desktop) *icon {
	t.Helper()
	conn, err := d.dialBus()
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	i := &icon{conn: conn, clicked: make(chan int32, 1)}
	const path, menuPath = "/StatusNotifierItem", "/StatusNotifierItem/menu"
	_, err = prop.Export(conn, path, prop.Map{itemFace: {"Menu": {Value: dbus.ObjectPath(menuPath), Emit: prop.EmitTrue}}})
	check(t, err)
	check(t, conn.ExportMethodTable(map[string]any{"GetLayout": i.layout, "Event": i.event}, menuPath, menuFace))
	call := conn.Object(watcherName, watcherPath).Call(watcherName+".RegisterStatusNotifierItem", 0, path)
	check(t, call.Err)
	return i
}

func (i *icon) layout(int32, int32, []string) (uint32, layout, *dbus.Error) {
	entry := func(id int32, props map[string]any, children ...dbus.Variant) layout {
		l := layout{ID: id, Props: map[string]dbus.Variant{}, Children: children}
		for name, value := range props {
			l.Props[name] = dbus.MakeVariant(value)
		}
		return l
	}
	label := func(s string) map[string]any { return map[string]any{"label": s} }
	recents := entry(4, label("Recents"), dbus.MakeVariant(entry(5, label("a.txt"))))
	return 1, entry(0, nil,
		dbus.MakeVariant(entry(1, label("Open"))),
		dbus.MakeVariant(entry(2, map[string]any{"type": "separator"})),
		dbus.MakeVariant(entry(3, map[string]any{"label": "Greyed", "enabled": false})),
		dbus.MakeVariant(recents),
		dbus.MakeVariant(entry(6, map[string]any{"label": "Secret", "visible": false})),
	), nil
}

func (i *icon) event(id int32, kind string, _ dbus.Variant, _ uint32) *dbus.Error {
	if kind == "clicked" {
		i.clicked <- id
	}
	return nil
}

func TestTray(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	tray, err := d.StartTray()
	check(t, err)
	defer func() { check(t, tray.Close()) }()
	i := showIcon(t, d)
	menu, err := tray.Menu(within(t))
	check(t, err)
	const want = "[{Label:Open Separator:false Disabled:false Hidden:false Entries:[] id:1} " +
		"{Label: Separator:true Disabled:false Hidden:false Entries:[] id:2} " +
		"{Label:Greyed Separator:false Disabled:true Hidden:false Entries:[] id:3} " +
		"{Label:Recents Separator:false Disabled:false Hidden:false Entries:[" +
		"{Label:a.txt Separator:false Disabled:false Hidden:false Entries:[] id:5}] id:4} " +
		"{Label:Secret Separator:false Disabled:false Hidden:true Entries:[] id:6}]"
	if got := fmt.Sprintf("%+v", menu); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, c := range []struct {
		labels []string
		id     int32
	}{{[]string{"Open"}, 1}, {[]string{"Recents", "a.txt"}, 5}} {
		check(t, tray.Click(within(t), c.labels...))
		if got := <-i.clicked; got != c.id {
			t.Errorf("clicking %q reached %d, want %d", c.labels, got, c.id)
		}
	}
}

func TestTrayHasNoSuchEntry(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	tray, err := d.StartTray()
	check(t, err)
	defer func() { check(t, tray.Close()) }()
	showIcon(t, d)
	for _, label := range []string{"Greyed", "Secret", "Nowhere"} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*glance)
		if err := tray.Click(ctx, label); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("clicking %q: %v", label, err)
		}
		cancel()
	}
}

func TestOneTrayADesktop(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	tray, err := d.StartTray()
	check(t, err)
	if _, err := d.StartTray(); err == nil {
		t.Error("a second tray took the name")
	}
	check(t, tray.Close())
	check(t, Until(within(t), "the name to be free", func() (bool, error) {
		again, err := d.StartTray()
		if err != nil {
			return false, err
		}
		return true, again.Close()
	}))
}

func TestNotifications(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	n, err := d.StartNotifications()
	check(t, err)
	defer func() { check(t, n.Close()) }()
	conn, err := d.dialBus()
	check(t, err)
	defer func() { _ = conn.Close() }()
	server := conn.Object(notifyName, notifyPath)
	for _, title := range []string{"one", "two"} {
		call := server.Call(notifyName+".Notify", 0, "me", uint32(0), "", title, "text",
			[]string{}, map[string]dbus.Variant{}, int32(0))
		check(t, call.Err)
	}
	got, err := n.Wait(within(t), 2)
	check(t, err)
	want := []Notification{{"me", "one", "text"}, {"me", "two", "text"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := n.Wait(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting for a third: %v", err)
	}
}
