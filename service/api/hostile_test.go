package api_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"quicksync.me/desktop/service/api"
)

// TestDeletedIsSaidByTheServer: a page is no proof that a file is gone.
func TestDeletedIsSaidByTheServer(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"no content":      {answer(204, "", ""), nil},
		"nothing":         {answer(200, "text/plain", ""), nil},
		"an object":       {answer(200, "application/json", `{"fileKey":"k"}`), nil},
		"gone already":    {answer(404, "application/problem+json", `{"status":404}`), nil},
		"a login page":    {answer(200, "text/html", "<html>Room number?"), api.ErrNotQuickSync},
		"a word":          {answer(200, "text/plain", "ok"), api.ErrNotQuickSync},
		"a later answer":  {answer(202, "text/html", "<p>soon"), api.ErrNotQuickSync},
		"not any more":    {answer(401, "", ""), api.ErrUnauthorized},
		"a way elsewhere": {http.RedirectHandler("/login", http.StatusFound).ServeHTTP, api.ErrNotQuickSync},
	} {
		t.Run(name, func(t *testing.T) {
			if err := serve(t, c.answer).Delete(t.Context(), "k"); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// TestLinkIsNoLoginPage: what stands between us and the file is not the file.
func TestLinkIsNoLoginPage(t *testing.T) {
	html := "text/html; charset=utf-8"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		size   int64
		want   error
	}{
		"a page":               {answer(200, html, "<p>Room?"), 8, api.ErrNotQuickSync},
		"an endless page":      {chunked(html), -1, api.ErrNotQuickSync},
		"no length, no ranges": {chunked("x/y"), 0, api.ErrNotQuickSync},
		"an empty page":        {answer(200, html, ""), 0, nil},
		"a page's first byte":  {ranged(206, "bytes 0-0/8", "<"), 8, nil},
		"an ended key":         {answer(401, html, "<p>no"), 0, api.ErrForbidden},
		"a page of nobody":     {answer(404, html, "<p>no"), 0, api.ErrForbidden},
		"a file that is gone":  {answer(404, "", ""), 0, api.ErrNotFound},
		"an ended link":        {answer(410, "", ""), 0, api.ErrForbidden},
		"an ended storage":     {answer(403, "application/json", `{"code":"ended"}`), 0, api.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, c.answer)
			size, err := client.LinkSize(t.Context(), client.Server())
			if size != c.size || !errors.Is(err, c.want) {
				t.Errorf("%d, %v; want %d, %v", size, err, c.size, c.want)
			}
		})
	}
	t.Run("a stored page as a whole", func(t *testing.T) {
		client := serve(t, answer(200, html, "<p>mine"))
		content, err := client.Fetch(t.Context(), client.Server(), 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		if got, err := io.ReadAll(content); err != nil || string(got) != "<p>mine" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// chunked serves a byte without saying that it is all.
func chunked(contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, "x")
		_ = http.NewResponseController(w).Flush()
	}
}

// unfit are values that do not arrive in a header as they are.
var unfit = []string{"tok\n", "a\r\ntok", "tok\x00", "t\x1bok", "tok\x7f", " tok", "tok ", "\ttok"}

func TestUnfitTokens(t *testing.T) {
	for _, value := range unfit {
		_, err := api.New(api.Config{Server: api.DefaultServer, Token: value})
		if err == nil || strings.Contains(err.Error(), value) {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, value := range []string{"", "a", "a b", "a\tb", "ключ", "a.b-c_d~e+f/g="} {
		if _, err := api.New(api.Config{Server: api.DefaultServer, Token: value}); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// TestUnfitKeys: what could never be sent back is a bad reply at once, and not
// a line that breaks with each part.
func TestUnfitKeys(t *testing.T) {
	for _, value := range unfit {
		for _, reply := range []map[string]string{{"uploadId": value, "fileKey": "k"}, {"uploadId": "u", "fileKey": value}} {
			body, err := json.Marshal(reply)
			if err != nil {
				t.Fatal(err)
			}
			err = ops["begin"](t.Context(), serve(t, answer(200, "application/json", string(body))))
			var e *api.Error
			if !errors.As(err, &e) || e.Kind != api.ErrBadReply || e.Transient() {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
}

// TestSecretIsNotCutInHalf: wherever the bound falls, no piece of a token is left.
func TestSecretIsNotCutInHalf(t *testing.T) {
	for before := 4<<10 - len(token) - 3; before <= 4<<10; before++ {
		client := through(t, reply(500, strings.Repeat("x", before)+token+" and more"))
		if err := ops["list"](t.Context(), client); strings.Contains(err.Error(), token[:4]) {
			t.Fatalf("after %d bytes a piece is left: …%s", before, err.Error()[before:])
		}
	}
}

// roundTrip answers without a line.
type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

func reply(status int, body string) roundTrip {
	return func(r *http.Request) *http.Response {
		return &http.Response{
			StatusCode: status, Header: http.Header{}, Request: r,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
	}
}

func through(t *testing.T, answers roundTrip) *api.Client {
	t.Helper()
	c, err := api.New(api.Config{Server: api.DefaultServer, Token: token, Transport: answers})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCausesAreFitToBeShown: a certificate names whom it likes.
func TestCausesAreFitToBeShown(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t, "\x1b[2Jevil\x07")}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	c, err := api.New(api.Config{Server: strings.Replace(s.URL, "127.0.0.1", "localhost", 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdle()
	err = ops["list"](t.Context(), c)
	if !errors.Is(err, api.ErrNotQuickSync) || !strings.Contains(err.Error(), "evil") || strings.ContainsFunc(err.Error(), unicode.IsControl) {
		t.Errorf("got %q", err)
	}
}

func certificate(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestSessionIsReadTolerantly: only the ID is needed, and what is not
// understood bounds nothing.
func TestSessionIsReadTolerantly(t *testing.T) {
	at := time.Unix(1_900_000_000, 0)
	for fields, want := range map[string]api.Session{
		`"maxFiles":100.0`:                     {MaxFiles: 100},
		`"maxFiles":"100"`:                     {MaxFiles: 100},
		`"maxFiles":1e12`:                      {MaxFiles: 1<<31 - 1},
		`"maxTotalMegaBytes":0.5`:              {MaxBytes: 500_000},
		`"maxTotalMegaBytes":0.29`:             {MaxBytes: 290_000},
		`"maxTotalMegaBytes":" "`:              {},
		`"maxTotalMegaBytes":1e14`:             {MaxBytes: 1 << 62},
		`"maxTotalMegaBytes":1e400`:            {},
		`"maxFiles":"many","expiry":{}`:        {},
		`"maxFiles":"NaN","expiry":"Inf"`:      {},
		`"maxFiles":-1,"expiry":[1]`:           {},
		`"maxFiles":true,"creatorId":7`:        {},
		`"maxFiles":null,"creatorId":null`:     {},
		`"creatorId":"me","users":"none"`:      {Creator: "me"},
		`"expiry":"1900000000"`:                {Ends: at},
		`"expiry":"1900000000000"`:             {Ends: at},
		`"expiry":"2030-03-17T17:46:40"`:       {Ends: at},
		`"expiry":"2030-03-17T17:46:40.000"`:   {Ends: at},
		`"expiry":"2030-03-17T18:46:40+01:00"`: {Ends: at},
		`"expiry":"0001-01-01T00:00:00"`:       {},
	} {
		c := through(t, reply(200, `{"id":"s",`+fields+`}`))
		got, err := c.Session(t.Context())
		sameEnd := got.Ends.Equal(want.Ends)
		got.Ends, want.Ends, want.ID = time.Time{}, time.Time{}, "s"
		if err != nil || got != want || !sameEnd {
			t.Errorf("%s is read as %+v, %v", fields, got, err)
		}
	}
}

// TestLongAnswersAreNotRead, but for a list: nobody needs them.
func TestLongAnswersAreNotRead(t *testing.T) {
	long := strings.Repeat("s", 2<<20)
	if got, err := through(t, reply(200, `{"id":"`+long+`"}`)).Session(t.Context()); !errors.Is(err, api.ErrBadReply) {
		t.Errorf("%d bytes, %v", len(got.ID), err)
	}
	if got, err := through(t, reply(200, `[{"fileKey":"a","encryptedName":"`+long+`","completed":true}]`)).List(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("%d files, %v", len(got), err)
	}
}

// links are what a server may give for a link, and what is shown of it; empty
// where it is refused.
var links = map[string]string{
	"https://h/a?sig=x%2By&e=1":      "https://h/a?sig=x%2By&e=1",
	"https://h/\u009b31m\u202egpj":   "https://h/%C2%9B31m%E2%80%AEgpj",
	"https://h/ä b?n=ж\u202e&s=A%3D": "https://h/%C3%A4%20b?n=%D0%B6%E2%80%AE&s=A%3D",
	"https://h\u202e/a":              "",
	"https://h/\x1b[2J":              "",
	"javascript:alert(1)":            "",
	"/a":                             "",
}

func TestLinksAreFitToBeShown(t *testing.T) {
	for given, want := range links {
		if got, _ := linkFrom(t, given); got != want {
			t.Errorf("%+q is shown as %+q, want %q", given, got, want)
		}
	}
}

func FuzzLinksAreFitToBeShown(f *testing.F) {
	for given := range links {
		f.Add(given)
	}
	f.Fuzz(func(t *testing.T, given string) {
		shown, err := linkFrom(t, given)
		if err != nil {
			return
		}
		if strings.ContainsFunc(shown, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
			t.Errorf("%+q is shown as %+q", given, shown)
		}
		was, err1 := url.Parse(string([]rune(given))) // as JSON carries it
		is, err2 := url.Parse(shown)
		if err1 != nil || err2 != nil || was.Host != is.Host || was.Path != is.Path || was.Query().Encode() != is.Query().Encode() {
			t.Errorf("%+q and %+q mean different things", given, shown)
		}
	})
}

func linkFrom(t *testing.T, given string) (string, error) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"url": given, "expires": 7})
	if err != nil {
		t.Fatal(err)
	}
	link, err := through(t, reply(200, string(body))).DownloadURL(context.Background(), "k", api.LinkOptions{})
	if err != nil && !errors.Is(err, api.ErrBadReply) {
		t.Errorf("%+q: %v", given, err)
	}
	return link.URL, err
}
