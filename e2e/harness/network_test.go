//go:build e2e && linux

package harness

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newNetwork(t *testing.T) *Network {
	t.Helper()
	n, err := StartNetwork(within(t))
	if errors.Is(err, ErrNoNamespaces) && !NothingLeftOut() {
		t.Skip(err)
	}
	check(t, err)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// curl is a stranger's look at an address of the person's machine.
func curl(t *testing.T, m *Machine, url string) (string, error) {
	t.Helper()
	out, err := m.Command(within(t), "curl", "--silent", "--show-error", "--fail", "--max-time", "10", "--noproxy", "*", url).CombinedOutput()
	return string(out), err
}

// serveFiles runs a file server of the person's machine until the test ends.
func serveFiles(t *testing.T, d *Desktop, n *Network, address, dir string) {
	t.Helper()
	p, err := d.Run(ProgramConfig{Path: self(t), Args: []string{address, dir}, Env: []string{role + "=serve"}, Machine: n.Desk})
	check(t, err)
	check(t, p.WaitLog(within(t), "serving"))
}

// serve is the file server.
func serve(address, dir string) error {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return err
	}
	println("serving")
	return http.Serve(l, http.FileServer(http.Dir(dir)))
}

func TestNetwork(t *testing.T) {
	n := newNetwork(t)
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	dir := t.TempDir()
	check(t, os.WriteFile(filepath.Join(dir, "file"), []byte("over the cable"), 0o600))
	serveFiles(t, d, n, "127.0.0.1:8001", dir)
	serveFiles(t, d, n, n.Desk.Address+":8002", dir)
	for _, c := range []struct {
		name    string
		from    *Machine
		url     string
		reached bool
	}{
		{"own loopback", n.Desk, "http://127.0.0.1:8001/file", true},
		{"own address", n.Desk, "http://10.213.0.1:8002/file", true},
		{"a stranger on the cable", n.Stranger, "http://10.213.0.1:8002/file", true},
		{"a stranger at the loopback's port", n.Stranger, "http://10.213.0.1:8001/file", false},
		{"a stranger's own loopback", n.Stranger, "http://127.0.0.1:8001/file", false},
		{"the test's machine", nil, "http://127.0.0.1:8001/file", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := curl(t, c.from, c.url)
			if reached := err == nil && got == "over the cable"; reached != c.reached {
				t.Errorf("reached %t, want %t: %q, %v", reached, c.reached, got, err)
			}
		})
	}
}

func TestNetworkLeavesNothing(t *testing.T) {
	before := devices(t)
	for range 2 { // the addresses are free again
		n := newNetwork(t)
		check(t, n.Close())
	}
	if after := devices(t); !bytes.Equal(before, after) {
		t.Errorf("devices before: %s\nafter: %s", before, after)
	}
}

func devices(t *testing.T) []byte {
	t.Helper()
	out, err := (*Machine)(nil).Command(within(t), "ls", "/sys/class/net").Output()
	check(t, err)
	return out
}

func TestProgramsOfAMachineHaveWindows(t *testing.T) {
	n := newNetwork(t)
	d := newDesktop(t, DesktopConfig{WithoutKeyring: true})
	p, err := d.Run(ProgramConfig{Path: self(t), Args: []string{"Far"}, Env: []string{role + "=window"}, Machine: n.Desk})
	check(t, err)
	w, err := p.Window(within(t), "Far")
	check(t, err)
	check(t, d.Drop(within(t), w, "/tmp/a.txt"))
	if !strings.Contains(p.Log(), `"/tmp/a.txt"`) {
		t.Errorf("log: %s", p.Log())
	}
}
