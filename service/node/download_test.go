package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestRanges(t *testing.T) {
	n := start(t, Config{})
	content := noise(2*256<<10 + 100)
	size, cut := len(content), 256<<10
	key := n.upload("name", content[:cut], content[cut:])
	link := n.link(key, "").URL
	for _, c := range []struct {
		header   string
		status   int
		from, to int
	}{
		{"", 200, 0, size},
		{"bytes=0-0", 206, 0, 1},
		{"bytes=0-", 206, 0, size},
		{fmt.Sprintf("bytes=%d-%d", cut-1, cut), 206, cut - 1, cut + 1},
		{fmt.Sprintf("bytes=%d-", cut), 206, cut, size},
		{"bytes=-1", 206, size - 1, size},
		{fmt.Sprintf("bytes=%d-%d", size-1, size+50), 206, size - 1, size},
	} {
		got := n.get(link, "Range", c.header)
		if got.status != c.status || !bytes.Equal(got.body, content[c.from:c.to]) {
			t.Errorf("%q: %d, %d bytes", c.header, got.status, len(got.body))
		}
		if want := fmt.Sprintf("bytes %d-%d/%d", c.from, c.to-1, size); c.status == 206 && got.header.Get("Content-Range") != want {
			t.Errorf("%q: Content-Range %q, want %q", c.header, got.header.Get("Content-Range"), want)
		}
		if got.header.Get("Accept-Ranges") != "bytes" {
			t.Errorf("%q: no Accept-Ranges", c.header)
		}
	}
	if got := n.get(link, "Range", fmt.Sprintf("bytes=%d-", size)); got.status != 416 || got.header.Get("Content-Range") != fmt.Sprintf("bytes */%d", size) {
		t.Errorf("past the end: %d %v", got.status, got.header)
	}
	etag := n.get(link, "Range", "bytes=0-0").header.Get("ETag")
	if got := n.get(link, "If-None-Match", etag); got.status != http.StatusNotModified {
		t.Errorf("If-None-Match: %d", got.status)
	}
	if got := n.get(link, "Range", "bytes=0-0", "If-Range", `"other"`); got.status != http.StatusOK {
		t.Errorf("If-Range of another content: %d", got.status)
	}
	several(t, n.get(link, "Range", fmt.Sprintf("bytes=0-9,%d-%d", cut-5, cut+4)), content[:10], content[cut-5:cut+5])
	head := send(t, n.client, "HEAD", link, nil)
	if head.status != 200 || head.header.Get("Content-Length") != strconv.Itoa(size) || len(head.body) > 0 {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
	wantProblem(t, "POST", send(t, n.client, "POST", link, nil), 405, "method_not_allowed")
}

// several checks an answer of several ranges.
func several(t *testing.T, a answer, want ...[]byte) {
	t.Helper()
	_, params, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if a.status != 206 || err != nil {
		t.Fatalf("%d, %v", a.status, err)
	}
	parts := multipart.NewReader(bytes.NewReader(a.body), params["boundary"])
	for i, w := range want {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(part); err != nil || !bytes.Equal(got, w) {
			t.Errorf("range %d: %d bytes, %v", i, len(got), err)
		}
	}
}

func TestDownloadHeaders(t *testing.T) {
	n := start(t, Config{})
	key := n.upload("sealed", []byte("<script>alert(1)</script>"))
	name := "Prüfung \"1\"\r\nX-Evil: 1.html"
	header := n.get(n.link(key, "?filename="+url.QueryEscape(name)).URL).header
	for field, want := range map[string]string{
		"Content-Type":            "application/octet-stream",
		"X-Content-Type-Options":  "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'",
		"Cache-Control":           "private, no-transform",
		"Referrer-Policy":         "no-referrer",
		"Content-Disposition":     `attachment; filename="Pr_fung _1_X-Evil_ 1.html"; filename*=UTF-8''Pr%C3%BCfung%20_1_X-Evil_%201.html`,
		"X-Evil":                  "",
	} {
		if got := header.Get(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}

// names are shared by the table test and the fuzz test.
var names = map[string]string{
	"":                 `attachment`,
	"plain.txt":        `attachment; filename="plain.txt"; filename*=UTF-8''plain.txt`,
	"100%.txt":         `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`,
	"../../etc/passwd": `attachment; filename=".._.._etc_passwd"; filename*=UTF-8''.._.._etc_passwd`,
	`C:\x`:             `attachment; filename="C__x"; filename*=UTF-8''C__x`,
	"a\u202egnp.exe":   `attachment; filename="agnp.exe"; filename*=UTF-8''agnp.exe`,
	" . ":              `attachment`,
	"\x00\n\x7f\u0085": `attachment`,
	"bad\xffutf":       `attachment; filename="bad_utf"; filename*=UTF-8''bad%EF%BF%BDutf`,
	"日本.pdf":           `attachment; filename="__.pdf"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf`,
}

func TestDisposition(t *testing.T) {
	for name, want := range names {
		if got := disposition(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	for name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d := disposition(name)
		for i := range len(d) {
			if d[i] < ' ' || d[i] > '~' {
				t.Fatalf("%q: byte %q in the header", name, d[i])
			}
		}
		kind, params, err := mime.ParseMediaType(d)
		if err != nil || kind != "attachment" {
			t.Fatalf("%q: %s: %v", name, d, err)
		}
		if strings.ContainsAny(params["filename"], "/\\\"\x00\n") {
			t.Errorf("%q may be saved as %q", name, params["filename"])
		}
	})
}

func TestLinkLife(t *testing.T) {
	clock := newClock()
	n := startTuned(t, Config{}, clock.tuning())
	key := n.upload("name", []byte("hello"))
	for query, life := range map[string]time.Duration{
		"": 7 * 24 * time.Hour, "?expires=1": time.Second, "?expires=2592000": 30 * 24 * time.Hour,
	} {
		link := n.link(key, query)
		if got := link.Expires.Sub(clock.now()); got != life {
			t.Errorf("%q lives %v, want %v", query, got, life)
		}
	}
	for _, expires := range []string{"0", "-1", "2592001", "x", "1.5", "99999999999999999999"} {
		wantProblem(t, expires, n.call("GET", "/buckets/download/"+key+"?expires="+expires, nil), 400, "bad_request")
	}
	long := strings.Repeat("n", maxLinkName+1)
	wantProblem(t, "a long name", n.call("GET", "/buckets/download/"+key+"?filename="+long, nil), 400, "bad_request")

	link := n.link(key, "?expires=60").URL
	clock.add(59 * time.Second)
	if got := n.get(link); got.status != http.StatusOK {
		t.Errorf("just before its end: %d", got.status)
	}
	clock.add(time.Second)
	wantProblem(t, "at its end", n.get(link), 403, "link_ended")
}

func TestForgedLinks(t *testing.T) {
	n := start(t, Config{})
	key, other := n.upload("name", []byte("hello")), n.upload("name", []byte("other"))
	link := n.link(key, "?filename=a.txt").URL
	if got := n.get(link + "&utm_source=chat"); got.status != http.StatusOK {
		t.Errorf("with a stranger's parameter: %d", got.status)
	}
	for name, forged := range map[string]string{
		"another file":             strings.Replace(link, key, other, 1),
		"another name":             strings.Replace(link, "a.txt", "b.txt", 1),
		"no name":                  strings.Replace(link, "filename=a.txt&", "", 1),
		"two names":                link + "&filename=b.txt",
		"a later end":              strings.Replace(link, "exp=", "exp=9", 1),
		"an end that is no number": strings.Replace(link, "exp=", "exp=x", 1),
		"two ends":                 link + "&exp=9999999999",
		"a shorter sig":            link[:len(link)-1],
		"another last bit":         link[:len(link)-1] + string(link[len(link)-1]^1),
		"no query":                 link[:strings.Index(link, "?")],
		"a broken query":           link + "&%zz",
		"a semicolon":              link + ";a=b",
	} {
		wantProblem(t, name, n.get(forged), 403, "forbidden")
	}
	page := n.get(link[:len(link)-1]+"%3Cscript%3E", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if page.status != 403 || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") ||
		!bytes.Contains(page.body, []byte("This link is not complete.")) || bytes.Contains(page.body, []byte("script")) {
		t.Errorf("for a browser: %d %s", page.status, page.body)
	}
	if page.header.Get("Content-Security-Policy") == "" || page.header.Get("X-Content-Type-Options") == "" {
		t.Errorf("for a browser: %v", page.header)
	}
}

// FuzzLink lets through what was signed, and nothing else.
func FuzzLink(f *testing.F) {
	s := signer(bytes.Repeat([]byte{7}, 32))
	now := time.Unix(1_800_000_000, 0)
	for _, name := range []string{"", "a.txt", "a b&c=d;e%", "ü\x00"} {
		_, query, _ := strings.Cut(s.sign("KEY", name, now.Add(time.Hour)), "?")
		f.Add("KEY", query)
		f.Add("KE", query)
		f.Add("KEY", query+"&sig=")
	}
	f.Add("", "exp=&sig=")
	f.Fuzz(func(t *testing.T, key, query string) {
		name, err := s.check(key, query, now)
		if err != nil {
			return
		}
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		seconds, err := strconv.ParseInt(values.Get("exp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := url.Parse(s.sign(key, name, time.Unix(seconds, 0)))
		if err != nil || signed.Query().Get("sig") != values.Get("sig") || seconds <= now.Unix() {
			t.Errorf("%q %q passed as %q", key, query, name)
		}
	})
}

func TestSignAndCheckAgree(t *testing.T) {
	s := signer("key")
	now := time.Now()
	for _, name := range []string{"", "a", "a&b=c", "%", "ü ö", "\xff", strings.Repeat("n", 1000)} {
		link, err := url.Parse("http://host" + s.sign("KEY", name, now.Add(time.Minute)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.check("KEY", link.RawQuery, now); err != nil || got != name {
			t.Errorf("%q: %q, %v", name, got, err)
		}
	}
	// No byte can move between key and name.
	if bytes.Equal(s.mac("ab", "c", 1), s.mac("a", "bc", 1)) {
		t.Error("the framing is ambiguous")
	}
}

// narrowClient is a client whose connections hold little that was not read, on
// any system.
func narrowClient(t *testing.T) *http.Client {
	client := newClient(t)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
		}
		return conn, err
	}
	return client
}

// A file may be deleted while it is sent: the download is cut, and the node
// goes on.
func TestDeleteDuringDownload(t *testing.T) {
	n := start(t, Config{})
	part := noise(16 << 20)
	key := n.upload("name", part, part)
	resp, err := narrowClient(t).Get(n.link(key, "").URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if got := n.call("DELETE", "/buckets/"+key, nil); got.status != http.StatusNoContent {
		t.Fatalf("delete: %s", got.body)
	}
	if rest, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Errorf("the download went on for %d bytes as if nothing had happened", rest)
	}
	if len(n.list()) != 0 {
		t.Error("the file is still listed")
	}
}

// A reader that takes nothing does not hold a connection for ever.
func TestReaderStandsStill(t *testing.T) {
	tune := newClock().tuning()
	tune.writePatience = 500 * time.Millisecond
	n := startTuned(t, Config{}, tune)
	part := noise(16 << 20)
	resp, err := narrowClient(t).Get(n.link(n.upload("name", part, part), "").URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	n.main.server.SetKeepAlivesEnabled(false)
	n.main.conns.Wait()
	if _, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Error("the download was whole")
	}
}
