package strict

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Call is one request, as far as its line and headers tell.
type Call struct {
	// Op is session, list, begin, part, complete, stat, delete, link or fetch;
	// empty where the API has no such call.
	Op string
	// Key is the file's; empty for session, list and begin.
	Key string
	// Name and Parts are those of the file, as its begin declares them; empty
	// where the call is about none that the server knows.
	Name  string
	Parts int
	// UploadID is that of a part or a complete.
	UploadID string
	// Part is the number of a part; 0 for other calls, and where it is none.
	Part int
}

// The paths of the API, each with its calls by their methods. Where one ends
// with a slash, a file's key follows.
var paths = map[string]map[string]string{
	"/v1/session/current":   {http.MethodGet: "session"},
	"/v1/buckets":           {http.MethodGet: "list", http.MethodPost: "begin", http.MethodPut: "part"},
	"/v1/buckets/complete":  {http.MethodPost: "complete"},
	"/v1/buckets/":          {http.MethodDelete: "delete"},
	"/v1/buckets/file/":     {http.MethodGet: "stat"},
	"/v1/buckets/download/": {http.MethodGet: "link"},
	presigned:               {http.MethodGet: "fetch"},
}

// presigned is where links lead to.
const presigned = "/presigned/"

func callOf(r *http.Request) Call {
	path, key := r.URL.EscapedPath(), ""
	if _, whole := paths[path]; !whole {
		at := strings.LastIndexByte(path, '/') + 1
		path, key = path[:at], path[at:]
	}
	c := Call{Op: paths[path][r.Method], UploadID: r.Header.Get("uploadId")}
	c.Key, _ = url.PathUnescape(key)
	if c.Op == "part" {
		c.Key = r.Header.Get("key")
		c.Part, _ = strconv.Atoi(r.Header.Get("partNumber"))
	}
	return c
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.count(&s.active, 1)
	defer s.count(&s.active, -1)
	s.heard(r.RemoteAddr)
	c := s.identified(callOf(r), r)
	r.Body = s.line.slowed(r.Body)
	said := &answer{ResponseWriter: w}
	var a *Attempt
	if c.Op == "part" {
		counted := &countedBody{ReadCloser: r.Body}
		r.Body = counted
		a = s.opened(c, r)
		defer func() { s.closed(a, counted.n.Load(), said.status) }()
	}
	s.judge(c, r)
	act := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.act(c, a, w, r) })
	if s.cfg.Spoil != nil {
		if fault := s.cfg.Spoil(c); fault != nil {
			fault(act, said, r)
			return
		}
	}
	act(said, r)
}

// identified adds to a call what is known of its file.
func (s *Server) identified(c Call, r *http.Request) Call {
	if c.Op == "begin" {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		var declared beginBody
		_ = json.Unmarshal(body, &declared) // it is judged when it is acted on
		c.Name, c.Parts = declared.Name, declared.Parts
		return c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, u := range s.files {
		if key == c.Key || c.Op == "complete" && u.id == c.UploadID {
			c.Key, c.Name, c.Parts = key, u.name, u.total
		}
	}
	return c
}

// failing ends a body as it ended before: with this error, or well.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// answer remembers the status that went out.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets an http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Files are what the server holds, unfinished uploads among them, as they were
// begun.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []File
	for _, key := range s.order {
		u := s.files[key]
		all = append(all, File{Key: key, Name: u.name, Size: u.size, Parts: u.total, Completed: u.completed})
	}
	return all
}

// File is one file that a server holds.
type File struct {
	// Key and Name are as they were sent or told; the name is sealed.
	Key, Name string
	// Size is declared, in bytes, as are Parts.
	Size  int64
	Parts int
	// Completed is false for an upload that is not finished.
	Completed bool
}

// drop removes a file. Callers hold s.mu.
func (s *Server) drop(key string) {
	delete(s.files, key)
	s.order = slices.DeleteFunc(s.order, func(k string) bool { return k == key })
}
