//go:build e2e && linux

package harness

import (
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"
)

func TestPortal(t *testing.T) {
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, err := d.StartPortal(SchemeLight)
	check(t, err)
	t.Cleanup(func() { check(t, p.Close()) })
	bus, err := d.dialBus()
	check(t, err)
	t.Cleanup(func() { check(t, bus.Close()) })

	if code, uris := chooseFile(t, bus); code != 1 || len(uris) != 0 {
		t.Errorf("with nothing to choose the answer is %d, %q, want 1 and nothing", code, uris)
	}
	p.Choose("/tmp/a b", "/tmp/100%")
	if code, uris := chooseFile(t, bus); code != 0 || !slices.Equal(uris, []string{"file:///tmp/a%20b", "file:///tmp/100%25"}) {
		t.Errorf("the answer is %d, %q", code, uris)
	}
	if want := []Asked{{Title: "Take", Folder: true}, {Title: "Take", Folder: true}}; !slices.Equal(p.Asked(), want) {
		t.Errorf("asked %+v, want %+v", p.Asked(), want)
	}

	check(t, p.Prefer(SchemeDark))
	var scheme dbus.Variant
	check(t, bus.Object(portalName, portalPath).Call(settingsFace+".ReadOne", 0, appearance, colorScheme).Store(&scheme))
	if scheme.Value() != uint32(SchemeDark) {
		t.Errorf("the scheme is %v, want dark", scheme)
	}
}

// chooseFile asks as a program does, and waits for the answer.
func chooseFile(t *testing.T, bus *dbus.Conn) (code uint32, uris []string) {
	t.Helper()
	answers := make(chan *dbus.Signal, 1)
	bus.Signal(answers)
	defer bus.RemoveSignal(answers)
	check(t, bus.AddMatchSignal(dbus.WithMatchMember("Response")))
	options := map[string]dbus.Variant{"handle_token": dbus.MakeVariant("t"), "directory": dbus.MakeVariant(true)}
	var handle dbus.ObjectPath
	check(t, bus.Object(portalName, portalPath).Call(chooserFace+".OpenFile", 0, "", "Take", options).Store(&handle))
	for {
		select {
		case answer := <-answers:
			if answer.Path != handle || answer.Name != responseName {
				continue // of another matter, as that a name has an owner
			}
			var results map[string]dbus.Variant
			check(t, dbus.Store(answer.Body, &code, &results))
			uris, _ = results["uris"].Value().([]string)
			return code, uris
		case <-within(t).Done():
			t.Fatal("no answer")
		}
	}
}
