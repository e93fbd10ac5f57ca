//go:build e2e && linux

package harness

import (
	"errors"

	"github.com/godbus/dbus/v5"
)

// secretService is the name under which a keyring is found.
const secretService = "org.freedesktop.secrets"

// A MuteKeyring is a keyring that never answers, as one is that waits for a
// person to unlock it.
type MuteKeyring struct {
	conn  *dbus.Conn
	calls chan *dbus.Message
	done  chan struct{}
}

// StartMuteKeyring gives a desktop without a keyring one that never answers.
// Close takes it away.
func (d *Desktop) StartMuteKeyring() (*MuteKeyring, error) {
	conn, err := d.dialBus()
	if err != nil {
		return nil, err
	}
	if err := takeName(conn, secretService); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	m := &MuteKeyring{conn: conn, calls: make(chan *dbus.Message, 64), done: make(chan struct{})}
	conn.Eavesdrop(m.calls) // what comes is taken, and not answered
	go m.listen()
	return m, nil
}

// listen takes the calls until the connection is closed, which closes them.
func (m *MuteKeyring) listen() {
	defer close(m.done)
	for range m.calls {
	}
}

// Close takes the keyring off the bus: whoever waits for it is told.
func (m *MuteKeyring) Close() error {
	err := m.conn.Close()
	<-m.done
	return err
}
