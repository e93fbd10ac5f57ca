package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"quicksync.me/desktop/service/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "secret-token-of-this-test"

// serve starts a server and returns a client for it.
func serve(t *testing.T, h http.HandlerFunc) *api.Client {
	t.Helper()
	return serveFor(t, api.Patience{}, h)
}

// serveShort is for calls that shall end because nothing moves. No other call may
// have so little time: where the computer is busy, it takes longer.
func serveShort(t *testing.T, h http.HandlerFunc) *api.Client {
	t.Helper()
	return serveFor(t, api.Patience{Moving: 200 * time.Millisecond, Answer: 400 * time.Millisecond, Complete: 600 * time.Millisecond}, h)
}

func serveFor(t *testing.T, patience api.Patience, h http.HandlerFunc) *api.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := api.New(api.Config{Server: s.URL + "/v1/", Token: token, Patience: patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdle)
	return c
}

// answer serves one and the same answer.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func body(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

// ops calls each method once.
var ops = map[string]func(ctx context.Context, c *api.Client) error{
	"list": func(ctx context.Context, c *api.Client) error { _, err := c.List(ctx); return err },
	"begin": func(ctx context.Context, c *api.Client) error {
		_, err := c.Begin(ctx, api.BeginRequest{Parts: 1, Name: "n"})
		return err
	},
	"part": func(ctx context.Context, c *api.Client) error {
		_, err := c.PutPart(ctx, api.Part{Upload: api.Upload{ID: "u", FileKey: "k"}, Number: 1, Size: 3, Body: body("abc")})
		return err
	},
	"complete": func(ctx context.Context, c *api.Client) error {
		return c.Complete(ctx, api.Upload{ID: "u", FileKey: "k"}, []string{"t"})
	},
	"stat": func(ctx context.Context, c *api.Client) error { _, err := c.Stat(ctx, "k"); return err },
	"link": func(ctx context.Context, c *api.Client) error {
		_, err := c.DownloadURL(ctx, "k", api.LinkOptions{})
		return err
	},
	"session": func(ctx context.Context, c *api.Client) error { _, err := c.Session(ctx); return err },
}

