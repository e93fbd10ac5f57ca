package sink

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// What the Upload API takes as parts, in bytes, as docs/api.md tells.
const (
	maxBody       = 30_000_000
	hostedMinPart = 5 << 20
	nodeMinPart   = 256 << 10
	maxParts      = 10_000
)

// sessionID is what a client's names are sealed with.
const sessionID = "bench"

// uploadAPI is the wire of docs/api.md.
type uploadAPI struct{ *store }

func (a uploadAPI) routes(mux *http.ServeMux) {
	for pattern, handle := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /v1/session/current":        a.session,
		"GET /v1/buckets":                a.list,
		"POST /v1/buckets":               a.begin,
		"PUT /v1/buckets":                a.part,
		"POST /v1/buckets/complete":      a.complete,
		"DELETE /v1/buckets/{key}":       a.delete,
		"GET /v1/buckets/file/{key}":     a.stat,
		"GET /v1/buckets/download/{key}": a.link,
	} {
		mux.HandleFunc(pattern, a.guarded(handle))
	}
	mux.HandleFunc("GET /v1/content/{key}", a.content)
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, errNoObject) })
}

// guarded asks for a token, and says what went wrong as RFC 9457 has it.
func (a uploadAPI) guarded(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.modeNow().Node {
			w.Header().Set("Server", "QuickSync-Node")
		}
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !ok || token == "" {
			refuse(w, errNoToken)
			return
		}
		if err := handle(w, r); err != nil {
			refuse(w, err)
		}
	}
}

var (
	errNoToken  = errors.New("there is no token")
	errTooLarge = errors.New("the body is over 30,000,000 bytes")
	errBadCall  = errors.New("the call is not understood")
)

// problems are the status and the node's code for each error.
var problems = map[error]struct {
	status int
	code   string
}{
	errNoToken:    {http.StatusUnauthorized, "unauthorized"},
	errNoUpload:   {http.StatusNotFound, "no_such_upload"},
	errNoObject:   {http.StatusNotFound, "not_found"},
	errBadPart:    {http.StatusBadRequest, "bad_part"},
	errTooLarge:   {http.StatusRequestEntityTooLarge, "part_too_large"},
	errIncomplete: {http.StatusConflict, "incomplete"},
	errBadCall:    {http.StatusBadRequest, "bad_request"},
}

func refuse(w http.ResponseWriter, err error) {
	status, code := http.StatusInternalServerError, "internal"
	for known, p := range problems {
		if errors.Is(err, known) {
			status, code = p.status, p.code
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": err.Error(), "status": status, "code": code})
}

func answer(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(v)
}

func (a uploadAPI) session(w http.ResponseWriter, _ *http.Request) error {
	return answer(w, map[string]any{"id": sessionID, "creatorId": "sink", "maxFiles": 1 << 20, "maxTotalMegaBytes": 1 << 30})
}

// file is one element of the list.
type file struct {
	CreatorID string `json:"creatorId"`
	Completed bool   `json:"completed"`
	FileKey   string `json:"fileKey"`
	FileName  string `json:"fileName"`
	Parts     int    `json:"totalParts"`
	Size      int64  `json:"originalSizeInBytes"`
}

func fileOf(o *object) file {
	return file{CreatorID: "sink", Completed: true, FileKey: o.key, FileName: o.name, Parts: o.parts, Size: o.size}
}

func (a uploadAPI) list(w http.ResponseWriter, _ *http.Request) error {
	files := []file{}
	for _, o := range a.store.list() {
		files = append(files, fileOf(o))
	}
	for _, u := range a.unfinished() {
		files = append(files, file{CreatorID: "sink", FileKey: u.key, FileName: u.name, Parts: u.declared, Size: u.size})
	}
	return answer(w, files)
}

func (a uploadAPI) stat(w http.ResponseWriter, r *http.Request) error {
	o, err := a.store.stat(r.PathValue("key"))
	if err != nil {
		return err
	}
	return answer(w, fileOf(o))
}

// strict reads a body that has the documented fields and no others.
func strict(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", errBadCall, err)
	}
	return nil
}

func (a uploadAPI) begin(w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Parts int    `json:"totalParts"`
		Name  string `json:"encryptedName"`
		Size  int64  `json:"originalSizeInBytes"`
	}
	if err := strict(r, &want); err != nil {
		return err
	}
	if want.Parts < 1 || want.Parts > maxParts || want.Size < 0 || want.Name == "" {
		return errBadCall
	}
	u := a.store.begin(upload{name: want.Name, declared: want.Parts, size: want.Size})
	return answer(w, map[string]string{"uploadId": u.id, "fileKey": u.key})
}

func (a uploadAPI) part(w http.ResponseWriter, r *http.Request) error {
	id, key := r.Header.Get("uploadId"), r.Header.Get("key")
	number, err := strconv.Atoi(r.Header.Get("partNumber"))
	switch {
	case err != nil || r.ContentLength < 0:
		return errBadCall
	case r.ContentLength > maxBody:
		return errTooLarge
	}
	if err := a.check(id, key, number); err != nil {
		return err
	}
	t, err := a.take(r.Body)
	if err != nil {
		return err
	}
	p := part{size: t.size, tag: a.tag(t), body: t.body}
	if err := a.put(id, key, number, p); err != nil {
		return err
	}
	return answer(w, map[string]any{"tag": p.tag, "partNumber": number})
}

// tag is the node's, or one that nobody takes for a checksum: a random UUID in
// shape, where 32 or 64 hex digits might be an MD5 or a SHA-256.
func (a uploadAPI) tag(t taken) string {
	if m := a.modeNow(); m.CRCTags || m.Node {
		return fmt.Sprintf("crc32c-%08x", t.crc)
	}
	id := hexID()
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

func (a uploadAPI) complete(w http.ResponseWriter, r *http.Request) error {
	var want struct {
		Tags []string `json:"tags"`
		Key  string   `json:"key"`
	}
	if err := strict(r, &want); err != nil {
		return err
	}
	smallest := int64(hostedMinPart)
	if a.modeNow().Node {
		smallest = nodeMinPart
	}
	id := r.Header.Get("uploadId")
	if _, err := a.store.complete(id, want.Key, want.Tags, smallest); err != nil {
		return err
	}
	return answer(w, map[string]string{"uploadId": id, "fileKey": want.Key})
}

func (a uploadAPI) delete(w http.ResponseWriter, r *http.Request) error {
	if !a.remove(r.PathValue("key")) {
		return errNoObject
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a uploadAPI) link(w http.ResponseWriter, r *http.Request) error {
	o, err := a.store.stat(r.PathValue("key"))
	if err != nil {
		return err
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return answer(w, map[string]string{"url": scheme + "://" + r.Host + "/v1/content/" + o.key + "?signature=" + hexID()})
}

// content is behind a link: it asks for no token.
func (a uploadAPI) content(w http.ResponseWriter, r *http.Request) {
	o, err := a.store.stat(r.PathValue("key"))
	if err != nil {
		refuse(w, err)
		return
	}
	o.serve(w, r)
}
