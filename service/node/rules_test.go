package node

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestRules(t *testing.T) {
	n := start(t, Config{Rules: Rules{MaxFiles: 2, MaxMegaBytes: 1}})
	u := n.begin("a", 2, 900_000)
	wantProblem(t, "too many bytes", n.json("POST", "/buckets", beginBody("b", 1, 100_001)), 403, "quota")
	n.begin("b", 1, 100_000)
	wantProblem(t, "too many files", n.json("POST", "/buckets", beginBody("c", 1, 0)), 403, "too_many_files")
	n.put(u, 1, make([]byte, 500_000))
	wantProblem(t, "more than declared", n.putPart(u, 2, bytes.NewReader(make([]byte, 400_001))), 403, "quota")
	n.put(u, 2, make([]byte, 400_000))
	session := decode[sessionAnswer](t, n.call("GET", "/session/current", nil))
	if *session.MaxFiles != 2 || *session.MaxTotalMegaBytes != 1 || session.Expiry != nil {
		t.Errorf("%+v", session)
	}
}

func TestSessionEnds(t *testing.T) {
	clock := newClock()
	n := startTuned(t, Config{Rules: Rules{Expiry: clock.now().Add(time.Hour)}}, clock.tuning())
	u := n.begin("name", 1, 10)
	tag := n.put(u, 1, make([]byte, 10))
	// The session ends while a part is on its way.
	body, w := io.Pipe()
	go func() {
		_, _ = w.Write(make([]byte, 5))
		clock.add(time.Hour)
		_ = w.Close()
	}()
	wantProblem(t, "part under way", n.putPart(u, 1, body), 403, "ended")
	wantProblem(t, "part", n.putPart(u, 1, strings.NewReader("x")), 403, "ended")
	wantProblem(t, "begin", n.json("POST", "/buckets", beginBody("n", 1, 1)), 403, "ended")
	wantProblem(t, "complete", n.complete(u, tag), 403, "ended")
	if len(n.list()) != 1 {
		t.Error("the list is gone")
	}
	session := decode[sessionAnswer](t, n.call("GET", "/session/current", nil))
	if *session.Expiry != clock.now().Unix() {
		t.Errorf("%+v", session)
	}
}

func TestSession(t *testing.T) {
	n := start(t, Config{SessionID: "our session"})
	got := n.call("GET", "/session/current", nil)
	s := decode[sessionAnswer](t, got)
	if s.ID != "our session" || s.ID != n.SessionID() || s.CreatorID == "" || s.Users[0].ID != s.CreatorID || s.Users[0].Role != "Host" {
		t.Errorf("%s", got.body)
	}
	for _, field := range []string{`"maxFiles":null`, `"maxTotalMegaBytes":null`, `"expiry":null`, `"passwordProtected":false`, `"whiteListAddresses":[]`} {
		if !bytes.Contains(got.body, []byte(field)) {
			t.Errorf("no %s in %s", field, got.body)
		}
	}
	if key := n.upload("name", nil); n.stat(key).CreatorID != s.CreatorID {
		t.Error("another creator")
	}
}

func TestTokensSeeTheirOwnBucket(t *testing.T) {
	dir := t.TempDir()
	var keys []string
	for i, token := range []string{"first", "second", "first"} {
		func() {
			n, err := Open(t.Context(), Config{Dir: dir, Token: token})
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close(t.Context())
			tn := testNode{n, t, newClient(t), dir}
			defer tn.client.CloseIdleConnections()
			if got := len(tn.list()); got != i/2 {
				t.Errorf("run %d sees %d files", i, got)
			}
			if i == 1 {
				wantProblem(t, "stat", tn.call("GET", "/buckets/file/"+keys[0], nil), 404, "not_found")
				wantProblem(t, "link", tn.call("GET", "/buckets/download/"+keys[0], nil), 404, "not_found")
				wantProblem(t, "delete", tn.call("DELETE", "/buckets/"+keys[0], nil), 404, "not_found")
			}
			keys = append(keys, tn.upload("name", []byte("hello")))
		}()
	}
}
