package app

import "github.com/godbus/dbus/v5"

// watcher is who shows notification icons on a Linux desktop. Plain GNOME has
// none, and then a window that hides itself would be lost.
const watcher = "org.kde.StatusNotifierWatcher"

// HasTray tells whether the desktop shows notification icons.
func HasTray() bool {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer bus.Close()
	var owned bool
	err = bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&owned)
	return err == nil && owned
}
