package api_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"quicksync.me/desktop/service/api"
)

// TestProxyOfTheEnvironment runs in a process of its own: net/http reads the
// environment once.
func TestProxyOfTheEnvironment(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.example.org/v1/buckets": "http://proxy.example:3128",
		"http://api.example.org/v1/buckets":  "http://plain.example:3128",
		"https://inside.example/v1":          "<nil>",
		"http://127.0.0.1:4711/v1":           "<nil>",
		"http://localhost:4711/v1":           "<nil>",
		"http://[::1]:4711/v1":               "<nil>",
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAskForAProxy$", "-test.v")
		cmd.Env = append(os.Environ(), "QUICKSYNC_TEST_PROXY="+address, "REQUEST_METHOD=",
			"HTTPS_PROXY=http://proxy.example:3128", "HTTP_PROXY=http://plain.example:3128", "NO_PROXY=inside.example",
			"https_proxy=", "http_proxy=", "no_proxy=")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "proxy: "+want+"\n") {
			t.Errorf("%s: want %s, %v:\n%s", address, want, err, out)
		}
	}
}

// TestAskForAProxy is the other process of TestProxyOfTheEnvironment.
func TestAskForAProxy(t *testing.T) {
	address := os.Getenv("QUICKSYNC_TEST_PROXY")
	if address == "" {
		t.Skip("run by TestProxyOfTheEnvironment")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := api.NewTransport().Proxy(&http.Request{URL: u})
	t.Logf("proxy: %v\n", proxy)
	if err != nil {
		t.Error(err)
	}
}
