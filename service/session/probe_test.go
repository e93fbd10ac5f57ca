package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/session"
)

var steps = []session.StepName{
	session.StepReach, session.StepKey, session.StepSession, session.StepSend,
	session.StepComplete, session.StepFetch, session.StepDelete,
}

// probed is what a Probe told.
type probed struct {
	report string
	err    error
	begun  []session.StepName
	ended  []error
}

func probe(t *testing.T, cfg session.Config) (p probed) {
	t.Helper()
	transport := api.NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	cfg.Transport = transport
	p.report, p.err = session.Probe(t.Context(), cfg,
		func(s session.StepName) { p.begun = append(p.begun, s) },
		func(s session.StepName, err error) {
			if s != p.begun[len(p.begun)-1] {
				t.Errorf("%s ends, but what began last was %v", s, p.begun)
			}
			p.ended = append(p.ended, err)
		})
	return p
}

func TestProbeOfANode(t *testing.T) {
	n := startNode(t, node.Config{})
	for what, hide := range map[string]bool{"hidden names": true, "readable names": false} {
		t.Run(what, func(t *testing.T) {
			p := probe(t, session.Config{Server: n.URL(), Token: n.Token(), HideNames: hide})
			if p.err != nil || !slices.Equal(p.begun, steps) || !slices.Equal(p.ended, make([]error, len(steps))) {
				t.Errorf("%v %v %v", p.err, p.begun, p.ended)
			}
			want := "QuickSync connection test of " + n.URL() + "\n"
			for _, s := range steps {
				want += string(s) + ": ok\n"
			}
			if p.report != want {
				t.Errorf("the report is %q", p.report)
			}
			wantEmpty(t, n)
		})
	}
}

func wantEmpty(t *testing.T, n *node.Node) {
	t.Helper()
	if u, err := n.Usage(t.Context()); err != nil || u.Files != 0 || u.Bytes != 0 {
		t.Errorf("left on the node: %+v, %v", u, err)
	}
}

// A fault spoils calls of a Probe that otherwise go to a node.
type fault struct {
	step session.StepName
	// call is the start of the request line that is spoiled, the nth time it
	// comes; 0 means each time.
	call string
	nth  int
	// acts tells that the node gets the call all the same.
	acts   bool
	answer http.HandlerFunc
	want   error
}

// echo refuses a call and gives back what it was sent, the key among it.
func echo(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "we do not like "+r.Header.Get("Authorization"), http.StatusBadRequest)
}

// hangUp ends the connection without a word.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

var faults = map[string]fault{
	"a login page":          {session.StepReach, "GET /v1/buckets", 0, false, says(200, "text/html", "<html>Room?</html>"), api.ErrNotQuickSync},
	"a redirect to a login": {session.StepReach, "GET /v1/buckets", 0, false, http.RedirectHandler("/login", http.StatusFound).ServeHTTP, api.ErrNotQuickSync},
	"another address":       {session.StepReach, "GET /v1/buckets", 0, false, http.NotFound, api.ErrNotQuickSync},
	"hangs up":              {session.StepReach, "GET /v1/buckets", 0, false, hangUp, api.ErrNetwork},
	"wrong key":             {session.StepKey, "GET /v1/buckets", 0, false, saysJSON(401, `{"title":"no"}`), api.ErrUnauthorized},
	"other JSON":            {session.StepKey, "GET /v1/buckets", 0, false, saysJSON(200, `{"hello":"world"}`), api.ErrBadReply},
	"list refused":          {session.StepKey, "GET /v1/buckets", 0, false, echo, api.ErrRefused},
	"session not told":      {session.StepSession, "GET /v1/session", 0, false, http.NotFound, session.ErrNoSession},
	"session fails":         {session.StepSession, "GET /v1/session", 0, false, saysJSON(500, ``), api.ErrServer},
	"begin refused":         {session.StepSend, "POST /v1/buckets", 0, false, echo, api.ErrRefused},
	"begin not answered":    {session.StepSend, "POST /v1/buckets", 0, true, hangUp, api.ErrNetwork},
	"part refused":          {session.StepSend, "PUT /v1/buckets", 0, false, saysJSON(413, `{"code":"part_too_large"}`), api.ErrTooLarge},
	"part not answered":     {session.StepSend, "PUT /v1/buckets", 0, true, hangUp, api.ErrNetwork},
	"complete refused":      {session.StepComplete, "POST /v1/buckets/complete", 0, false, echo, api.ErrRefused},
	"complete not answered": {session.StepComplete, "POST /v1/buckets/complete", 0, true, hangUp, api.ErrNetwork},
	"no link":               {session.StepFetch, "GET /v1/buckets/download/", 0, false, saysJSON(200, `{"url":null}`), api.ErrBadReply},
	"a link to nowhere":     {session.StepFetch, "GET /v1/buckets/download/", 0, false, saysJSON(200, `{"url":"http://127.0.0.1:1/secret?sig=SECRET"}`), api.ErrNetwork},
	"other bytes":           {session.StepFetch, "GET /d/", 0, false, says(200, "application/octet-stream", "other bytes"), nil},
	"link refused":          {session.StepFetch, "GET /d/", 0, false, saysJSON(403, `{"code":"forbidden"}`), api.ErrForbidden},
	"delete refused":        {session.StepDelete, "DELETE /v1/buckets/", 1, false, echo, api.ErrRefused},
	"delete fails":          {session.StepDelete, "DELETE /v1/buckets/", 1, false, saysJSON(500, ``), api.ErrServer},
}

