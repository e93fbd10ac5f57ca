package session_test

import (
	"encoding/base64"
	"net/http"
	"syscall"
	"testing"
	"time"

	"quicksync.me/desktop/service/api"
	"quicksync.me/desktop/service/names"
	"quicksync.me/desktop/service/node"
	"quicksync.me/desktop/service/session"
	"quicksync.me/desktop/service/transfer"
)

func TestOpenOnANode(t *testing.T) {
	end := time.Now().Add(time.Hour).Truncate(time.Second)
	n := startNode(t, node.Config{Rules: node.Rules{MaxFiles: 7, MaxMegaBytes: 2, Expiry: end}})
	c := mustOpen(t, session.Config{ID: "here", Server: n.URL(), Token: n.Token(), SessionID: "another", HideNames: true})
	s := c.Session()
	if s.ID != n.SessionID() || s.Creator == "" || s.MaxFiles != 7 || s.MaxBytes != 2_000_000 || !s.Ends.Equal(end) {
		t.Errorf("session %+v", s)
	}
	target := c.Target()
	if target.ID != "here" || target.Session != n.SessionID() || target.Bucket != c.Client() || !c.HidesNames() || !c.NamesLinks() {
		t.Errorf("target %+v", target)
	}
	if target.Limits != transfer.Node {
		t.Errorf("the node was not known as one: %+v", target.Limits)
	}
	if files, err := c.Client().List(t.Context()); err != nil || len(files) != 0 {
		t.Errorf("%v, %v", files, err)
	}
}

func TestOpen(t *testing.T) {
	const told = `{"id":"told","creatorId":null,"expiry":null,"maxFiles":null,"maxTotalMegaBytes":null}`
	for what, c := range map[string]struct {
		status    int
		body      string
		sessionID string
		readable  bool
		want      string // the session ID of the connection
		err       error
		none      bool // no connection comes with the error
	}{
		"told":                       {status: 200, body: told, want: "told"},
		"told, and another is given": {status: 200, body: told, sessionID: "given", want: "told"},
		"not told":                   {status: 404, err: session.ErrNoSession, none: true},
		"not told, but given":        {status: 404, sessionID: "given", want: "given"},
		"not told, readable names":   {status: 404, readable: true},
		"wrong key":                  {status: 401, err: api.ErrUnauthorized, none: true},
		"wrong key, ID given":        {status: 401, sessionID: "given", want: "given", err: api.ErrUnauthorized},
		"server fails, ID given":     {status: 500, sessionID: "given", want: "given", err: api.ErrServer},
		"other JSON":                 {status: 200, body: `{"hello":"world"}`, err: api.ErrBadReply, none: true},
		"a list":                     {status: 200, body: `[]`, err: api.ErrBadReply, none: true},
		"a login page":               {status: 200, body: "<html>Room number?</html>", err: api.ErrNotQuickSync, none: true},
	} {
		t.Run(what, func(t *testing.T) {
			server := startServer(t, saysJSON(c.status, c.body))
			conn, err := open(t, session.Config{Server: server, Token: "T", SessionID: c.sessionID, HideNames: !c.readable})
			wantError(t, err, c.err)
			switch {
			case (conn == nil) != c.none:
				t.Errorf("connection %v", conn)
			case conn != nil && conn.Session().ID != c.want:
				t.Errorf("session ID %q, want %q", conn.Session().ID, c.want)
			}
		})
	}
}

