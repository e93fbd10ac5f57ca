package instance

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
)

// The server refuses whoever is not a program of this user, and says so before it
// looks at anything else.
func TestWhoIsRefused(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	acquire(t, dir, handler)
	described, err := readRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	big := `{"paths":["` + strings.Repeat("A", maxHandOver) + `"]}`
	cases := map[string]struct {
		method, path, body string
		change             func(*http.Request)
		want               int
	}{
		"nothing wrong":    {path: pathStatus, want: http.StatusOK},
		"wrong secret":     {path: pathStatus, change: header("Authorization", "Bearer wrong"), want: http.StatusUnauthorized},
		"longer secret":    {path: pathStatus, change: header("Authorization", "Bearer "+described.Secret+"x"), want: http.StatusUnauthorized},
		"no secret":        {path: pathStatus, change: header("Authorization", ""), want: http.StatusUnauthorized},
		"no Bearer":        {path: pathStatus, change: header("Authorization", described.Secret), want: http.StatusUnauthorized},
		"no secret, lease": {path: pathLease, change: header("Authorization", ""), want: http.StatusUnauthorized},
		"a web page":       {path: pathStatus, change: header("Origin", "http://evil.example"), want: http.StatusForbidden},
		"our own origin":   {path: pathStatus, change: header("Origin", described.URL), want: http.StatusForbidden},
		"an empty origin":  {path: pathStatus, change: header("Origin", ""), want: http.StatusForbidden},
		"a rebound name":   {path: pathStatus, change: func(r *http.Request) { r.Host = "evil.example" }, want: http.StatusForbidden},
		"localhost":        {path: pathStatus, change: func(r *http.Request) { r.Host = "localhost" }, want: http.StatusForbidden},
		"unknown path":     {path: "/", want: http.StatusNotFound},
		"wrong method":     {path: pathHandOver, want: http.StatusMethodNotAllowed},
		"not JSON":         {method: "POST", path: pathHandOver, body: "{", want: http.StatusBadRequest},
		"relative path":    {method: "POST", path: pathHandOver, body: `{"paths":["YQ=="]}`, want: http.StatusBadRequest},
		"too large":        {method: "POST", path: pathHandOver, body: big, want: http.StatusRequestEntityTooLarge},
	}
	client := newClient()
	for what, c := range cases {
		request, err := http.NewRequestWithContext(t.Context(), c.method, described.URL+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+described.Secret)
		if c.change != nil {
			c.change(request)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != c.want {
			t.Errorf("%s: %d %s, want %d", what, response.StatusCode, text, c.want)
		}
		if strings.Contains(string(text), described.Secret) {
			t.Errorf("%s: the answer holds the secret", what)
		}
	}
	if len(handler.paths) != 0 {
		t.Errorf("%d hand-overs were taken", len(handler.paths))
	}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header[name] = []string{value} }
}

func TestNoProxyIsUsed(t *testing.T) {
	if newClient().Transport.(*http.Transport).Proxy != nil {
		t.Error("loopback would be reached through a proxy")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	acquire(t, dir, handler)
	r := running(t, dir)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "node", handler.node, "running", r)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "node", handler.node, "running", r)
	marshalled, err := json.Marshal([]any{handler.node, r})
	if err != nil {
		t.Fatal(err)
	}
	l := lease(t, r)
	text := log.String() + string(marshalled) + fmt.Sprintf("%v %+v %#v %v %+v %#v %+v", handler.node, handler.node, handler.node, r, r, r, l)
	if strings.Contains(text, handler.node.Token) || strings.Contains(text, r.run.Secret) {
		t.Errorf("a secret is printed: %s", text)
	}
}
