package strict

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The bounds of docs/api.md, in bytes but for the last.
const (
	step     = 256 << 10
	minPart  = 5 << 20
	maxBody  = 30_000_000
	maxParts = 10_000
)

// usual are headers that any call may have: those of HTTP itself, and the key.
var usual = []string{"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "User-Agent"}

// known are the headers that a call has beside the usual ones; all of them must
// be there.
var known = map[string][]string{
	"begin":    {"Content-Type"},
	"part":     {"Content-Type", "Uploadid", "Key", "Partnumber"},
	"complete": {"Content-Type", "Uploadid"},
	"fetch":    {"Range"},
}

// contentTypes are those of the calls that have bodies.
var contentTypes = map[string]string{
	"begin": "application/json", "part": "application/octet-stream", "complete": "application/json",
}

// broke notes a violation.
func (s *Server) broke(c Call, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.brokeLocked(c, format, args...)
}

// brokeLocked is broke for callers that hold s.mu.
func (s *Server) brokeLocked(c Call, format string, args ...any) {
	what := c.Op
	if c.Part > 0 {
		what += fmt.Sprintf(" %d", c.Part)
	}
	s.broken = append(s.broken, strings.TrimSpace(what+" "+c.Key)+": "+fmt.Sprintf(format, args...))
}

// Violations are what the clients have done that no well-behaved one does.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.broken)
}

// judge looks at what a request says before its body comes.
func (s *Server) judge(c Call, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c.Op]++
	if c.Op == "" {
		s.brokeLocked(c, "there is no %s %s", r.Method, r.URL.EscapedPath())
		return
	}
	if s.refused[s.identity(c, r)] {
		s.brokeLocked(c, "it was refused for good, and comes again")
	}
	for _, wrong := range []string{wrongHeaders(c, r), wrongLength(c, r), wrongAddress(c, r)} {
		if wrong != "" {
			s.brokeLocked(c, "%s", wrong)
		}
	}
}

func wrongHeaders(c Call, r *http.Request) string {
	for name := range r.Header {
		if !slices.Contains(usual, name) && !slices.Contains(known[c.Op], name) {
			return "the header " + name + " is not for this call"
		}
	}
	for _, name := range known[c.Op] {
		if r.Header.Get(name) == "" {
			return "the header " + name + " is missing"
		}
	}
	if want := contentTypes[c.Op]; r.Header.Get("Content-Type") != want {
		return fmt.Sprintf("its Content-Type is %q, want %q", r.Header.Get("Content-Type"), want)
	}
	if c.Op == "fetch" && r.Header.Get("Authorization") != "" {
		return "the key is shown to a link"
	}
	return ""
}

func wrongLength(c Call, r *http.Request) string {
	switch {
	case len(r.TransferEncoding) > 0 || r.ContentLength < 0:
		return "the length of the body is not told"
	case contentTypes[c.Op] == "" && r.ContentLength != 0:
		return "it has a body"
	case contentTypes[c.Op] != "" && r.Header.Get("Content-Length") == "":
		return "it has no Content-Length"
	}
	return ""
}

func wrongAddress(c Call, r *http.Request) string {
	if r.URL.RawQuery != "" && c.Op != "fetch" {
		return "it has a query"
	}
	if r.ProtoMajor != 1 || r.ProtoMinor != 1 {
		return "it speaks " + r.Proto
	}
	return ""
}

// wrongPart says what is wrong with the number and the size of a part.
func (u *upload) wrongPart(number int, size int64) string {
	last := number == u.total
	switch {
	case number < 1 || number > u.total:
		return fmt.Sprintf("there is no part %d of %d", number, u.total)
	case size > maxBody:
		return fmt.Sprintf("a part has at most %d bytes, this has %d", maxBody, size)
	case !last && (size < minPart || size%step != 0):
		return fmt.Sprintf("a part but the last has a multiple of %d bytes, at least %d: this has %d", step, minPart, size)
	case last && number > 1 && size == 0:
		return "the last part is empty"
	case size > u.size:
		return "it is larger than its file"
	}
	return ""
}

// identity is the same for two calls that ask for the same with the same key.
// Callers hold s.mu.
func (s *Server) identity(c Call, r *http.Request) string {
	return fmt.Sprintf("%s\n%s\n%s\n%d\n%s\n%s", c.Op, c.Key, c.UploadID, c.Part, r.Header.Get("Authorization"), r.URL.RawQuery)
}

// mayComeAgain are refusals after which the same call may be made again: those
// that ask to wait, and those of calls whose bodies may differ.
func mayComeAgain(c Call, status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return c.Op == "begin" || c.Op == "complete" || c.Op == "list" || c.Op == "session"
	}
}
