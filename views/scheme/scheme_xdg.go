//go:build !windows && !darwin

package scheme

import (
	"context"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/godbus/dbus/v5"
)

// The portal that tells, by
// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
const (
	portal    = "org.freedesktop.portal.Desktop"
	object    = "/org/freedesktop/portal/desktop"
	face      = "org.freedesktop.portal.Settings"
	namespace = "org.freedesktop.appearance"
	key       = "color-scheme"
	preferred = 1 // dark; 2 is light, and 0 that the person does not mind
)

// fynes is the variable that tells Fyne which look to take, and not to ask.
const fynes = "FYNE_THEME"

// Take keeps Fyne from asking, until release; it must come before there is an app,
// and release when that runs. A look that the person has chosen for Fyne's programs
// stays. Where nobody tells, the look is dark, as Fyne has it.
func Take() (release func()) {
	if os.Getenv(fynes) != "" || os.Setenv(fynes, "dark") != nil {
		return func() {}
	}
	return func() { _ = os.Unsetenv(fynes) }
}

// Follow tells what the desktop has now and what it changes to, until ctx ends or
// nobody can tell. Call it before Take.
func Follow(ctx context.Context) <-chan fyne.ThemeVariant {
	told := make(chan fyne.ThemeVariant, 1)
	if os.Getenv(fynes) != "" {
		close(told)
		return told
	}
	go func() {
		defer close(told)
		_ = follow(ctx, func(v fyne.ThemeVariant) {
			select {
			case told <- v:
			case <-ctx.Done():
			}
		})
	}()
	return told
}

func follow(ctx context.Context, tell func(fyne.ThemeVariant)) error {
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return err
	}
	defer bus.Close()
	changes := make(chan *dbus.Signal, 8)
	bus.Signal(changes)
	err = bus.AddMatchSignalContext(ctx, dbus.WithMatchObjectPath(object), dbus.WithMatchInterface(face), dbus.WithMatchMember("SettingChanged"))
	if err != nil {
		return err
	}
	v, err := now(ctx, bus)
	if err != nil {
		return err
	}
	tell(v)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case change, open := <-changes:
			if !open {
				return dbus.ErrClosed
			}
			if v, ok := changed(change.Body); ok {
				tell(v)
			}
		}
	}
}

// now asks what it is. Portals before their second version have Read alone, which
// wraps the answer twice.
func now(ctx context.Context, bus *dbus.Conn) (fyne.ThemeVariant, error) {
	var answer dbus.Variant
	ask := func(method string) error {
		return bus.Object(portal, object).CallWithContext(ctx, face+"."+method, 0, namespace, key).Store(&answer)
	}
	if ask("ReadOne") != nil {
		if err := ask("Read"); err != nil {
			return 0, err
		}
	}
	v, ok := variant(answer)
	if !ok {
		return 0, dbus.ErrMsgInvalidArg
	}
	return v, nil
}

// changed reads a signal, which may be about anything and from anybody.
func changed(body []any) (v fyne.ThemeVariant, ok bool) {
	if len(body) < 3 || body[0] != namespace || body[1] != key {
		return 0, false
	}
	return variant(body[2])
}

func variant(value any) (v fyne.ThemeVariant, ok bool) {
	for {
		switch is := value.(type) {
		case dbus.Variant:
			value = is.Value()
		case uint32:
			if is == preferred {
				return theme.VariantDark, true
			}
			return theme.VariantLight, true
		default:
			return 0, false
		}
	}
}
