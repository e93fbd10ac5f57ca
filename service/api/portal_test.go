package api_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"quicksync.me/desktop/service/api"
)

// login is what a hotel shows.
const login = "<!DOCTYPE html><html><title>Room number?</title>"

// interlude is a server that has answered rightly until other takes its place.
func interlude(t *testing.T, other http.HandlerFunc) *api.Client {
	t.Helper()
	var taken atomic.Bool
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if taken.Load() {
			other(w, r)
			return
		}
		_, _ = io.WriteString(w, "[]")
	})
	if _, err := c.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	taken.Store(true)
	return c
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// TestPortal: the same answer means one thing from a server that nobody knows
// yet, and another from one that has answered before.
func TestPortal(t *testing.T) {
	for name, c := range map[string]struct {
		answer       http.HandlerFunc
		first, known error
	}{
		"511":                     {answer(511, "text/html", login), api.ErrPortal, api.ErrPortal},
		"a page":                  {answer(200, "text/html", login), api.ErrNotQuickSync, api.ErrPortal},
		"a page by its looks":     {answer(200, "application/json", "\n"+login), api.ErrNotQuickSync, api.ErrPortal},
		"a page of nothing":       {answer(200, "text/html", ""), api.ErrNotQuickSync, api.ErrPortal},
		"to another host":         {redirect("http://login.hotel.example/?from=x"), api.ErrNotQuickSync, api.ErrPortal},
		"elsewhere on its own":    {redirect("/login"), api.ErrNotQuickSync, api.ErrNotQuickSync},
		"a word":                  {answer(200, "text/plain", "ok"), api.ErrNotQuickSync, api.ErrNotQuickSync},
		"a proxy's question":      {answer(407, "text/html", login), api.ErrNotQuickSync, api.ErrNotQuickSync},
		"401 on a page":           {answer(401, "text/html", login), api.ErrUnauthorized, api.ErrPortal},
		"403 on a page":           {answer(403, "text/html", login), api.ErrForbidden, api.ErrPortal},
		"404 on a page":           {answer(404, "text/html", login), api.ErrNotFound, api.ErrPortal},
		"405 on a page":           {answer(405, "text/html", login), api.ErrRefused, api.ErrPortal},
		"410 on a page":           {answer(410, "text/html", login), api.ErrEnded, api.ErrPortal},
		"404 in its own words":    {answer(404, "application/problem+json", `{"status":404}`), api.ErrNotFound, api.ErrNotFound},
		"401 in no words":         {answer(401, "", ""), api.ErrUnauthorized, api.ErrUnauthorized},
		"too large, of a front":   {answer(413, "text/html", "<html>nginx"), api.ErrTooLarge, api.ErrTooLarge},
		"a bad gateway, the same": {answer(502, "text/html", "<html>nginx"), api.ErrServer, api.ErrServer},
	} {
		for op, call := range ops {
			t.Run(name+", to "+op, func(t *testing.T) {
				wantKind(t, "at first", call(t.Context(), serve(t, c.answer)), c.first)
				wantKind(t, "known", call(t.Context(), interlude(t, c.answer)), c.known)
			})
		}
	}
}

// TestPortalHasNoCertificate: a page of a server that has proved who it is, is its
// own word, such as that of a front that speaks HTML.
func TestPortalHasNoCertificate(t *testing.T) {
	for status, want := range map[int]error{401: api.ErrUnauthorized, 403: api.ErrForbidden, 404: api.ErrNotFound, 410: api.ErrEnded} {
		var taken atomic.Bool
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !taken.Load() {
				_, _ = io.WriteString(w, "[]")
				return
			}
			answer(status, "text/html", "<html>nginx")(w, r)
		}))
		transport := api.NewTransport()
		transport.TLSClientConfig.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		c, err := api.New(api.Config{Server: s.URL + "/v1", Token: token, Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		taken.Store(true)
		_, err = c.Stat(t.Context(), "k")
		wantKind(t, http.StatusText(status), err, want)
		c.CloseIdle()
		s.Close()
	}
}

func wantKind(t *testing.T, when string, err, want error) {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("%s: got %v, want %v", when, err, want)
		return
	}
	if e.Kind == api.ErrPortal && !(e.Transient() && e.Acted()) {
		t.Errorf("%s: a portal is gone when the person has signed in, and proves nothing", when)
	}
}

// TestPortalDeletesNothing: neither its yes nor its no is the server's.
func TestPortalDeletesNothing(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"200": answer(200, "text/html", login), "200 and nothing": answer(200, "text/html", ""),
		"302": redirect("http://login.hotel.example/"), "404": answer(404, "text/html", login), "511": answer(511, "", ""),
	} {
		t.Run(name, func(t *testing.T) {
			if err := interlude(t, answer).Delete(t.Context(), "k"); !errors.Is(err, api.ErrPortal) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestPortalIsNoFile: not even one of the right size is a piece of a file.
func TestPortalIsNoFile(t *testing.T) {
	c := interlude(t, answer(200, "text/html", login))
	size, err := c.LinkSize(t.Context(), c.Server())
	if !errors.Is(err, api.ErrPortal) || !api.IsPage(err) || size != int64(len(login)) {
		t.Errorf("%d, %v", size, err)
	}
	if _, err = c.Fetch(t.Context(), c.Server(), 5, 9); !errors.Is(err, api.ErrPortal) || !api.IsPage(err) {
		t.Errorf("got %v", err)
	}
	c = interlude(t, answer(403, "text/html", "<p>expired"))
	if _, err = c.LinkSize(t.Context(), c.Server()); !errors.Is(err, api.ErrForbidden) || api.IsPage(err) {
		t.Errorf("a link that has ended is taken for %v", err)
	}
}

// TestPortalUnderAnotherName: over TLS a portal cannot show the server's
// certificate, and over a certificate of its own nothing it says counts.
func TestPortalUnderAnotherName(t *testing.T) {
	s := httptest.NewUnstartedServer(answer(200, "application/json", "[]"))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	transport := api.NewTransport()
	defer transport.CloseIdleConnections()
	transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	c, err := api.New(api.Config{Server: s.URL, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, intercept := range map[string]func(){
		"another name":    func() { transport.TLSClientConfig.ServerName = "storage.example.org" },
		"nobody we trust": func() { transport.TLSClientConfig.RootCAs = nil; transport.TLSClientConfig.ServerName = "" },
	} {
		transport.CloseIdleConnections()
		transport.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		intercept()
		if _, err := c.List(t.Context()); !errors.Is(err, api.ErrPortal) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
