package node

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func slogTo(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// share opens a node to the network and returns the link there.
func share(n testNode, link string) string {
	n.t.Helper()
	if err := n.ShareOnLAN(n.t.Context(), true); err != nil {
		n.t.Fatal(err)
	}
	lan, err := n.LANLink(link)
	if err != nil {
		n.t.Fatal(err)
	}
	return lan
}

func TestSharing(t *testing.T) {
	n := start(t, Config{LAN: "127.0.0.1:0"})
	link := n.link(n.upload("name", []byte("hello")), "?filename=a.txt").URL
	if _, err := n.LANLink(link); !errors.Is(err, ErrNotShared) {
		t.Errorf("before sharing: %v", err)
	}
	lan := share(n, link)
	if share(n, link) != lan {
		t.Error("sharing twice changed the link")
	}
	for _, method := range []string{"GET", "HEAD"} {
		got := send(t, n.client, method, lan, nil)
		if got.status != http.StatusOK || got.header.Get("Content-Length") != "5" || !strings.Contains(got.header.Get("Content-Disposition"), "a.txt") {
			t.Errorf("%s: %d %v", method, got.status, got.header)
		}
	}
	if got := n.get(lan, "Host", "my-computer.local"); got.status != http.StatusOK {
		t.Errorf("under another name: %d", got.status)
	}
	if err := n.ShareOnLAN(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if resp, err := n.client.Get(lan); err == nil {
		_ = resp.Body.Close()
		t.Error("still served after sharing was turned off")
	}
	if _, err := n.LANLink(link); !errors.Is(err, ErrNotShared) {
		t.Errorf("after sharing: %v", err)
	}
	if again := share(n, link); again != lan {
		t.Errorf("another port after turning off and on: %s, was %s", again, lan)
	}
}

func TestNetworkGetsDownloadsOnly(t *testing.T) {
	n := start(t, Config{LAN: "127.0.0.1:0"})
	link := n.link(n.upload("name", []byte("hello")), "").URL
	lan := share(n, link)
	base := lan[:strings.Index(lan, "/d/")]
	for _, c := range []struct {
		method, url string
		status      int
	}{
		{"GET", base + "/v1/buckets", 404},
		{"POST", base + "/v1/buckets", 404},
		{"GET", base + "/v1/session/current", 404},
		{"GET", base + "/", 404},
		{"GET", base + "/d/", 404},
		{"PUT", lan, 405},
		{"DELETE", lan, 405},
		{"GET", lan[:len(lan)-1], 403},
		{"GET", lan[:strings.Index(lan, "?")], 403},
	} {
		got := send(t, n.client, c.method, c.url, nil, "Authorization", "Bearer "+n.Token())
		if got.status != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, got.status, c.status)
		}
		if got.header.Get("Server") != "" {
			t.Errorf("%s %s tells who serves", c.method, c.url)
		}
		if c.status != 403 && strings.Contains(string(got.body), "code") {
			t.Errorf("%s %s tells %s", c.method, c.url, got.body)
		}
	}
	wantProblem(t, "a web page", n.get(lan, "Origin", "http://evil.example"), 403, "forbidden")
}

func TestStrangersAreCutOff(t *testing.T) {
	n := start(t, Config{LAN: "127.0.0.1:0"})
	link := n.link(n.upload("name", []byte("hello")), "").URL
	share(n, link)
	inner := n.shared.on
	ln, err := listen(t.Context(), "127.0.0.1", "0")
	if err != nil {
		t.Fatal(err)
	}
	strict := serve(localListener{ln, func(netip.Addr) bool { return false }}, n.shared.handler, n.log)
	defer func() { strict.cut(); strict.wait() }()
	url := strings.Replace(link, n.main.address.String(), strict.address.String(), 1)
	if resp, err := n.client.Get(url); err == nil {
		_ = resp.Body.Close()
		t.Errorf("a stranger got %s", resp.Status)
	}
	if got := n.get(strings.Replace(link, n.main.address.String(), inner.address.String(), 1)); got.status != http.StatusOK {
		t.Errorf("a neighbour got %d", got.status)
	}
}

