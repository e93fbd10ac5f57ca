package node

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestHostAndOrigin(t *testing.T) {
	n := start(t, Config{})
	link := n.link(n.upload("name", []byte("hello")), "").URL
	port := n.URL()[strings.LastIndex(n.URL(), ":")+1 : len(n.URL())-len("/v1")]
	for _, c := range []struct {
		header, value string
		allowed       bool
	}{
		{"Host", "127.0.0.1:" + port, true},
		{"Host", "localhost:" + port, true},
		{"Host", "LOCALHOST:" + port, true},
		{"Host", "[::1]:" + port, true},
		{"Host", "127.0.0.1", false},
		{"Host", "127.0.0.1:1", false},
		{"Host", "evil.example:" + port, false},
		{"Host", "localhost.evil.example:" + port, false},
		{"Host", "192.168.1.1:" + port, false},
		{"Host", "127.0.0.1.:" + port, false},
		{"Origin", "http://127.0.0.1:" + port, true},
		{"Origin", "http://evil.example", false},
		{"Origin", "http://127.0.0.1:1", false},
		{"Origin", "null", false},
		{"Origin", "", false},
	} {
		for _, url := range []string{n.URL() + "/buckets", link} {
			got := send(t, n.client, "GET", url, nil, c.header, c.value, "Authorization", "Bearer "+n.Token())
			if c.allowed != (got.status == http.StatusOK) {
				t.Errorf("%s %q: %d", c.header, c.value, got.status)
			}
			if !c.allowed {
				wantProblem(t, c.value, got, 403, "forbidden")
			}
			if got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %q: a CORS header", c.header, c.value)
			}
		}
	}
	preflight := send(t, n.client, "OPTIONS", n.URL()+"/buckets", nil, "Origin", "http://evil.example", "Access-Control-Request-Method", "PUT")
	wantProblem(t, "preflight", preflight, 403, "forbidden")
}

func TestHostsByListener(t *testing.T) {
	for _, c := range []struct {
		listener, host string
		allowed        bool
	}{
		{"127.0.0.1:80", "127.0.0.1", true},
		{"127.0.0.1:80", "[::1]", true},
		{"127.0.0.1:80", "", false},
		{"127.0.0.9:5", "127.0.0.9:5", true},
		{"127.0.0.9:5", "127.0.0.8:5", false},
		{"[::1]:5", "[::1]:5", true},
		{"[::ffff:127.0.0.1]:5", "127.0.0.1:5", true},
		{"[::ffff:127.0.0.1]:5", "evil.example:5", false},
		{"192.168.1.2:5", "files.example", true},
		{"[::]:5", "files.example:5", true},
	} {
		g := newGuard(netip.MustParseAddrPort(c.listener), slog.New(slog.DiscardHandler))
		if got := g.hostAllowed(c.host); got != c.allowed {
			t.Errorf("%s at %s: %v", c.host, c.listener, got)
		}
	}
}

// Outside loopback, links lead where the request came to.
func TestOtherAddresses(t *testing.T) {
	n := start(t, Config{Listen: "0.0.0.0:0"})
	if !strings.HasPrefix(n.URL(), "http://127.0.0.1:") {
		t.Errorf("URL %s", n.URL())
	}
	key := n.upload("name", []byte("hello"))
	got := decode[downloadAnswer](t, n.call("GET", "/buckets/download/"+key, nil, "Host", "files.example:8080"))
	if !strings.HasPrefix(got.URL, "http://files.example:8080/d/") {
		t.Error(got.URL)
	}
	wantProblem(t, "another origin", n.call("GET", "/buckets", nil, "Origin", "http://evil.example"), 403, "forbidden")
}

func TestPanics(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	mux := http.NewServeMux()
	mux.HandleFunc("/early", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	mux.HandleFunc("/late", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("on purpose")
	})
	tune := tuning{now: time.Now, readPatience: time.Minute, writePatience: time.Minute}
	server := httptest.NewServer(tune.patient(newGuard(netip.AddrPort{}, logger).wrap(mux)))
	defer server.Close()
	client := newClient(t)
	wantProblem(t, "early", send(t, client, "GET", server.URL+"/early", nil), 500, "internal")
	if resp, err := client.Get(server.URL + "/late"); err == nil {
		t.Errorf("half an answer passed for a whole one: %s", resp.Status)
		_ = resp.Body.Close()
	}
	client.CloseIdleConnections()
	server.Close()
	if strings.Count(log.String(), "on purpose") < 2 {
		t.Errorf("the log says %s", log.String())
	}
}

// The log must not let anyone in.
func TestLogKeepsSecrets(t *testing.T) {
	var log lockedBuffer
	n := start(t, Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	key := n.upload("a-private-name", []byte("hello"))
	link := n.link(key, "?filename=a-private-name").URL
	n.get(link)
	n.get(link + "x")
	n.complete(uploadAnswer{"x", "y"})
	conn, err := net.Dial("tcp", n.main.address.String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte("nonsense " + n.Token() + "\r\n\r\n"))
	_ = conn.Close()
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
	sig := link[strings.Index(link, "sig=")+4:]
	for _, secret := range []string{n.Token(), n.SessionID(), sig, "a-private-name"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}
