package node

import (
	"crypto/subtle"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/service/node/store"
)

// api answers the calls of the Upload API.
type api struct {
	store     backend
	downloads *downloads
	watcher   *watcher
	rules     Rules
	now       func() time.Time
	log       *slog.Logger

	owner   store.Owner
	creator string
	session string
}

// call answers one request of an owner; an error becomes a problem.
type call func(w http.ResponseWriter, r *http.Request, owner store.Owner) error

// routes are the paths of the API with what each method does there.
func (a *api) routes() map[string]map[string]call {
	return map[string]map[string]call{
		"/v1/buckets": {
			http.MethodGet:  a.list,
			http.MethodPost: a.begin,
			http.MethodPut:  a.part,
		},
		"/v1/buckets/complete":          {http.MethodPost: a.complete},
		"/v1/buckets/{fileId}":          {http.MethodDelete: a.delete},
		"/v1/buckets/file/{fileId}":     {http.MethodGet: a.file},
		"/v1/buckets/download/{fileId}": {http.MethodGet: a.download},
		"/v1/session/current":           {http.MethodGet: a.current},
	}
}

// mainHandler is the handler of the listener of the API.
func mainHandler(a *api, addr netip.AddrPort, tune tuning, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	for path, calls := range a.routes() {
		m := make(methods)
		for method, do := range calls {
			m[method] = a.authorized(do)
		}
		mux.Handle(path, m)
	}
	mux.Handle(downloadPath+"{key}", methods{http.MethodGet: a.downloads})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, problem{Status: http.StatusNotFound, Code: codeNotFound, Detail: "There is nothing at this path."})
	})
	return tune.patient(named(newGuard(addr, log).wrap(mux)))
}

// serverName tells a client, in the header Server of every answer, that it may
// use what the node adds to the API of the hosted service.
const serverName = "QuickSync-Node"

func named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", serverName)
		next.ServeHTTP(w, r)
	})
}

// methods are the handlers of one path. http.ServeMux could choose by method
// too, but would answer a wrong one with text instead of a problem.
type methods map[string]http.Handler

// ServeHTTP serves by method; HEAD is a GET whose body the server holds back.
func (m methods) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if h, ok := m[method]; ok {
		h.ServeHTTP(w, r)
		return
	}
	allow := strings.Join(slices.Sorted(maps.Keys(m)), ", ")
	writeProblem(w, problem{
		Status: http.StatusMethodNotAllowed, Code: codeBadMethod,
		Detail: "This path answers " + allow + ".", allow: allow,
	})
}

// authorized lets a call through for whoever holds a token.
func (a *api) authorized(do call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		owner, ok := a.ownerOf(r)
		if !ok {
			writeProblem(w, problem{Status: http.StatusUnauthorized, Code: codeUnauthorized, Detail: "The token is missing or not this node's."})
			return
		}
		if err := do(w, r, owner); err != nil {
			fail(a.log, w, r, err)
		}
	})
}

// ownerOf finds whose token a request carries. Digests are compared, so that
// neither contents nor length of the token show in the time it takes.
func (a *api) ownerOf(r *http.Request) (store.Owner, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	owner := ownerOf(strings.TrimSpace(token))
	same := subtle.ConstantTimeCompare(owner[:], a.owner[:]) == 1
	return owner, same && strings.EqualFold(scheme, "Bearer")
}

// sessionAnswer is the session as the hosted service shows it. What has no
// limit is null, and an expiry is in seconds since 1970.
type sessionAnswer struct {
	ID                 string   `json:"id"`
	CreatorID          string   `json:"creatorId"`
	Expiry             *int64   `json:"expiry"`
	MaxFiles           *int     `json:"maxFiles"`
	MaxUsers           int      `json:"maxUsers"`
	Users              []user   `json:"users"`
	MaxTotalMegaBytes  *int     `json:"maxTotalMegaBytes"`
	PasswordProtected  bool     `json:"passwordProtected"`
	WhiteListAddresses []string `json:"whiteListAddresses"`
}

type user struct {
	ID      string `json:"id"`
	Role    string `json:"role"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// current answers the session: one host, whoever holds the token.
func (a *api) current(w http.ResponseWriter, _ *http.Request, _ store.Owner) error {
	s := sessionAnswer{
		ID:                 a.session,
		CreatorID:          a.creator,
		MaxFiles:           limit(a.rules.MaxFiles),
		MaxUsers:           1,
		Users:              []user{{ID: a.creator, Role: "Host"}},
		MaxTotalMegaBytes:  limit(a.rules.MaxMegaBytes),
		WhiteListAddresses: []string{},
	}
	if !a.rules.Expiry.IsZero() {
		expiry := a.rules.Expiry.Unix()
		s.Expiry = &expiry
	}
	writeJSON(w, s)
	return nil
}

func limit(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// open fails once the session has ended.
func (a *api) open() error {
	if a.rules.ended(a.now()) {
		return endedProblem
	}
	return nil
}
