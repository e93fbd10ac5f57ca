package online

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// groups are what rtnetlink is asked to tell (see rtnetlink(7)): links,
// addresses and routes.
const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR |
	unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE

// subscribe listens to the kernel. Everybody may.
func subscribe(tell func(error)) (stop func(), err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("opening rtnetlink: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("joining the groups of rtnetlink: %w", err)
	}
	return read(fd, func([]byte) bool { return true }, tell), nil
}

// routes returns a mark of each default route: another gateway is another
// network, and a VPN may come without a new address.
func routes() (marks []string, err error) {
	table, err := syscall.NetlinkRIB(unix.RTM_GETROUTE, unix.AF_UNSPEC)
	if err != nil {
		return nil, fmt.Errorf("reading the routes: %w", err)
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return nil, fmt.Errorf("reading the routes: %w", err)
	}
	for i := range messages {
		if mark, ok := defaultRoute(&messages[i]); ok {
			marks = append(marks, mark)
		}
	}
	return marks, nil
}

// defaultRoute makes the mark of a message that is about a route to everywhere.
// Its lifetime, which an IPv6 router renews all the time, is no part of it.
func defaultRoute(m *syscall.NetlinkMessage) (mark string, ok bool) {
	if m.Header.Type != unix.RTM_NEWROUTE || len(m.Data) < unix.SizeofRtMsg {
		return "", false
	}
	// struct rtmsg begins with the family and the length of the destination;
	// its eighth byte is the type.
	family, length, kind := m.Data[0], m.Data[1], m.Data[7]
	if length != 0 || kind != unix.RTN_UNICAST {
		return "", false
	}
	attributes, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil {
		return "", false
	}
	mark = fmt.Sprintf("default %d", family)
	for _, a := range attributes {
		switch a.Attr.Type {
		case unix.RTA_OIF, unix.RTA_GATEWAY, unix.RTA_PRIORITY, unix.RTA_TABLE:
			mark += fmt.Sprintf(" %d:%x", a.Attr.Type, a.Value)
		}
	}
	return mark, true
}
