package main_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// startServer runs a handler as a server and returns its base address.
func startServer(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// answers says the same to every request.
func answers(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const loginPage = "<!doctype html><html><title>Hotel</title>Your room number, please</html>"

// Whatever the server is that is none, each command says it in a sentence and
// exits with 1, and send tells it of each file.
func TestServersThatDoNotWork(t *testing.T) {
	t.Parallel()
	node := qs{T: t, dir: t.TempDir(), env: []string{"QS_TOKEN=the-key-of-the-node"}}
	n := node.startNode("--data", filepath.Join(node.dir, "data"))
	for what, c := range map[string]struct {
		server, code, says string
	}{
		"wrong key":           {n.URL, "unauthorized", "Check QS_TOKEN"},
		"nobody there":        {"http://127.0.0.1:1/v1", "network", "cannot be reached"},
		"a login page":        {startServer(t, answers(200, "text/html", loginPage)), "not_quicksync", "wants a login"},
		"a redirect to one":   {startServer(t, http.RedirectHandler("/login", http.StatusFound)), "not_quicksync", "wants a login"},
		"other JSON":          {startServer(t, answers(200, "application/json", `{"hello":"world"}`)), "bad_reply", "with its /v1"},
		"without a session":   {startServer(t, http.NotFoundHandler()), "no_session", "QS_SESSION"},
		"forbidden":           {startServer(t, answers(403, "application/problem+json", `{"detail":"Not from here."}`)), "forbidden", "Not from here."},
		"busy for good":       {startServer(t, answers(503, "text/plain", "")), "busy", "Try again later"},
		"fails for good":      {startServer(t, answers(500, "text/plain", "")), "server_failed", "Try again later"},
		"with a hostile text": {startServer(t, answers(400, "application/problem+json", `{"detail":"\u001b[2J\u202egone"}`)), "refused", "refuses this"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			q := onServer(t, c.server, "a-key-of-another-server").with("QS_PATIENCE=200ms")
			q.onDisk("a", []byte("a"))
			for _, verb := range []string{"list", "info", "link", "get", "rm", "send"} {
				args := []string{verb, "a"}
				if verb == "list" {
					args = args[:1]
				}
				r := q.run(args...).wants(1).says(c.says)
				if r.stdout != "" || strings.Count(r.stderr, "\n") != 1 || strings.ContainsAny(r.stderr, "\x1b\u202e") {
					t.Errorf("%s writes %q and says %q", verb, r.stdout, r.stderr)
				}
			}
			for name, s := range q.send(1, "a", filepath.Join("folder", "b")) {
				if s.State != "failed" || s.code() != c.code || filepath.Base(s.Path) != name {
					t.Errorf("%+v", s)
				}
			}
			if sent := q.send(1, "a", "b"); len(sent) != 2 {
				t.Errorf("%+v", sent)
			}
		})
	}
}

// A server that is away for a while when a command begins is waited for, and
// that is told.
func TestServerThatComesBack(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	const failures = 6 // some seconds of the backoff
	var asked atomic.Int64
	pass, busy := n.proxied(), answers(http.StatusServiceUnavailable, "text/plain", "")
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= failures {
			busy(w, r)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	q = q.with("QS_SERVER=" + server)
	q.onDisk("a", []byte("a"))
	q.run("send", "a").wants(0)
	n.wantOnly(1)
}

// How long that may be is said in words that are understood.
func TestPatienceOfTheEnvironment(t *testing.T) {
	t.Parallel()
	q := onServer(t, "http://127.0.0.1:1/v1", "key")
	for _, patience := range []string{"soon", "10", "0s", "-1m"} {
		q.with("QS_PATIENCE="+patience).run("list").wants(2).says("QS_PATIENCE", "30s or 10m")
	}
}

// Where the server does not tell its session, QS_SESSION does.
func TestSessionFromTheEnvironment(t *testing.T) {
	t.Parallel()
	direct, n := withServer(t)
	next := n.proxied()
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/session") {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
	q := direct.with("QS_SERVER=" + server)
	q.onDisk("a.txt", []byte("a"))
	q.run("send", "a.txt").wants(1).says("QS_SESSION")
	q.with("QS_SESSION="+n.Session).send(0, "a.txt")
	if f := direct.list()["a.txt"]; !f.Completed {
		t.Errorf("%+v", f)
	}
}

// Good files are sent although others beside them are not.
func TestBadFilesBesideGoodOnes(t *testing.T) {
	t.Parallel()
	eachStorage(t, func(t *testing.T, q qs) {
		q.onDisk("good", []byte("good"))
		q.onDisk("folder/also good", []byte("also good"))
		sent := q.sendEach(1, "missing", "good", "folder/not/there", "folder")
		for name, code := range map[string]string{"missing": "vanished", "there": "vanished", "good": "", "folder/also good": ""} {
			if s := sent[name]; s.code() != code || (s.State == "done") != (code == "") {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if list := q.list(); len(list) != 2 {
			t.Errorf("stored: %+v", list)
		}
		r := q.run("send", "missing", "good").wants(1).says("missing", "it is not there")
		if lines := strings.Split(strings.TrimSpace(r.stdout), "\n"); len(lines) != 1 || !strings.HasPrefix(lines[0], "good\t") {
			t.Errorf("send writes %q", r.stdout)
		}
	})
}

func TestNothingToSend(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	q.run("send", "--each", q.TempDir()).wants(0).says("there are no files in there")
}

// rm goes on after a key that is wrong.
func TestRemoveSeveral(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	first, second := n.stores("1", nil), n.stores("2", nil)
	r := q.run("rm", first, "no such key", second).wants(1).says("no such key: The storage does not have this file")
	if r.stdout != "" {
		t.Errorf("rm writes %q", r.stdout)
	}
	n.wantOnly(0)
}

// An upload that is not finished is shown as such, and cannot be fetched.
func TestUnfinishedUpload(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	key := n.begins("begun elsewhere")
	f := q.list()["begun elsewhere"]
	if f.Completed || f.FileKey != key || f.CID != nil {
		t.Errorf("%+v", f)
	}
	wantTexts(t, q.ok("list").stdout, "unfinished")
	q.run("get", key).wants(1).says("has not finished the file")
	q.run("link", key).wants(1).says("does not have this file")
	q.ok("rm", key)
	n.wantOnly(0)
}