// TestRequests checks every call to the letter.
func TestRequests(t *testing.T) {
	key := `a b/c%d+e?f#g"ж`
	escaped := "a%20b%2Fc%25d+e%3Ff%23g%22%D0%B6"
	type request struct {
		Line, Body, UploadID, Key, Number, Length, Type string
	}
	for name, c := range map[string]struct {
		call   func(c *api.Client) error
		answer string
		want   request
	}{
		"list": {
			func(c *api.Client) error { return ops["list"](t.Context(), c) },
			`[]`, request{Line: "GET /v1/buckets"},
		},
		"begin": {
			func(c *api.Client) error {
				_, err := c.Begin(t.Context(), api.BeginRequest{Parts: 3, Name: `n"`, Size: 12})
				return err
			},
			`{"uploadId":"u","fileKey":"k"}`,
			request{Line: "POST /v1/buckets", Body: `{"totalParts":3,"encryptedName":"n\"","originalSizeInBytes":12}`, Length: "63", Type: "application/json"},
		},
		"part": {
			func(c *api.Client) error {
				tag, err := c.PutPart(t.Context(), api.Part{Upload: api.Upload{ID: "u 1", FileKey: "k/1"}, Number: 2, Size: 3, Body: body("abc")})
				if tag != `"quoted"` {
					t.Errorf("the tag is %s", tag)
				}
				return err
			},
			`{"tag":"\"quoted\"","partNumber":2}`,
			request{Line: "PUT /v1/buckets", Body: "abc", UploadID: "u 1", Key: "k/1", Number: "2", Length: "3", Type: "application/octet-stream"},
		},
		"empty part": {
			func(c *api.Client) error {
				_, err := c.PutPart(t.Context(), api.Part{Upload: api.Upload{ID: "u", FileKey: "k"}, Number: 1, Body: body("")})
				return err
			},
			`{"tag":"t","partNumber":1}`,
			request{Line: "PUT /v1/buckets", UploadID: "u", Key: "k", Number: "1", Length: "0", Type: "application/octet-stream"},
		},
		"complete": {
			func(c *api.Client) error {
				return c.Complete(t.Context(), api.Upload{ID: "u", FileKey: key}, []string{`"a"`, "b"})
			},
			`{"uploadId":"u","fileKey":"a b/c%d+e?f#g\"ж"}`,
			request{Line: "POST /v1/buckets/complete", Body: `{"tags":["\"a\"","b"],"key":"a b/c%d+e?f#g\"ж"}`, UploadID: "u", Length: "48", Type: "application/json"},
		},
		"delete": {
			func(c *api.Client) error { return c.Delete(t.Context(), key) },
			``, request{Line: "DELETE /v1/buckets/" + escaped},
		},
		"stat": {
			func(c *api.Client) error { _, err := c.Stat(t.Context(), key); return err },
			`{"fileKey":"a b/c%d+e?f#g\"ж","completed":true}`, request{Line: "GET /v1/buckets/file/" + escaped},
		},
		"a key of dots": {
			func(c *api.Client) error { return c.Delete(t.Context(), "..") },
			``, request{Line: "DELETE /v1/buckets/%2E%2E"},
		},
		"link": {
			func(c *api.Client) error {
				_, err := c.DownloadURL(t.Context(), key, api.LinkOptions{Filename: "n", Lifetime: time.Hour})
				return err
			},
			`{"url":"http://h/x"}`, request{Line: "GET /v1/buckets/download/" + escaped},
		},
		"session": {
			func(c *api.Client) error { return ops["session"](t.Context(), c) },
			`{"id":"s"}`, request{Line: "GET /v1/session/current"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got request
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				data, _ := io.ReadAll(r.Body)
				got = request{
					r.Method + " " + r.RequestURI, string(data), r.Header.Get("uploadId"), r.Header.Get("key"),
					r.Header.Get("partNumber"), r.Header.Get("Content-Length"), r.Header.Get("Content-Type"),
				}
				if auth := r.Header.Get("Authorization"); auth != "Bearer "+token {
					t.Errorf("Authorization is %q", auth)
				}
				if len(r.TransferEncoding) > 0 || r.Header.Get("Expect") != "" || r.ProtoMajor != 1 {
					t.Errorf("sent with %v, Expect %q, %s", r.TransferEncoding, r.Header.Get("Expect"), r.Proto)
				}
				_, _ = io.WriteString(w, c.answer)
			})
			if err := c.call(client); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAnswersThatAreNone: no zero value is taken for an answer.
func TestAnswersThatAreNone(t *testing.T) {
	html := "<!DOCTYPE html><html><title>Hotel Wi-Fi</title>"
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"a login page":      {html, api.ErrNotQuickSync},
		"text":              {"ok", api.ErrNotQuickSync},
		"nothing":           {"", api.ErrBadReply},
		"null":              {"null", api.ErrNotQuickSync},
		"an empty object":   {"{}", api.ErrBadReply},
		"a list of nothing": {"[{}]", api.ErrBadReply},
		"half an object":    {`{"uploadId":"u","fileKey":"k","tag":"t","partNumber":1,"comp`, api.ErrNetwork},
		"half a list":       {`[{"fileKey":"k","completed":true},`, api.ErrNetwork},
		"no JSON":           {`{"uploadId" u}`, api.ErrBadReply},
		"two answers":       {`{"uploadId":"u","fileKey":"k","tag":"t","partNumber":1,"completed":true,"url":"http://h/","id":"s"}{}`, api.ErrBadReply},
		"nulls":             {`{"uploadId":null,"fileKey":null,"tag":null,"partNumber":null,"completed":null,"url":null,"id":null}`, api.ErrBadReply},
		"other types":       {`{"uploadId":7,"fileKey":7,"tag":7,"partNumber":"x","completed":"x","url":7,"id":7}`, api.ErrBadReply},
		"another file":      {`{"uploadId":"u","fileKey":"other","tag":"t","partNumber":9,"completed":true,"url":"javascript:alert(1)","id":""}`, api.ErrBadReply},
	} {
		for op, call := range ops {
			if op == "begin" && name == "another file" {
				continue // there is no other yet
			}
			t.Run(name+" to "+op, func(t *testing.T) {
				err := call(t.Context(), serve(t, answer(http.StatusOK, "application/json", c.body)))
				var e *api.Error
				if !errors.As(err, &e) || e.Op != op {
					t.Fatalf("got %v", err)
				}
				listed := op == "list" && (e.Kind == api.ErrBadReply || e.Kind == api.ErrNetwork)
				single := op != "list" && name == "half a list" || name == "a list of nothing"
				if e.Kind != c.want && !listed && !single {
					t.Errorf("%v, want the kind %v", err, c.want)
				}
				if e.Kind == nil {
					t.Error("an error without a kind")
				}
			})
		}
	}
}

func TestRefusals(t *testing.T) {
	problem := func(code string) string {
		return `{"type":"about:blank","title":"Title","status":1,"detail":"Detail","code":"` + code + `","parts":[2,5]}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
		again  bool
	}{
		"401":                {401, problem(""), api.ErrUnauthorized, false},
		"403":                {403, problem(""), api.ErrForbidden, false},
		"404":                {404, "", api.ErrNotFound, false},
		"404 of an upload":   {404, problem("no_such_upload"), api.ErrNotFound, false},
		"400":                {400, problem("bad_request"), api.ErrRefused, false},
		"400 incomplete":     {400, problem("incomplete"), api.ErrIncomplete, false},
		"408":                {408, problem("stalled"), api.ErrBusy, true},
		"410":                {410, "", api.ErrEnded, false},
		"413":                {413, "<html>", api.ErrTooLarge, false},
		"429":                {429, "", api.ErrBusy, true},
		"500":                {500, "boom", api.ErrServer, true},
		"503":                {503, "", api.ErrBusy, true},
		"507":                {507, problem("disk_full"), api.ErrDiskFull, false},
		"quota":              {403, problem("quota"), api.ErrQuota, false},
		"a redirect":         {302, "", api.ErrNotQuickSync, true},
		"a proxy's question": {407, "", api.ErrNotQuickSync, true},
		"a code of nobody":   {418, problem("teapot"), api.ErrRefused, false},
	} {
		for op, call := range ops {
			t.Run(name+" to "+op, func(t *testing.T) {
				err := call(t.Context(), serve(t, answer(c.status, "application/problem+json", c.body)))
				var e *api.Error
				if !errors.As(err, &e) || e.Kind != c.want || e.Status != c.status || e.Transient() != c.again {
					t.Errorf("got %#v", err)
				}
			})
		}
	}
}

func TestProblemIsReadWithCare(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for body, want := range map[string]string{
		`{"title":"T","detail":"D"}`:             "T/D",
		"first line\nsecond":                     "first line/",
		"  \r\n spaced \x1b[31m\u202e red\nmore": "spaced  [31m  red/",
		"<html><h1>no":                           "/",
		long:                                     long[:4<<10] + "/",
		"echo of " + token:                       "echo of …/",
	} {
		err := ops["list"](t.Context(), serve(t, answer(500, "text/plain", body)))
		var e *api.Error
		if !errors.As(err, &e) || e.Title+"/"+e.Detail != want {
			t.Errorf("%.60q is read as %.60q", body, e.Title+"/"+e.Detail)
		}
		if strings.Contains(err.Error(), token) {
			t.Error("the token is in the error")
		}
	}
}

func TestRetryAfter(t *testing.T) {
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string // date is what the server says that it is; empty for what it is here
		least, most time.Duration
	}{
		{"", "", 0, 0},
		{"7", "", 7 * time.Second, 7 * time.Second},
		{"7", in(time.Hour), 7 * time.Second, 7 * time.Second},
		{"-1", "", 0, 0},
		{"soon", "", 0, 0},
		{"99999999", "", 24 * time.Hour, 24 * time.Hour},
		{"99999999999999", "", 24 * time.Hour, 24 * time.Hour},
		{in(time.Minute), "", 50 * time.Second, time.Minute},
		{in(-time.Minute), "", 0, 0},
		{in(time.Hour + time.Minute), in(time.Hour), 59 * time.Second, 61 * time.Second},
		{in(time.Minute - time.Hour), in(-time.Hour), 59 * time.Second, 61 * time.Second},
		{in(time.Minute), "a clock that stands", 50 * time.Second, time.Minute},
		{in(1000 * time.Hour), "", 24 * time.Hour, 24 * time.Hour},
	} {
		client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", c.value)
			if c.date != "" {
				w.Header().Set("Date", c.date)
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
		var e *api.Error
		if err := ops["list"](t.Context(), client); !errors.As(err, &e) || e.RetryAfter < c.least || e.RetryAfter > c.most {
			t.Errorf("Retry-After: %s, Date: %s is read as %v", c.value, c.date, e.RetryAfter)
		}
	}
}

// TestTokenStaysWithItsServer: redirects and links take it nowhere.
func TestTokenStaysWithItsServer(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		visited = true
		for name, values := range r.Header {
			if strings.Contains(strings.Join(values, " "), token) {
				t.Errorf("%s carries the token to another host", name)
			}
		}
	}))
	defer other.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	for op, call := range ops {
		if err := call(t.Context(), c); !errors.Is(err, api.ErrNotQuickSync) {
			t.Errorf("%s: %v", op, err)
		}
	}
	if visited {
		t.Error("a call followed a redirect")
	}
	if _, err := c.LinkSize(t.Context(), other.URL); err != nil || !visited {
		t.Errorf("the link was not tried: %v", err)
	}
}

// TestALinkIsToldToNobody: where a link leads on, it does not tell where from.
func TestALinkIsToldToNobody(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visited = true
		if from := r.Header.Get("Referer"); from != "" {
			t.Errorf("the other host is told %s", from)
		}
		_, _ = io.WriteString(w, "x")
	}))
	defer other.Close()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	if size, err := c.LinkSize(t.Context(), c.Server()+"/d/x?sig=SIGNED"); err != nil || size != 1 || !visited {
		t.Errorf("the link was not followed: %d, %v", size, err)
	}
	round := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) })
	if _, err := round.LinkSize(t.Context(), round.Server()); err == nil {
		t.Error("a link that leads to itself is followed for ever")
	}
}

func TestErrorsHoldNoSecretAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c, err := api.New(api.Config{Server: "http://" + l.Addr().String() + "/v1", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.LinkSize(t.Context(), "http://"+l.Addr().String()+"/d/x?sig=SIGNED")
	if !errors.Is(err, api.ErrNetwork) || strings.Contains(err.Error(), "SIGNED") {
		t.Errorf("got %v", err)
	}
}

func TestLinkSize(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		size   int64
		fails  error
	}{
		"ranges":        {ranged(206, "bytes 0-0/1234", "x"), 1234, nil},
		"an empty file": {ranged(416, "bytes */0", ""), 0, nil},
		"empty as 200":  {answer(200, "x/y", ""), 0, nil},
		"no ranges":     {answer(200, "x/y", "whole"), 5, nil},
		"no total":      {ranged(206, "bytes 0-0/*", "x"), 0, api.ErrBadReply},
		"nonsense":      {ranged(206, "0-0", "x"), 0, api.ErrBadReply},
		"another piece": {ranged(206, "bytes 5-5/10", "x"), 0, api.ErrBadReply},
		"refused":       {answer(403, "text/html", "<p>expired"), 0, api.ErrForbidden},
		"past the end":  {ranged(416, "bytes */10", ""), 0, api.ErrRefused},
		"gone":          {answer(404, "text/plain", ""), 0, api.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, c.answer)
			size, err := client.LinkSize(t.Context(), client.Server())
			if size != c.size || !errors.Is(err, c.fails) {
				t.Errorf("%d, %v", size, err)
			}
		})
	}
}

func ranged(status int, contentRange, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Range", contentRange)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestWatchdog: a call dies when nothing moves.
func TestWatchdog(t *testing.T) {
	t.Run("no answer", func(t *testing.T) {
		c := serveShort(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		if err := ops["list"](t.Context(), c); !errors.Is(err, api.ErrStalled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("half an answer", func(t *testing.T) {
		c := serveShort(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `[{"fileKey":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		})
		if err := ops["list"](t.Context(), c); !errors.Is(err, api.ErrStalled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("nobody takes the part", func(t *testing.T) {
		over := make(chan struct{}) // a server that does not read does not see its client go
		c := serveShort(t, func(http.ResponseWriter, *http.Request) { <-over })
		defer close(over)
		_, err := c.PutPart(t.Context(), api.Part{Upload: api.Upload{ID: "u", FileKey: "k"}, Number: 1, Size: 1 << 40, Body: func() io.Reader { return zeros{} }})
		if !errors.Is(err, api.ErrStalled) {
			t.Errorf("got %v", err)
		}
	})
}

// TestSlowAnswersAreWaitedFor: bytes that come just in time are a sign of life each,
// however long they take together.
func TestSlowAnswersAreWaitedFor(t *testing.T) {
	patience := api.DefaultPatience
	for pause, want := range map[time.Duration]error{patience.Moving - 1: nil, patience.Moving + 1: api.ErrStalled} {
		synctest.Test(t, func(t *testing.T) {
			client, err := api.New(api.Config{Server: api.DefaultServer, Transport: slow{pause}})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, err = client.List(t.Context())
			if took := time.Since(began); !errors.Is(err, want) || err == nil && took <= patience.Answer {
				t.Errorf("bytes every %v: %v after %v", pause, err, took)
			}
		})
	}
}

// slow is a transport that brings an answer byte by byte, so long after each other.
type slow struct{ pause time.Duration }

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	body := &slowBody{r.Context(), s.pause, strings.NewReader("[" + strings.Repeat(" ", 6) + "]")}
	return &http.Response{StatusCode: http.StatusOK, Body: body}, nil
}

type slowBody struct {
	ctx   context.Context
	pause time.Duration
	left  io.Reader
}

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.pause)
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.left.Read(p[:1])
}

