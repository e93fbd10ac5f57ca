//go:build linux

package scheme

import (
	"context"
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/godbus/dbus/v5"
	"go.uber.org/goleak"

	"quicksync.me/desktop/internal/ownbus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desktop is the portal of a test.
type desktop struct{ scheme uint32 }

// ReadOne answers as portals do.
func (d *desktop) ReadOne(space, name string) (dbus.Variant, *dbus.Error) {
	if space != namespace || name != key {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
	}
	return dbus.MakeVariant(d.scheme), nil
}

// older is a portal of the first version.
type older struct{ scheme uint32 }

// Read answers as those do, wrapped twice.
func (d *older) Read(space, name string) (dbus.Variant, *dbus.Error) {
	if space != namespace || name != key {
		return dbus.Variant{}, dbus.NewError("org.freedesktop.portal.Error.NotFound", nil)
	}
	return dbus.MakeVariant(dbus.MakeVariant(d.scheme)), nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, told <-chan fyne.ThemeVariant, want fyne.ThemeVariant) {
	t.Helper()
	select {
	case got, open := <-told:
		if !open || got != want {
			t.Errorf("told %v (%v), want %v", got, open, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing is told")
	}
}

// TestFollowsTheDesktop, past signals that are about something else or nothing.
func TestFollowsTheDesktop(t *testing.T) {
	for name, portal := range map[string]any{"of now": &desktop{scheme: 2}, "of old": &older{scheme: 2}} {
		t.Run(name, func(t *testing.T) { follows(t, portal) })
	}
}

func follows(t *testing.T, own any) {
	t.Setenv(fynes, "")
	ownbus.Start(t)
	bus, err := dbus.ConnectSessionBus()
	must(t, err)
	defer bus.Close()
	must(t, bus.Export(own, object, face))
	_, err = bus.RequestName(portal, 0)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := Follow(ctx)
	wants(t, told, theme.VariantLight)
	for _, body := range [][]any{
		{namespace, "contrast", dbus.MakeVariant(uint32(1))}, {"org.gnome.desktop", key, dbus.MakeVariant(uint32(1))},
		{namespace, key, dbus.MakeVariant("dark")}, {namespace}, {uint32(1), uint32(1), uint32(1)},
		{namespace, key, dbus.MakeVariant(uint32(preferred))},
	} {
		must(t, bus.Emit(object, face+".SettingChanged", body...))
	}
	wants(t, told, theme.VariantDark)
	must(t, bus.Emit(object, face+".SettingChanged", namespace, key, dbus.MakeVariant(uint32(0))))
	wants(t, told, theme.VariantLight)
	cancel()
	if v, open := <-told; open {
		t.Errorf("told %v after the end", v)
	}
}

// TestNobodyTells: without a portal, or a bus, that is known at once.
func TestNobodyTells(t *testing.T) {
	t.Setenv(fynes, "")
	ownbus.Start(t)
	if v, open := <-Follow(t.Context()); open {
		t.Errorf("without a portal: %v", v)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	if v, open := <-Follow(t.Context()); open {
		t.Errorf("without a bus: %v", v)
	}
}

// TestWhatThePersonHasChosenStays, and what was taken is given back.
func TestWhatThePersonHasChosenStays(t *testing.T) {
	t.Setenv(fynes, "light")
	Take()()
	if _, open := <-Follow(t.Context()); open || os.Getenv(fynes) != "light" {
		t.Errorf("it is %q, and something is told: %v", os.Getenv(fynes), open)
	}
	t.Setenv(fynes, "")
	release := Take()
	if os.Getenv(fynes) == "" {
		t.Error("Fyne asks all the same")
	}
	release()
	if _, set := os.LookupEnv(fynes); set {
		t.Error("it was not given back")
	}
}
