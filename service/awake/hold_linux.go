package awake

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// application is what the desktop knows us by.
const application = "me.quicksync.desktop"

// suspending is the flag of GNOME's session manager for sleep that nobody has
// ordered: neither logging out nor a dark screen.
const suspending uint32 = 4

// An inhibitor is a service of the session that can keep the computer awake.
type inhibitor struct {
	name, method string
	path         dbus.ObjectPath
	args         func(why string) []any
}

// inhibitors are those of the desktops, in the order in which they are tried:
// GNOME and what comes of it, then KDE and Xfce by the older freedesktop.org
// interface. Each lets the computer sleep again when whoever has asked leaves the
// bus, so that a run that was killed keeps nothing awake.
var inhibitors = []inhibitor{
	{
		name: "org.gnome.SessionManager", path: "/org/gnome/SessionManager", method: "org.gnome.SessionManager.Inhibit",
		args: func(why string) []any { return []any{application, uint32(0), why, suspending} },
	},
	{
		name: "org.freedesktop.PowerManagement", path: "/org/freedesktop/PowerManagement/Inhibit",
		method: "org.freedesktop.PowerManagement.Inhibit.Inhibit",
		args:   func(why string) []any { return []any{"QuickSync", why} },
	},
}

// hold asks the desktop, and none is started for it. Leaving the bus is what
// releases it.
func hold(ctx context.Context, why string) (release func(), err error) {
	bus, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(context.WithoutCancel(ctx)))
	if err != nil {
		return nil, err
	}
	if err = bus.Auth(nil); err == nil {
		err = bus.Hello()
	}
	if err == nil {
		err = ask(ctx, bus, why)
	}
	if err != nil {
		_ = bus.Close()
		return nil, err
	}
	return func() { _ = bus.Close() }, nil
}

// ask tries one after the other. Its error is the last one's.
func ask(ctx context.Context, bus *dbus.Conn, why string) (err error) {
	for _, i := range inhibitors {
		err = bus.Object(i.name, i.path).CallWithContext(ctx, i.method, dbus.FlagNoAutoStart, i.args(why)...).Err
		if err == nil {
			return nil
		}
	}
	return err
}