func (*slowBody) Close() error { return nil }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestCancelledCallsSaySo(t *testing.T) {
	c := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for op, call := range ops {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := call(ctx, c); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", op, err)
		}
	}
}

func TestServerAddresses(t *testing.T) {
	for server, ok := range map[string]bool{
		"https://api.quicksync.me/v1": true, " http://127.0.0.1:80/v1/ ": true,
		"": false, "api.quicksync.me": false, "ftp://h/": false, "https://": false,
		"https://user:pw@h/v1": false, "https://h/v1?x=1": false, "file:///etc/passwd": false,
	} {
		if _, err := api.New(api.Config{Server: server}); (err == nil) != ok {
			t.Errorf("%q: %v", server, err)
		}
	}
}

// TestAServerIsEnough: the API lies where its documentation says.
func TestAServerIsEnough(t *testing.T) {
	for given, want := range map[string]string{
		"https://h": "https://h/v1", "http://127.0.0.1:80/": "http://127.0.0.1:80/v1", "https://h//": "https://h/v1",
		"https://h/v1/": "https://h/v1", "https://h/team/v2": "https://h/team/v2",
	} {
		c, err := api.New(api.Config{Server: given})
		if err != nil || c.Server() != want {
			t.Errorf("%s: %v, %v", given, c, err)
		}
	}
}

