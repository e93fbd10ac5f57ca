package node

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// candidate is an address of this computer that others on its network may reach.
type candidate struct {
	iface string
	addr  netip.Addr
}

// virtualNames begin the names of interfaces behind which no other computer of
// the same network sits: those of containers, virtual machines and tunnels.
var virtualNames = []string{
	"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "vnic",
	"tun", "tap", "utun", "wg", "ppp", "tailscale", "zt", "cni", "flannel", "cali",
	"lxc", "lxd", "podman", "bridge", "awdl", "llw", "anpi",
}

// networkAddress chooses the address to give to people on the same network; ok
// is false where this computer has none.
func networkAddress() (addr netip.Addr, ok bool) {
	return choose(candidates(), routedAddress())
}

// choose picks, in this order: a private IPv4 address of a real interface, one
// of a virtual interface, an IPv6 unique local address of either; among equals
// the one that the system routes from, then the first.
func choose(all []candidate, routed netip.Addr) (addr netip.Addr, ok bool) {
	best := -1
	for _, c := range all {
		if rank := c.rank(routed); rank > best {
			best, addr = rank, c.addr
		}
	}
	return addr, best >= 0
}

// rank is the higher the better, and negative for an address of no use.
func (c candidate) rank(routed netip.Addr) (rank int) {
	switch {
	case c.addr.IsLoopback() || !c.addr.IsPrivate():
		return -1
	case c.addr.Is4():
		rank += 4
	}
	if !virtual(c.iface) {
		rank += 2
	}
	if c.addr == routed {
		rank++
	}
	return rank
}

func virtual(iface string) bool {
	name := strings.ToLower(iface)
	return slices.ContainsFunc(virtualNames, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// routedAddress is the address this computer sends from to the rest of the
// world, invalid where it has no route. Connecting a UDP socket sends nothing;
// the destination is one of those reserved for documentation (RFC 5737).
func routedAddress() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

// candidates lists the addresses of all interfaces that are up.
func candidates() (all []candidate) {
	ifaces, _ := net.Interfaces() // without the list there is no address to give, which is said
	for _, iface := range ifaces {
		if iface.Flags&net.FlagUp == 0 || iface.Flags&net.FlagLoopback != 0 {
			continue
		}
		addrs, _ := iface.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				all = append(all, candidate{iface.Name, prefix.Addr().Unmap()})
			}
		}
	}
	return all
}

// localPeer tells whether an address is of the same network as far as that can
// be told from the address: private, unique local, link-local or loopback.
func localPeer(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsLoopback()
}
