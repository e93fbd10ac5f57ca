//go:build e2e && linux

package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

// The names of the StatusNotifierItem protocol, as KDE and the GNOME extension
// speak it.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	itemFace    = "org.kde.StatusNotifierItem"
	menuFace    = "com.canonical.dbusmenu"
)

// A Tray is the place where programs put their icons, and the hand that opens
// their menus.
type Tray struct {
	conn  *dbus.Conn
	props *prop.Properties
	mu    sync.Mutex
	items []trayItem
}

// A trayItem is one icon: whose it is and where.
type trayItem struct {
	owner string
	path  dbus.ObjectPath
}

// StartTray gives the desktop a tray. Without one a desktop is like plain
// GNOME. Close takes it away.
func (d *Desktop) StartTray() (*Tray, error) {
	conn, err := d.dialBus()
	if err != nil {
		return nil, err
	}
	t := &Tray{conn: conn}
	if err := t.export(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return t, nil
}

// export answers the watcher's calls before it takes the name.
func (t *Tray) export() error {
	methods := map[string]any{"RegisterStatusNotifierItem": t.register, "RegisterStatusNotifierHost": t.registerHost}
	if err := t.conn.ExportMethodTable(methods, watcherPath, watcherName); err != nil {
		return err
	}
	props, err := prop.Export(t.conn, watcherPath, prop.Map{watcherName: {
		"RegisteredStatusNotifierItems":  {Value: []string{}, Emit: prop.EmitTrue},
		"IsStatusNotifierHostRegistered": {Value: true, Emit: prop.EmitTrue},
		"ProtocolVersion":                {Value: int32(0), Emit: prop.EmitTrue},
	}})
	if err != nil {
		return err
	}
	t.props = props
	return takeName(t.conn, watcherName)
}

// takeName becomes the owner of a name of the bus.
func takeName(conn *dbus.Conn, name string) error {
	reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil {
		return err
	}
	if reply != dbus.RequestNameReplyPrimaryOwner {
		return fmt.Errorf("%s is taken", name)
	}
	return nil
}

// register takes an item. Its one argument is a path of the caller, or a name
// of the bus with the usual path.
func (t *Tray) register(sender dbus.Sender, service string) *dbus.Error {
	item := trayItem{owner: string(sender), path: dbus.ObjectPath(service)}
	if !strings.HasPrefix(service, "/") {
		item = trayItem{owner: service, path: "/StatusNotifierItem"}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !slices.Contains(t.items, item) {
		t.items = append(t.items, item)
	}
	names := make([]string, len(t.items))
	for i, it := range t.items {
		names[i] = it.owner + string(it.path)
	}
	t.props.SetMust(watcherName, "RegisteredStatusNotifierItems", names)
	return nil
}

func (t *Tray) registerHost(string) *dbus.Error { return nil }

// Close takes the tray off the bus.
func (t *Tray) Close() error { return t.conn.Close() }

// newest is the item that was registered last.
func (t *Tray) newest() (trayItem, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.items) == 0 {
		return trayItem{}, false
	}
	return t.items[len(t.items)-1], true
}

// A MenuEntry is one line of an icon's menu.
type MenuEntry struct {
	Label     string
	Separator bool
	Disabled  bool
	Hidden    bool
	Entries   []MenuEntry

	id int32
}

// Menu waits for an icon and returns its menu; with several the newest's.
func (t *Tray) Menu(ctx context.Context) ([]MenuEntry, error) {
	var root MenuEntry
	err := Until(ctx, "a menu in the tray", func() (bool, error) {
		var err error
		root, _, err = t.menu(ctx)
		return err == nil, err
	})
	return root.Entries, err
}

var errNoIcon = errors.New("no icon is in the tray")

// menu reads the newest item's menu and tells where it is.
func (t *Tray) menu(ctx context.Context) (MenuEntry, dbus.BusObject, error) {
	item, ok := t.newest()
	if !ok {
		return MenuEntry{}, nil, errNoIcon
	}
	at, err := t.conn.Object(item.owner, item.path).GetProperty(itemFace + ".Menu")
	if err != nil {
		return MenuEntry{}, nil, err
	}
	path, ok := at.Value().(dbus.ObjectPath)
	if !ok {
		return MenuEntry{}, nil, fmt.Errorf("the icon's menu is a %s", at.Signature())
	}
	object := t.conn.Object(item.owner, path)
	var revision uint32
	var l layout
	const wholeTree = -1
	err = object.CallWithContext(ctx, menuFace+".GetLayout", 0, int32(0), int32(wholeTree), []string{}).Store(&revision, &l)
	if err != nil {
		return MenuEntry{}, nil, err
	}
	root, err := l.entry()
	return root, object, err
}

// Click clicks an entry by its label, in submenus by the labels on the way. It
// waits until there is such an entry and it is not greyed out.
func (t *Tray) Click(ctx context.Context, labels ...string) error {
	return Until(ctx, fmt.Sprintf("the tray's entry %q", labels), func() (bool, error) {
		root, object, err := t.menu(ctx)
		if err != nil {
			return false, err
		}
		entry, ok := root.find(labels)
		if !ok || entry.Disabled {
			return false, fmt.Errorf("the menu is %+v", root.Entries)
		}
		err = object.CallWithContext(ctx, menuFace+".Event", 0, entry.id, "clicked", dbus.MakeVariant(""), uint32(0)).Err
		return err == nil, err
	})
}

// find goes down by the labels.
func (e MenuEntry) find(labels []string) (MenuEntry, bool) {
	if len(labels) == 0 {
		return e, true
	}
	for _, child := range e.Entries {
		if child.Label == labels[0] && !child.Hidden {
			return child.find(labels[1:])
		}
	}
	return MenuEntry{}, false
}

// A layout is one entry on the wire: (ia{sv}av).
type layout struct {
	ID       int32
	Props    map[string]dbus.Variant
	Children []dbus.Variant
}

// entry reads an entry. What a property does not tell is as com.canonical.dbusmenu
// has it: enabled, visible, no separator.
func (l layout) entry() (MenuEntry, error) {
	e := MenuEntry{id: l.ID}
	e.Label, _ = l.Props["label"].Value().(string)
	e.Separator = l.Props["type"].Value() == "separator"
	e.Disabled = l.Props["enabled"].Value() == false
	e.Hidden = l.Props["visible"].Value() == false
	for _, v := range l.Children {
		var below layout
		if err := dbus.Store([]any{v.Value()}, &below); err != nil {
			return e, err
		}
		child, err := below.entry()
		if err != nil {
			return e, err
		}
		e.Entries = append(e.Entries, child)
	}
	return e, nil
}