// A connection to a server that is away is ready for when it is back.
func TestOpenWhileTheServerIsDown(t *testing.T) {
	conn, err := open(t, session.Config{Server: deadServer(t), Token: "T", HideNames: true})
	wantError(t, err, api.ErrNetwork)
	if conn != nil {
		t.Error("a connection that cannot make names")
	}

	n := startNode(t, node.Config{})
	up := false
	next := proxy(t, n)
	server := startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if up {
			next.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	conn, err = open(t, session.Config{Server: server, Token: n.Token(), SessionID: n.SessionID(), HideNames: true})
	wantError(t, err, api.ErrBusy)
	up = true
	if _, err := conn.Client().List(t.Context()); err != nil {
		t.Error(err)
	}
	conn.Close()
}

func TestOpenWithWhatIsNoServer(t *testing.T) {
	for _, server := range []string{"", "files.example.org", "ftp://files.example.org/v1", "https://user:word@files.example.org/v1"} {
		if conn, err := open(t, session.Config{Server: server, Token: "T", SessionID: "S", HideNames: true}); err == nil || conn != nil {
			t.Errorf("%q was opened", server)
		}
	}
}

func TestWrongTokenOnANode(t *testing.T) {
	n := startNode(t, node.Config{})
	conn, err := open(t, session.Config{Server: n.URL(), Token: "not " + n.Token()[4:], HideNames: true})
	wantError(t, err, api.ErrUnauthorized)
	if conn != nil {
		t.Error("a connection came with it")
	}
}

func TestEndOfAToken(t *testing.T) {
	jwt := func(payload string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
	}
	at := time.Unix(1_900_000_000, 0)
	for what, c := range map[string]struct {
		token  string
		expiry string // as the session tells it; "" where there is none
		want   time.Time
	}{
		"from the token":         {token: jwt(`{"exp":1900000000}`), want: at},
		"with a fraction":        {token: jwt(`{"exp":1900000000.75,"sub":"x"}`), want: at},
		"the session's is newer": {token: jwt(`{"exp":1900000000}`), expiry: "1800000000", want: time.Unix(1_800_000_000, 0)},
		"the session's is null":  {token: jwt(`{"exp":1900000000}`), expiry: "null", want: at},
		"the session's is odd":   {token: jwt(`{"exp":1900000000}`), expiry: `"soon"`, want: at},
		"no exp":                 {token: jwt(`{}`)},
		"exp is text":            {token: jwt(`{"exp":"1900000000"}`)},
		"exp is negative":        {token: jwt(`{"exp":-1}`)},
		"exp is no second":       {token: jwt(`{"exp":1900000000000}`)},
		"not JSON":               {token: jwt(`exp`)},
		"not base64":             {token: "e30.§.c2ln"},
		"two pieces":             {token: "e30.e30"},
		"no JWT":                 {token: "QmVhcmVy"},
	} {
		t.Run(what, func(t *testing.T) {
			answer := saysJSON(http.StatusNotFound, "")
			if c.expiry != "" {
				answer = saysJSON(http.StatusOK, `{"id":"told","expiry":`+c.expiry+`}`)
			}
			conn := mustOpen(t, session.Config{Server: startServer(t, answer), Token: c.token})
			if got := conn.Session().Ends; !got.Equal(c.want) {
				t.Errorf("ends %v, want %v", got, c.want)
			}
		})
	}
}

func TestHiddenNames(t *testing.T) {
	server := startServer(t, saysJSON(http.StatusOK, `{"id":"told"}`))
	c := mustOpen(t, session.Config{Server: server, Token: "T", HideNames: true})
	if !c.HidesNames() {
		t.Error("names are not hidden")
	}
	const name = "folder/Überraschung 🎁.txt"
	sealed, err := c.Target().Seal(name)
	if err != nil || sealed == name {
		t.Fatalf("%q, %v", sealed, err)
	}
	foreign, err := names.Seal(name, "another")
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[string]string{sealed: name, "plain.txt": "plain.txt", foreign: foreign, "": ""} {
		if got := c.PlainName(api.File{Name: sent}); got != want {
			t.Errorf("%q is shown as %q, want %q", sent, got, want)
		}
	}
	if limits := c.Target().Limits; limits != transfer.Hosted {
		t.Errorf("an unknown server gets %+v", limits)
	}
}

func TestReadableNames(t *testing.T) {
	server := startServer(t, saysJSON(http.StatusOK, `{"id":"told"}`))
	c := mustOpen(t, session.Config{Server: server, Token: "T"})
	target := c.Target()
	if c.HidesNames() || c.NamesLinks() {
		t.Error("names are hidden, or the server takes a name for a link")
	}
	for name, want := range map[string]string{"a/b ü.txt": "a/b ü.txt", "torn \xff.txt": "torn \uFFFD.txt"} {
		if got, err := target.Seal(name); err != nil || got != want {
			t.Errorf("%q was sent as %q, %v", name, got, err)
		}
	}
	// Others in the same storage may hide theirs.
	sealed, err := names.Seal("secret.txt", "told")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.PlainName(api.File{Name: sealed}); got != "secret.txt" {
		t.Errorf("a hidden name is shown as %q", got)
	}
}

// TestNamesAreChosenAnew: from then on. A name that was sent before is unique
// only where it was sealed, whatever holds now: what lies there under a readable
// one may be somebody else's.
func TestNamesAreChosenAnew(t *testing.T) {
	server := startServer(t, saysJSON(http.StatusOK, `{"id":"told"}`))
	readable := mustOpen(t, session.Config{ID: "c", Server: server, Token: "T"})
	hidden, err := readable.WithNames(true)
	if err != nil {
		t.Fatal(err)
	}
	back, err := hidden.WithNames(false)
	if err != nil {
		t.Fatal(err)
	}
	if readable.HidesNames() || !hidden.HidesNames() || back.HidesNames() {
		t.Error("a connection changed, or did not")
	}
	sealed, err := hidden.Target().Seal("plan.txt")
	if err != nil || sealed == "plan.txt" || hidden.PlainName(api.File{Name: sealed}) != "plan.txt" {
		t.Errorf("hidden as %q, %v", sealed, err)
	}
	if sent, err := back.Target().Seal("plan.txt"); err != nil || sent != "plan.txt" {
		t.Errorf("readable as %q, %v", sent, err)
	}
	for _, c := range []*session.Connection{readable, hidden, back} {
		target := c.Target()
		if !target.UniqueName(sealed) || target.UniqueName("plan.txt") {
			t.Errorf("hidden %v: a sealed name is not unique, or a readable one is", c.HidesNames())
		}
		if target.ID != "c" || target.Storage != readable.Target().Storage || target.Bucket != readable.Client() {
			t.Errorf("target %+v", target)
		}
	}
	nameless := mustOpen(t, session.Config{Server: startServer(t, saysJSON(http.StatusNotFound, `{}`)), Token: "T"})
	_, err = nameless.WithNames(true)
	wantError(t, err, session.ErrNoSession)
}

func TestLinkLifetimeReachesTheTarget(t *testing.T) {
	server := startServer(t, saysJSON(http.StatusOK, `{"id":"told"}`))
	lifetime := func() time.Duration { return 3 * time.Hour }
	c := mustOpen(t, session.Config{Server: server, Token: "T", LinkLifetime: lifetime})
	if got := c.Target().LinkLifetime(); got != lifetime() {
		t.Errorf("%v", got)
	}
}

// TestOfflineReachesTheTarget: a storage elsewhere needs a network, and one on
// this computer none.
func TestOfflineReachesTheTarget(t *testing.T) {
	gone := func() bool { return true }
	n := startNode(t, node.Config{})
	here := mustOpen(t, session.Config{Server: n.URL(), Token: n.Token(), Gone: gone})
	if target := here.Target(); target.Offline != nil || !target.Here {
		t.Error("this computer's own storage waits for a network")
	}
	conn, err := session.Open(t.Context(), session.Config{Server: api.DefaultServer, Token: "T", Gone: gone, Transport: cut{}})
	wantError(t, err, api.ErrOffline)
	if target := conn.Target(); target.Offline == nil || !target.Offline() || target.Here {
		t.Error("a storage elsewhere does without one")
	}
}

// cut is a line that leads nowhere.
type cut struct{}

func (cut) RoundTrip(*http.Request) (*http.Response, error) { return nil, syscall.ENETUNREACH }