func TestProbeNamesTheStepThatFails(t *testing.T) {
	for what, f := range faults {
		t.Run(what, func(t *testing.T) {
			n := startNode(t, node.Config{Token: "the-key-of-the-node"})
			server := startServer(t, f.before(proxy(t, n)))
			p := probe(t, session.Config{Server: server, Token: n.Token(), HideNames: true})
			at := slices.Index(steps, f.step)
			if !slices.Equal(p.begun, steps[:at+1]) || len(p.ended) != at+1 || p.ended[at] != p.err {
				t.Errorf("begun %v, ended %v", p.begun, p.ended)
			}
			if f.want != nil {
				wantError(t, p.err, f.want)
			}
			if p.err == nil || !strings.Contains(p.report, "\n"+string(f.step)+": "+p.err.Error()+"\n") {
				t.Errorf("%v; the report is %q", p.err, p.report)
			}
			for _, secret := range []string{n.Token(), "/d/", "sig=", "/secret", "SECRET"} {
				if strings.Contains(p.report, secret) {
					t.Errorf("the report holds %q: %q", secret, p.report)
				}
			}
			wantEmpty(t, n)
		})
	}
}

// before puts the fault before a server. Links lead through it as well.
func (f fault) before(next http.Handler) http.Handler {
	times := 0 // the calls of a Probe come one after another
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Method+" "+r.URL.Path, f.call) {
			viaHere(next, w, r)
			return
		}
		if times++; f.nth > 0 && times != f.nth {
			next.ServeHTTP(w, r)
			return
		}
		if f.acts {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		f.answer(w, r)
	})
}

// viaHere passes a call on, and turns links to the node into links to here.
func viaHere(next http.Handler, w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/v1/buckets/download/") {
		next.ServeHTTP(w, r)
		return
	}
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	head, rest, _ := strings.Cut(rec.Body.String(), "http://")
	_, path, _ := strings.Cut(rest, "/")
	saysJSON(rec.Code, head+"http://"+r.Host+"/"+path)(w, r)
}

func TestProbeOfNoServer(t *testing.T) {
	for _, server := range []string{deadServer(t), "nonsense", deadServer(t) + "#key=TOKEN", "host/v1#key=TOKEN", "https://me:TOKEN@host"} {
		p := probe(t, session.Config{Server: server, Token: "TOKEN", HideNames: true})
		if p.err == nil || len(p.ended) != 1 || p.begun[0] != session.StepReach || strings.Contains(p.report, "TOKEN") {
			t.Errorf("%s: %v %q", server, p.begun, p.report)
		}
	}
}

// A Probe that is cancelled still deletes what it had sent.
func TestProbeCancelled(t *testing.T) {
	n := startNode(t, node.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	transport := api.NewTransport()
	defer transport.CloseIdleConnections()
	cfg := session.Config{Server: n.URL(), Token: n.Token(), HideNames: true, Transport: transport}
	_, err := session.Probe(ctx, cfg, func(s session.StepName) {
		if s == session.StepFetch {
			cancel()
		}
	}, func(session.StepName, error) {})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wantEmpty(t, n)
}