func TestLocalPeers(t *testing.T) {
	for addr, local := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "172.31.255.255": true,
		"192.168.0.7": true, "169.254.1.1": true, "fe80::1%eth0": true, "fd00::1": true, "::ffff:192.168.0.7": true,
		"172.32.0.1": false, "8.8.8.8": false, "100.64.0.1": false, "2001:db8::1": false, "::ffff:8.8.8.8": false,
		"0.0.0.0": false, "224.0.0.1": false,
	} {
		if got := localPeer(netip.MustParseAddr(addr)); got != local {
			t.Errorf("%s: %v", addr, got)
		}
	}
}

func TestForeignLinks(t *testing.T) {
	n := start(t, Config{LAN: "127.0.0.1:0"})
	link := n.link(n.upload("name", []byte("hello")), "").URL
	want := share(n, link)
	own := n.main.address.String()
	for _, foreign := range []string{
		"", "%", "http://example.com/d/x", strings.Replace(link, "http:", "https:", 1),
		strings.Replace(link, own, "192.168.1.1:80", 1), strings.Replace(link, own, "127.0.0.1:1", 1),
		strings.Replace(link, "/d/", "/v1/", 1), strings.Replace(link, "http://", "http://user@", 1),
	} {
		if got, err := n.LANLink(foreign); !errors.Is(err, ErrForeignLink) {
			t.Errorf("%q became %q, %v", foreign, got, err)
		}
	}
	local := strings.Replace(link, "127.0.0.1", "localhost", 1)
	if got, err := n.LANLink(local); err != nil || got != want {
		t.Errorf("%q became %q, %v", local, got, err)
	}
}

func TestAddressIsChosen(t *testing.T) {
	wifi, wire := candidate{"wlan0", ip("192.168.1.5")}, candidate{"eth0", ip("10.0.0.5")}
	docker, vpn := candidate{"docker0", ip("172.17.0.1")}, candidate{"tun0", ip("10.8.0.2")}
	unique := candidate{"eth0", ip("fd12::5")}
	public := candidate{"eth1", ip("8.8.8.8")}
	linkLocal := candidate{"eth1", ip("fe80::1")}
	for _, c := range []struct {
		name   string
		all    []candidate
		routed netip.Addr
		want   netip.Addr
	}{
		{"nothing", nil, netip.Addr{}, netip.Addr{}},
		{"nothing of use", []candidate{public, linkLocal, {"lo", ip("127.0.0.1")}}, public.addr, netip.Addr{}},
		{"the routed one", []candidate{wire, wifi}, wifi.addr, wifi.addr},
		{"the first where none is routed", []candidate{public, wire, wifi}, public.addr, wire.addr},
		{"not a container's", []candidate{docker, wifi}, netip.Addr{}, wifi.addr},
		{"not a tunnel, even if routed", []candidate{vpn, wifi}, vpn.addr, wifi.addr},
		{"a container's if there is nothing else", []candidate{docker, unique}, netip.Addr{}, docker.addr},
		{"IPv6 last", []candidate{linkLocal, unique}, netip.Addr{}, unique.addr},
	} {
		got, ok := choose(c.all, c.routed)
		if got != c.want || ok != c.want.IsValid() {
			t.Errorf("%s: %v, %v", c.name, got, ok)
		}
	}
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// On a machine with a network the link leads to it; on one without, that is said.
func TestAddressOfThisComputer(t *testing.T) {
	n := start(t, Config{})
	link := n.link(n.upload("name", []byte("hello")), "").URL
	if err := n.ShareOnLAN(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	addr, ok := networkAddress()
	lan, err := n.LANLink(link)
	if !ok {
		if !errors.Is(err, ErrNoNetwork) {
			t.Errorf("without a network: %q, %v", lan, err)
		}
		return
	}
	if err != nil || !strings.Contains(lan, addr.String()) {
		t.Fatalf("%q, %v; the address is %s", lan, err, addr)
	}
	if got := n.get(lan); string(got.body) != "hello" {
		t.Errorf("%d %s", got.status, got.body)
	}
}