func TestFilesAreReadTolerantly(t *testing.T) {
	c := serve(t, answer(200, "application/json", `[
		{"fileKey":"a","completed":true,"fileName":"n","creatorId":"c","totalParts":2,"originalSizeInBytes":9,"cid":"b","new":{}},
		{"fileKey":"b","completed":false,"fileName":null,"creatorId":null,"totalParts":null,"originalSizeInBytes":null},
		{"fileKey":"c","completed":true,"totalParts":-5,"originalSizeInBytes":-7}]`))
	got, err := c.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []api.File{
		{Key: "a", Name: "n", Creator: "c", CID: "b", Completed: true, Size: 9, Parts: 2},
		{Key: "b", Size: -1},
		{Key: "c", Completed: true, Size: -1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinkExpiry(t *testing.T) {
	at := time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC)
	for query, want := range map[string]time.Time{
		"X-Amz-Date=20261124T130500Z&X-Amz-Expires=3600": at,
		fmt.Sprintf("Expires=%d", at.Unix()):             at,
		fmt.Sprintf("exp=%d", at.Unix()):                 at,
		"se=2026-11-24T14%3A05%3A00Z":                    at,
		"Expires=never":                                  {},
		"":                                               {},
	} {
		c := serve(t, answer(200, "application/json", `{"url":"https://h/f?`+query+`"}`))
		link, err := c.DownloadURL(t.Context(), "k", api.LinkOptions{})
		if err != nil || !link.Expires.Equal(want) {
			t.Errorf("%q ends %v, %v; want %v", query, link.Expires, err, want)
		}
	}
}

func TestSessionExpiry(t *testing.T) {
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	for told, want := range map[string]time.Time{
		fmt.Sprint(at.Unix()):               at,
		fmt.Sprint(at.UnixMilli()):          at,
		"3600":                              at,
		`"` + at.Format(time.RFC3339) + `"`: at,
		"null":                              {}, "0": {}, "-1": {}, `"soon"`: {}, "1e300": {},
	} {
		c := serve(t, answer(200, "application/json", `{"id":"s","maxFiles":3,"maxTotalMegaBytes":2,"expiry":`+told+`}`))
		s, err := c.Session(t.Context())
		if err != nil || s.Ends.Sub(want).Abs() > 5*time.Second || s.MaxFiles != 3 || s.MaxBytes != 2_000_000 {
			t.Errorf("expiry %s: %+v, %v; want %v", told, s, err, want)
		}
	}
}

// TestNodeIsSentItsExtras: only a node of ours is asked for names and lifetimes.
func TestNodeIsSentItsExtras(t *testing.T) {
	var query string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		w.Header().Set("Server", "QuickSync-Node/1")
		_, _ = io.WriteString(w, `{"url":"http://h/x","expires":"2026-11-24T14:05:00Z"}`)
	})
	opt := api.LinkOptions{Filename: "a b.txt", Lifetime: 90 * time.Minute}
	for _, want := range []string{"", "expires=5400&filename=a+b.txt"} {
		link, err := c.DownloadURL(t.Context(), "k", opt)
		if err != nil || query != want || link.Expires.IsZero() {
			t.Errorf("asked with %q, %v; want %q", query, err, want)
		}
	}
}
