package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"quicksync.me/desktop/service/node/store"
)

// The codes by which a client tells problems apart. They are part of the API:
// texts may change, these do not.
const (
	codeUnauthorized = "unauthorized"
	codeForbidden    = "forbidden"
	codeNotFound     = "not_found"
	codeNoUpload     = "no_such_upload"
	codeBadRequest   = "bad_request"
	codeBadMethod    = "method_not_allowed"
	codeStalled      = "stalled"
	codeBadPart      = "bad_part"
	codePartTooLarge = "part_too_large"
	codeIncomplete   = "incomplete"
	codeQuota        = "quota"
	codeTooManyFiles = "too_many_files"
	codeDiskFull     = "disk_full"
	codeEnded        = "ended"
	codeLinkEnded    = "link_ended"
	codeInternal     = "internal"
)

// problem is an answer that is not a success, in the form of RFC 9457.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Code   string `json:"code"`
	// Parts are those that a complete failed for.
	Parts []int `json:"parts,omitempty"`

	// allow is the Allow header of a 405.
	allow string
}

// Error lets a problem travel as an error until it is answered.
func (p problem) Error() string { return p.Detail }

var (
	internalProblem = problem{Status: http.StatusInternalServerError, Code: codeInternal, Detail: "Something failed in the node; its log says what."}
	endedProblem    = problem{Status: http.StatusForbidden, Code: codeEnded, Detail: "The session has ended; it takes no more files."}
	tooLargeProblem = problem{Status: http.StatusRequestEntityTooLarge, Code: codePartTooLarge, Detail: fmt.Sprintf("A part has at most %d bytes.", store.MaxPart)}
	missingProblem  = problem{Status: http.StatusNotFound, Code: codeNotFound, Detail: "There is no such file."}
)

// answers translate what a store reports. The first that matches counts: a body
// that stalled has also ended early, but may come whole the next time.
var answers = []struct {
	is      error
	problem problem
}{
	{os.ErrDeadlineExceeded, problem{Status: http.StatusRequestTimeout, Code: codeStalled, Detail: "Nothing of the body came for too long."}},
	{store.ErrDiskFull, problem{Status: http.StatusInsufficientStorage, Code: codeDiskFull, Detail: "The node's disk is full."}},
	{store.ErrNotFound, missingProblem},
	{store.ErrNoUpload, problem{Status: http.StatusNotFound, Code: codeNoUpload, Detail: "There is no such upload under way."}},
	{store.ErrBadPart, problem{Status: http.StatusBadRequest, Code: codeBadPart, Detail: "The upload has no part of this number."}},
	{store.ErrPartTooLarge, tooLargeProblem},
	{store.ErrQuota, problem{Status: http.StatusForbidden, Code: codeQuota, Detail: "The session has no room for so many bytes."}},
	{store.ErrTooManyFiles, problem{Status: http.StatusForbidden, Code: codeTooManyFiles, Detail: "The session has as many files as it may have."}},
	{store.ErrBody, problem{Status: http.StatusBadRequest, Code: codeBadRequest, Detail: "The body ended early."}},
}

// problemOf finds the answer to an error; whatever it does not know is internal.
func problemOf(err error) problem {
	if p, ok := errors.AsType[problem](err); ok {
		return p
	}
	if incomplete, ok := errors.AsType[*store.IncompleteError](err); ok {
		return problem{Status: http.StatusBadRequest, Code: codeIncomplete, Detail: incomplete.Reason, Parts: incomplete.Parts}
	}
	for _, a := range answers {
		if errors.Is(err, a.is) {
			return a.problem
		}
	}
	return internalProblem
}

// fail answers an error, and logs it where nobody else would learn of it. Where
// the answer has begun it cuts the connection: half an answer must not pass for
// a whole one.
func fail(log *slog.Logger, w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		log.Error("node: request failed", "method", r.Method, "route", r.Pattern, "code", p.Code, "error", err)
	}
	if !writeProblem(w, p) {
		panic(http.ErrAbortHandler)
	}
}

// writeProblem answers a problem and tells whether there was still an answer to
// give: false means that the handler had begun one.
func writeProblem(w http.ResponseWriter, p problem) bool {
	if b, ok := w.(interface{ begun() bool }); ok && b.begun() {
		return false
	}
	p.Title = http.StatusText(p.Status)
	for _, name := range []string{"Content-Disposition", "Content-Length", "ETag"} {
		w.Header().Del(name) // those of an answer that was about to begin
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="QuickSync"`)
	}
	if p.allow != "" {
		w.Header().Set("Allow", p.allow)
	}
	writeBody(w, p.Status, "application/problem+json", p)
	return true
}

func writeJSON(w http.ResponseWriter, body any) {
	writeBody(w, http.StatusOK, "application/json", body)
}

func writeBody(w http.ResponseWriter, status int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // a link's & is to be read by people and scripts too
	_ = e.Encode(body)     // whoever no longer listens is told nothing
}
