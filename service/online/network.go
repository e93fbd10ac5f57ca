package online

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// network is what the system tells of this computer's network at one moment.
type network struct {
	// addresses of the devices that are up and plugged in, loopback and
	// link-local ones among them.
	addresses map[netip.Addr]bool
	// reaches tells that one of them reaches further than its own cable.
	reaches bool
	// mark is the same while the network is.
	mark string
}

// look asks the system how the network stands. An interface that vanishes
// meanwhile is an error: its end is an event of its own.
func look() (*network, error) {
	devices, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	n := &network{addresses: map[netip.Addr]bool{}}
	marks, err := routes()
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		if d.Flags&net.FlagUp == 0 || d.Flags&net.FlagRunning == 0 {
			continue
		}
		addresses, err := d.Addrs()
		if err != nil {
			return nil, err
		}
		marks = append(marks, n.take(d.Index, addresses)...)
	}
	slices.Sort(marks)
	n.mark = strings.Join(marks, "\n")
	return n, nil
}

// take adds the addresses of a device and returns the marks of those that make
// a network.
func (n *network) take(device int, addresses []net.Addr) (marks []string) {
	for _, address := range addresses {
		of, ok := address.(*net.IPNet)
		if !ok {
			continue
		}
		a, ok := netip.AddrFromSlice(of.IP)
		if !ok {
			continue
		}
		a = plain(a)
		n.addresses[a] = true
		if reaches(a) {
			n.reaches = true
			marks = append(marks, fmt.Sprintf("%d %s", device, a))
		}
	}
	return marks
}

// plain is an address without what only tells how it was written down.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// reaches tells whether one gets further with an address than to this computer
// or to the other end of its cable. Link-local addresses come and go by
// themselves, and a device that waits for its real one has them.
func reaches(a netip.Addr) bool {
	return !a.IsLoopback() && !a.IsLinkLocalUnicast() && !a.IsUnspecified()
}
