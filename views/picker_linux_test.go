package views

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"quicksync.me/desktop/internal/ownbus"
)

// portal is a desktop's file chooser: it answers, or waits to be closed.
type portal struct {
	bus    *dbus.Conn
	answer []any
	asked  chan map[string]dbus.Variant
	closed chan struct{}
}

// OpenFile implements the portal's call.
func (p *portal) OpenFile(sender dbus.Sender, _, _ string, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	handle := requestPath(string(sender), options["handle_token"].Value().(string))
	var err error
	if p.answer != nil {
		err = p.bus.Emit(handle, requestAnswer, p.answer...)
	} else {
		err = p.bus.Export(p, handle, requestFace)
	}
	p.asked <- options
	if err != nil {
		return "", dbus.MakeFailedError(err)
	}
	return handle, nil
}

// Close implements the call that takes a request back.
func (p *portal) Close() *dbus.Error {
	close(p.closed)
	return nil
}

func newPortal(t *testing.T, answer ...any) *portal {
	t.Helper()
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	p := &portal{bus: bus, answer: answer, asked: make(chan map[string]dbus.Variant, 1), closed: make(chan struct{})}
	if err := bus.Export(p, portalPath, "org.freedesktop.portal.FileChooser"); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPortalPicksSeveralFiles(t *testing.T) {
	ownbus.Start(t)
	p := newPortal(t, uint32(0), map[string]dbus.Variant{
		"uris": dbus.MakeVariant([]string{"file:///a/c+%2B%20d.txt", "file:///b"}),
	})
	paths, err := askPortal(t.Context(), request{title: "Add files"})
	if err != nil || strings.Join(paths, "|") != "/a/c++ d.txt|/b" {
		t.Errorf("%q, %v", paths, err)
	}
	options := <-p.asked
	if options["multiple"].Value() != true || options["directory"].Value() != false {
		t.Errorf("asked with %v", options)
	}
}

func TestPortalPicksAFolder(t *testing.T) {
	ownbus.Start(t)
	p := newPortal(t, uint32(1), map[string]dbus.Variant{})
	paths, err := askPortal(t.Context(), request{title: "Save", folder: true, start: "/home"})
	if err != nil || paths != nil {
		t.Errorf("cancelled: %q, %v", paths, err)
	}
	options := <-p.asked
	if options["directory"].Value() != true || string(options["current_folder"].Value().([]byte)) != "/home\x00" {
		t.Errorf("asked with %v", options)
	}
}

func TestPortalIsTakenBackWhenTheProgramEnds(t *testing.T) {
	ownbus.Start(t)
	p := newPortal(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		paths, err := askPortal(ctx, request{title: "Add files"})
		if paths != nil {
			err = errors.New("picked something")
		}
		done <- err
	}()
	<-p.asked
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-p.closed
}

func TestNoPortal(t *testing.T) {
	ownbus.Start(t)
	if _, err := askPortal(t.Context(), request{}); !errors.Is(err, errNoChooser) {
		t.Errorf("a bus without a portal: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	if _, err := askPortal(t.Context(), request{}); !errors.Is(err, errNoChooser) {
		t.Errorf("no bus: %v", err)
	}
}

func TestPickedReadsHostileAnswers(t *testing.T) {
	uris := func(v any) map[string]dbus.Variant { return map[string]dbus.Variant{"uris": dbus.MakeVariant(v)} }
	for _, body := range [][]any{
		nil, {uint32(0)}, {"x", "y"}, {uint32(0), map[string]dbus.Variant{}}, {uint32(2), uris([]string{"file:///a"})}, {uint32(0), uris("file:///a")},
	} {
		if paths, err := picked(body); err == nil {
			t.Errorf("%v: %q without an error", body, paths)
		}
	}
	paths, err := picked([]any{uint32(0), uris([]string{"https://x/a", "file:///ok"})})
	if err != nil || strings.Join(paths, "") != "/ok" {
		t.Errorf("%q, %v", paths, err)
	}
}
