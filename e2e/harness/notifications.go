//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	notifyName = "org.freedesktop.Notifications"
	notifyPath = "/org/freedesktop/Notifications"
)

// A Notification is what a program told the person.
type Notification struct {
	App, Title, Text string
}

// Notifications are the desktop's, which keeps them all.
type Notifications struct {
	conn *dbus.Conn
	mu   sync.Mutex
	all  []Notification
}

// StartNotifications gives the desktop a place for notifications. Close takes
// it away.
func (d *Desktop) StartNotifications() (*Notifications, error) {
	conn, err := d.dialBus()
	if err != nil {
		return nil, err
	}
	n := &Notifications{conn: conn}
	if err := n.export(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return n, nil
}

func (n *Notifications) export() error {
	methods := map[string]any{
		"Notify":               n.notify,
		"CloseNotification":    func(uint32) *dbus.Error { return nil },
		"GetCapabilities":      func() ([]string, *dbus.Error) { return []string{"body"}, nil },
		"GetServerInformation": n.server,
	}
	if err := n.conn.ExportMethodTable(methods, notifyPath, notifyName); err != nil {
		return err
	}
	return takeName(n.conn, notifyName)
}

// server describes this server: name, vendor, version, and the version of the
// specification.
func (n *Notifications) server() (name, vendor, version, spec string, err *dbus.Error) {
	return "harness", "QuickSync", "1", "1.2", nil
}

// notify has the arguments of org.freedesktop.Notifications.Notify.
func (n *Notifications) notify(app string, _ uint32, _, title, text string, _ []string,
	_ map[string]dbus.Variant, _ int32,
) (uint32, *dbus.Error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, Notification{App: app, Title: title, Text: text})
	return uint32(len(n.all)), nil
}

// All returns the notifications so far, oldest first.
func (n *Notifications) All() []Notification {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.all)
}

// Wait waits until there are count notifications and returns them.
func (n *Notifications) Wait(ctx context.Context, count int) ([]Notification, error) {
	err := Until(ctx, "a notification", func() (bool, error) { return len(n.All()) >= count, nil })
	return n.All(), err
}

// Close takes the notifications off the bus.
func (n *Notifications) Close() error { return n.conn.Close() }
