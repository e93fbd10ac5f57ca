//go:build e2e && linux

package harness

import (
	"errors"
	"slices"
	"sync"

	"github.com/godbus/dbus/v5"
)

const (
	sessionName = "org.gnome.SessionManager"
	sessionPath = "/org/gnome/SessionManager"
)

// Sleep is the part of a desktop's session that sends the computer to sleep. It
// does nothing but remember who does not want that.
type Sleep struct {
	conn *dbus.Conn
	mu   sync.Mutex
	// by are the connections that keep it awake; asked counts all that ever did.
	by    []string
	asked int
}

// StartSleep gives the desktop a session that programs can keep awake. Close takes
// it away.
func (d *Desktop) StartSleep() (*Sleep, error) {
	conn, err := d.dialBus()
	if err != nil {
		return nil, err
	}
	s := &Sleep{conn: conn}
	if err := s.export(); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

func (s *Sleep) export() error {
	if err := s.conn.ExportMethodTable(map[string]any{"Inhibit": s.inhibit}, sessionPath, sessionName); err != nil {
		return err
	}
	if err := s.conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		return err
	}
	left := make(chan *dbus.Signal, 100)
	s.conn.Signal(left)
	go s.follow(left) // until the connection is closed
	return takeName(s.conn, sessionName)
}

// inhibit has the arguments of org.gnome.SessionManager.Inhibit.
func (s *Sleep) inhibit(sender dbus.Sender, _ string, _ uint32, _ string, flags uint32) (uint32, *dbus.Error) {
	const suspend = 4
	if flags != suspend {
		return 0, dbus.MakeFailedError(errors.New("more is asked for than not to go to sleep"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by = append(s.by, string(sender))
	s.asked++
	return uint32(s.asked), nil
}

// follow lets go of whoever leaves the bus, as GNOME does.
func (s *Sleep) follow(left <-chan *dbus.Signal) {
	for signal := range left {
		if len(signal.Body) != 3 || signal.Body[2] != "" {
			continue
		}
		s.mu.Lock()
		s.by = slices.DeleteFunc(s.by, func(name string) bool { return name == signal.Body[0] })
		s.mu.Unlock()
	}
}

// Kept tells whether somebody keeps the computer awake now, and how often anybody
// has asked for that.
func (s *Sleep) Kept() (now bool, asked int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.by) > 0, s.asked
}

// Close takes the session off the bus.
func (s *Sleep) Close() error { return s.conn.Close() }
