//go:build e2e && linux

package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

// busConfig is a session bus without service files: nothing of the machine
// starts by itself on it.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

func (d *Desktop) startBus(ctx context.Context) error {
	listen := "unix:path=" + dbus.EscapeBusAddressValue(filepath.Join(d.dir, "run", "bus"))
	config := filepath.Join(d.dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, listen), 0o600); err != nil {
		return err
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--config-file="+config, "--print-address=3")
	address, err := d.startService(ctx, cmd, "bus.log")
	d.Bus = address
	return err
}

// dialBus opens a connection of its own to the session bus.
func (d *Desktop) dialBus() (*dbus.Conn, error) {
	return dbus.Connect(d.Bus)
}

// startKeyring unlocks a keyring with a password: with an empty one
// gnome-keyring asks a person.
func (d *Desktop) startKeyring(ctx context.Context) error {
	log, err := os.Create(filepath.Join(d.dir, "keyring.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	cmd.Env, cmd.Dir, cmd.Stderr = d.Env(), d.dir, log
	cmd.Stdin = strings.NewReader("test")
	p, err := start(cmd)
	if err != nil {
		return err
	}
	d.ended = append(d.ended, p.stop)
	return d.waitKeyring(ctx)
}

// waitKeyring waits until the default collection is there and unlocked.
func (d *Desktop) waitKeyring(ctx context.Context) error {
	conn, err := d.dialBus()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	const service = "org.freedesktop.secrets"
	return Until(ctx, "an unlocked keyring", func() (bool, error) {
		var path dbus.ObjectPath
		err := conn.Object(service, "/org/freedesktop/secrets").
			CallWithContext(ctx, "org.freedesktop.Secret.Service.ReadAlias", 0, "default").Store(&path)
		if err != nil || path == "/" {
			return false, err
		}
		locked, err := conn.Object(service, path).GetProperty("org.freedesktop.Secret.Collection.Locked")
		return err == nil && locked.Value() == false, err
	})
}
