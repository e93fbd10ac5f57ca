package main_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// TestPortalOnTheWay: a login page that takes the server's place while a file is
// sent fails nothing. Somebody is told to sign in, once, and it goes on.
func TestPortalOnTheWay(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	const pages = 6 // some seconds of the backoff
	var shown atomic.Int64
	pass, login := n.proxied(), answers(http.StatusOK, "text/html", loginPage)
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && shown.Add(1) <= pages {
			login(w, r)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	q = q.with("QS_SERVER=" + server)
	q.onDisk("a", []byte("a"))
	r := q.run("send", "a").wants(0)
	if strings.Count(r.stderr, "wants a sign-in first: open a browser") != 1 {
		t.Errorf("it says %q", r.stderr)
	}
	n.wantOnly(1)
}
