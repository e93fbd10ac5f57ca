package views

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/godbus/dbus/v5"

	"quicksync.me/desktop/internal/fileuri"
)

// The desktop's chooser on Linux is the portal's, org.freedesktop.portal.
// FileChooser: https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.FileChooser.html
//
// It is asked directly: the answer is matched to our own request by its path,
// which is listened to before the question is put; the URIs are decoded as
// paths, where a plus sign is a plus sign; and a context can end the waiting.
const (
	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = "/org/freedesktop/portal/desktop"
	portalOpen    = "org.freedesktop.portal.FileChooser.OpenFile"
	requestFace   = "org.freedesktop.portal.Request"
	requestAnswer = requestFace + ".Response"
	requestClose  = requestFace + ".Close"
)

func desktopChooser() chooser { return askPortal }

// askPortal implements chooser.
func askPortal(ctx context.Context, r request) ([]string, error) {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChooser, err)
	}
	defer bus.Close()
	token := "quicksync" + strings.ToLower(rand.Text())
	handle := requestPath(bus.Names()[0], token)
	if err := bus.AddMatchSignal(dbus.WithMatchObjectPath(handle), dbus.WithMatchInterface(requestFace)); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoChooser, err)
	}
	answers := make(chan *dbus.Signal, 1)
	bus.Signal(answers)
	call := bus.Object(portalName, portalPath).CallWithContext(ctx, portalOpen, 0, r.parent, r.title, r.options(token))
	if call.Err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", errNoChooser, call.Err)
	}
	return awaitPortal(ctx, bus, handle, answers)
}

// requestPath is where the portal puts a request of ours, by its rule: the
// unique name without its colon, the dots made underscores.
func requestPath(unique, token string) dbus.ObjectPath {
	sender := strings.ReplaceAll(strings.TrimPrefix(unique, ":"), ".", "_")
	return dbus.ObjectPath("/org/freedesktop/portal/desktop/request/" + sender + "/" + token)
}

func (r request) options(token string) map[string]dbus.Variant {
	options := map[string]dbus.Variant{
		"handle_token": dbus.MakeVariant(token),
		"modal":        dbus.MakeVariant(true),
		"multiple":     dbus.MakeVariant(!r.folder),
		"directory":    dbus.MakeVariant(r.folder),
	}
	if r.start != "" {
		options["current_folder"] = dbus.MakeVariant(append([]byte(r.start), 0))
	}
	return options
}

func awaitPortal(ctx context.Context, bus *dbus.Conn, handle dbus.ObjectPath, answers <-chan *dbus.Signal) ([]string, error) {
	for {
		select {
		case <-ctx.Done():
			bus.Object(portalName, handle).Go(requestClose, dbus.FlagNoReplyExpected, nil)
			return nil, nil
		case signal, open := <-answers:
			if !open {
				return nil, errNoChooser
			}
			if signal.Path == handle && signal.Name == requestAnswer {
				return picked(signal.Body)
			}
		}
	}
}

// picked reads the answer of the portal: 0 with URIs, 1 where the person
// cancelled, 2 where it ended in some other way.
func picked(body []any) ([]string, error) {
	var status uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(body, &status, &results); err != nil {
		return nil, fmt.Errorf("the portal's answer: %w", err)
	}
	if status == 1 {
		return nil, nil
	}
	uris, ok := results["uris"].Value().([]string)
	if status != 0 || !ok {
		return nil, errNoChooser
	}
	var paths []string
	for _, uri := range uris {
		if path, ok := fileuri.Path(uri); ok {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

// parentOf names a window the way the portal asks for it, so that the chooser
// stands over it; empty on Wayland, where that takes a handle we do not have.
func parentOf(window fyne.Window) (name string) {
	native, ok := window.(driver.NativeWindow)
	if !ok {
		return ""
	}
	native.RunNative(func(context any) {
		if x11, ok := context.(driver.X11WindowContext); ok && x11.WindowHandle != 0 {
			name = fmt.Sprintf("x11:%x", x11.WindowHandle)
		}
	})
	return name
}
