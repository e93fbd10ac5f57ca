//go:build e2e && linux

package harness

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// The names of the XDG desktop portal, as far as it chooses files and tells
// light from dark
// (https://flatpak.github.io/xdg-desktop-portal/docs/api-reference.html).
const (
	portalName   = "org.freedesktop.portal.Desktop"
	portalPath   = "/org/freedesktop/portal/desktop"
	chooserFace  = "org.freedesktop.portal.FileChooser"
	settingsFace = "org.freedesktop.portal.Settings"
	responseName = "org.freedesktop.portal.Request.Response"
	appearance   = "org.freedesktop.appearance"
	colorScheme  = "color-scheme"
)

// A ColorScheme is what the person prefers, as the portal counts it.
type ColorScheme uint32

// The schemes.
const (
	SchemeAny ColorScheme = iota
	SchemeDark
	SchemeLight
)

// A Portal is the desktop's own file chooser and its settings. The person's
// next choice of files is made ahead, with Choose.
type Portal struct {
	conn   *dbus.Conn
	mu     sync.Mutex
	choice []string // nil: the person cancels
	scheme ColorScheme
	asked  []Asked
}

// Asked is one time that a program had the person choose.
type Asked struct {
	Title string
	// Folder tells that a folder was wanted, not files.
	Folder bool
}

// StartPortal gives the desktop a portal. Close takes it away.
func (d *Desktop) StartPortal(scheme ColorScheme) (*Portal, error) {
	conn, err := d.dialBus()
	if err != nil {
		return nil, err
	}
	p := &Portal{conn: conn, scheme: scheme}
	if err := p.export(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return p, nil
}

func (p *Portal) export() error {
	chooser := map[string]any{"OpenFile": p.openFile}
	if err := p.conn.ExportMethodTable(chooser, portalPath, chooserFace); err != nil {
		return err
	}
	settings := map[string]any{"ReadOne": p.readOne}
	if err := p.conn.ExportMethodTable(settings, portalPath, settingsFace); err != nil {
		return err
	}
	return takeName(p.conn, portalName)
}

// Choose has the person choose these paths from now on; none cancels.
func (p *Portal) Choose(paths ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.choice = paths
}

// Asked returns how often and for what the person was asked, oldest first.
func (p *Portal) Asked() []Asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Asked(nil), p.asked...)
}

// openFile has the arguments of FileChooser.OpenFile. The answer is a signal of
// the request, whose path is made of the caller and the token of its choice.
func (p *Portal) openFile(sender dbus.Sender, _, title string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	token, _ := options["handle_token"].Value().(string)
	folder, _ := options["directory"].Value().(bool)
	caller := strings.ReplaceAll(strings.TrimPrefix(string(sender), ":"), ".", "_")
	handle := dbus.ObjectPath(fmt.Sprintf("%s/request/%s/%s", portalPath, caller, token))
	p.mu.Lock()
	p.asked = append(p.asked, Asked{Title: title, Folder: folder})
	choice := p.choice
	p.mu.Unlock()
	if err := p.conn.Emit(handle, responseName, cancelled(choice), results(choice)); err != nil {
		return "", dbus.MakeFailedError(err)
	}
	return handle, nil
}

// cancelled is the portal's code: 0 for a choice, 1 for none.
func cancelled(choice []string) uint32 {
	if len(choice) == 0 {
		return 1
	}
	return 0
}

func results(choice []string) map[string]dbus.Variant {
	uris := make([]string, len(choice))
	for i, path := range choice {
		u := url.URL{Scheme: "file", Path: path}
		uris[i] = u.String()
	}
	return map[string]dbus.Variant{"uris": dbus.MakeVariant(uris)}
}

// errNoSetting is what the portal answers for a setting that it does not have.
var errNoSetting = dbus.NewError("org.freedesktop.portal.Error.NotFound", []any{"no such setting"})

func (p *Portal) readOne(namespace, key string) (dbus.Variant, *dbus.Error) {
	if namespace != appearance || key != colorScheme {
		return dbus.Variant{}, errNoSetting
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return dbus.MakeVariant(uint32(p.scheme)), nil
}

// Prefer changes the scheme that the person prefers, and tells the programs.
func (p *Portal) Prefer(scheme ColorScheme) error {
	p.mu.Lock()
	p.scheme = scheme
	p.mu.Unlock()
	return p.conn.Emit(portalPath, settingsFace+".SettingChanged", appearance, colorScheme, dbus.MakeVariant(uint32(scheme)))
}

// Close takes the portal off the bus.
func (p *Portal) Close() error { return p.conn.Close() }
