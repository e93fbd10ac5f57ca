package awake

import (
	"testing"

	"github.com/godbus/dbus/v5"

	"quicksync.me/desktop/internal/ownbus"
)

// call is one call of Inhibit, and who made it.
type call struct {
	sender dbus.Sender
	args   []any
}

// gnome and freedesktop are the services of a desktop.
type (
	gnome       struct{ calls chan call }
	freedesktop struct{ calls chan call }
)

// Inhibit implements org.gnome.SessionManager.
func (g gnome) Inhibit(sender dbus.Sender, app string, window uint32, why string, flags uint32) (uint32, *dbus.Error) {
	g.calls <- call{sender, []any{app, window, why, flags}}
	return 1, nil
}

// Inhibit implements org.freedesktop.PowerManagement.Inhibit.
func (f freedesktop) Inhibit(sender dbus.Sender, app, why string) (uint32, *dbus.Error) {
	f.calls <- call{sender, []any{app, why}}
	return 1, nil
}

// serve puts a service on the bus, and tells of whoever leaves that.
func serve(t *testing.T, object any, name string, path dbus.ObjectPath, face string) (left chan *dbus.Signal) {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	if err := bus.Export(object, path, face); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	if err := bus.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		t.Fatal(err)
	}
	left = make(chan *dbus.Signal, 100)
	bus.Signal(left)
	return left
}

// TestHoldOnADesktop: it is asked, and released by leaving the bus.
func TestHoldOnADesktop(t *testing.T) {
	calls := make(chan call, 1)
	for name, desktop := range map[string]struct {
		object     any
		name, face string
		path       dbus.ObjectPath
		args       []any
	}{
		"GNOME": {
			gnome{calls}, "org.gnome.SessionManager", "org.gnome.SessionManager", "/org/gnome/SessionManager",
			[]any{"me.quicksync.desktop", uint32(0), "Sending", uint32(4)},
		},
		"KDE": {
			freedesktop{calls}, "org.freedesktop.PowerManagement", "org.freedesktop.PowerManagement.Inhibit",
			"/org/freedesktop/PowerManagement/Inhibit", []any{"QuickSync", "Sending"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ownbus.Start(t)
			left := serve(t, desktop.object, desktop.name, desktop.path, desktop.face)
			release, err := hold(t.Context(), "Sending")
			if err != nil {
				t.Fatal(err)
			}
			c := <-calls
			for i, want := range desktop.args {
				if c.args[i] != want {
					t.Errorf("asked with %v, want %v", c.args, desktop.args)
				}
			}
			release()
			for gone := range left {
				if len(gone.Body) == 3 && gone.Body[0] == string(c.sender) && gone.Body[2] == "" {
					return
				}
			}
		})
	}
}

// TestHoldWithoutADesktop fails, and leaves nothing behind.
func TestHoldWithoutADesktop(t *testing.T) {
	ownbus.Start(t)
	if _, err := hold(t.Context(), "Sending"); err == nil {
		t.Error("somebody keeps a computer awake that nobody has")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	if _, err := hold(t.Context(), "Sending"); err == nil {
		t.Error("somebody keeps a computer awake without a bus")
	}
}
