package node

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quicksync.me/desktop/service/node/store"
)

const (
	defaultLinkLife = 7 * 24 * time.Hour
	maxLinkLife     = 30 * 24 * time.Hour
	// maxLinkName bounds the name in a link in bytes, several times what a file
	// system takes.
	maxLinkName = 1 << 10
)

type downloadAnswer struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// download answers a link to a finished file. Its host is the one that the
// request came to, which the guard has checked.
func (a *api) download(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	f, err := a.store.Stat(r.Context(), owner, r.PathValue("fileId"))
	if err != nil {
		return err
	}
	if !f.Completed {
		return store.ErrNotFound
	}
	life, err := linkLife(r.URL.Query().Get("expires"))
	if err != nil {
		return err
	}
	name := r.URL.Query().Get(paramName)
	if len(name) > maxLinkName {
		return badRequest("filename has at most " + strconv.Itoa(maxLinkName) + " bytes.")
	}
	expires := a.now().Add(life).UTC().Truncate(time.Second)
	writeJSON(w, downloadAnswer{
		URL:     "http://" + r.Host + a.downloads.links.sign(f.Key, name, expires),
		Expires: expires,
	})
	return nil
}

// linkLife reads for how long a link is wanted.
func linkLife(seconds string) (time.Duration, error) {
	if seconds == "" {
		return defaultLinkLife, nil
	}
	const longest = int64(maxLinkLife / time.Second)
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n < 1 || n > longest {
		return 0, badRequest("expires is a number of seconds, 1 to " + strconv.FormatInt(longest, 10) + ".")
	}
	return time.Duration(n) * time.Second, nil
}

// downloads serves what signed links lead to.
type downloads struct {
	store backend
	links signer
	now   func() time.Time
	log   *slog.Logger
}

// ServeHTTP serves the content whole or in ranges, in a way that no browser
// takes for a page of this address.
func (d *downloads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	name, err := d.links.check(key, r.URL.RawQuery, d.now())
	if err != nil {
		refuse(w, r, linkProblem(err))
		return
	}
	f, content, err := d.store.Open(r.Context(), key)
	if errors.Is(err, store.ErrNotFound) {
		refuse(w, r, problem{Status: http.StatusNotFound, Code: codeNotFound, Detail: "This file has been deleted."})
		return
	}
	if err != nil {
		fail(d.log, w, r, err)
		return
	}
	defer content.Close()
	setDownloadHeaders(w.Header(), name, f.CID)
	http.ServeContent(w, r, "", time.Time{}, content)
}

func setDownloadHeaders(h http.Header, name, cid string) {
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(name))
	h.Set("ETag", strconv.Quote(cid))
	h.Set("Cache-Control", "private, no-transform")
	setSandbox(h)
}

func setSandbox(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Referrer-Policy", "no-referrer")
}

func linkProblem(err error) problem {
	if errors.Is(err, errLinkEnded) {
		return problem{Status: http.StatusForbidden, Code: codeLinkEnded, Detail: "This link has ended. Ask for a new one."}
	}
	return problem{Status: http.StatusForbidden, Code: codeForbidden, Detail: "This link is not complete. Copy all of it, or ask for a new one."}
}

// refuse answers a link that leads nowhere: to a browser with a sentence, to a
// program with a problem. The texts are fixed; nothing of the request is in them.
func refuse(w http.ResponseWriter, r *http.Request, p problem) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		writeProblem(w, p)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	setSandbox(h)
	w.WriteHeader(p.Status)
	_, _ = io.WriteString(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>QuickSync</title><p>"+p.Detail+"</p></html>\n")
}
