package node

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"quicksync.me/desktop/service/node/store"
)

const (
	// maxName bounds an encrypted name in bytes.
	maxName = 64 << 10
	// maxJSON bounds a body of JSON in bytes: a name of maxName that is all
	// escapes, or the tags of store.MaxParts parts, fit.
	maxJSON = 1 << 20
)

// fileAnswer is a file as the API shows it.
type fileAnswer struct {
	CreatorID  string `json:"creatorId"`
	Completed  bool   `json:"completed"`
	FileKey    string `json:"fileKey"`
	FileName   string `json:"fileName"`
	TotalParts int    `json:"totalParts"`
	Size       int64  `json:"originalSizeInBytes"`
	CID        string `json:"cid,omitempty"`
}

// uploadAnswer names an upload.
type uploadAnswer struct {
	UploadID string `json:"uploadId"`
	FileKey  string `json:"fileKey"`
}

type partAnswer struct {
	Tag        string `json:"tag"`
	PartNumber int    `json:"partNumber"`
}

func (a *api) show(f store.File) fileAnswer {
	return fileAnswer{
		CreatorID: a.creator, Completed: f.Completed, FileKey: f.Key, FileName: f.Name,
		TotalParts: f.TotalParts, Size: f.Size, CID: f.CID,
	}
}

// list answers all files of the owner as they are read: their number is not
// bounded, so they are never all in memory. When reading fails after the answer
// has begun, the connection is cut rather than a short list sent.
func (a *api) list(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	separator := "["
	for f, err := range a.store.List(r.Context(), owner) {
		if err != nil {
			return err
		}
		element, err := json.Marshal(a.show(f))
		if err != nil {
			return err
		}
		if separator == "[" {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
		}
		if _, err := w.Write(append([]byte(separator), element...)); err != nil {
			return err
		}
		separator = ",\n"
	}
	if separator == "[" {
		writeJSON(w, []fileAnswer{})
		return nil
	}
	_, err := io.WriteString(w, "]\n")
	return err
}

func (a *api) begin(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	if err := a.open(); err != nil {
		return err
	}
	body, err := readJSON(r)
	if err != nil {
		return err
	}
	draft, err := parseBegin(body)
	if err != nil {
		return err
	}
	f, err := a.store.Begin(r.Context(), owner, draft, a.rules.limits())
	if err != nil {
		return err
	}
	writeJSON(w, uploadAnswer{f.UploadID, f.Key})
	return nil
}

// parseBegin reads what begins an upload and checks it against the bounds that
// hold for every file.
func parseBegin(body []byte) (store.Draft, error) {
	var b struct {
		TotalParts int    `json:"totalParts"`
		Name       string `json:"encryptedName"`
		Size       int64  `json:"originalSizeInBytes"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return store.Draft{}, badRequest("The body is not the JSON of this call.")
	}
	switch {
	case b.TotalParts < 1 || b.TotalParts > store.MaxParts:
		return store.Draft{}, badRequest("totalParts is 1 to " + strconv.Itoa(store.MaxParts) + ".")
	case b.Name == "" || len(b.Name) > maxName:
		return store.Draft{}, badRequest("encryptedName has 1 to " + strconv.Itoa(maxName) + " bytes.")
	case b.Size < 0:
		return store.Draft{}, badRequest("originalSizeInBytes is not negative.")
	case b.Size > int64(b.TotalParts)*store.MaxPart:
		return store.Draft{}, badRequest("So many bytes do not fit into so few parts.")
	}
	return store.Draft{Name: b.Name, TotalParts: b.TotalParts, Size: b.Size}, nil
}

func (a *api) part(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	if err := a.open(); err != nil {
		return err
	}
	ref, err := refOf(r, owner, param(r, "key"))
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(param(r, "partNumber"))
	if err != nil {
		return store.ErrBadPart
	}
	if r.ContentLength > store.MaxPart {
		return tooLargeProblem
	}
	p, err := a.store.PutPart(r.Context(), ref, number, openBody{r.Body, a}, a.rules.limits())
	if err != nil {
		return err
	}
	writeJSON(w, partAnswer{p.Tag(), p.Number})
	return nil
}

// openBody is a body that ends with an error when the session does.
type openBody struct {
	io.Reader
	api *api
}

// Read reads on while the session lasts.
func (b openBody) Read(p []byte) (int, error) {
	if err := b.api.open(); err != nil {
		return 0, err
	}
	return b.Reader.Read(p)
}

func (a *api) complete(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	if err := a.open(); err != nil {
		return err
	}
	body, err := readJSON(r)
	if err != nil {
		return err
	}
	var b struct {
		Tags []string `json:"tags"`
		Key  string   `json:"key"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return badRequest("The body is not the JSON of this call.")
	}
	if b.Key == "" {
		b.Key = param(r, "key")
	}
	ref, err := refOf(r, owner, b.Key)
	if err != nil {
		return err
	}
	f, err := a.store.Complete(r.Context(), ref, b.Tags)
	if err != nil {
		return err
	}
	a.watcher.tell(f.Key, true)
	writeJSON(w, uploadAnswer{f.UploadID, f.Key})
	return nil
}

func (a *api) file(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	f, err := a.store.Stat(r.Context(), owner, r.PathValue("fileId"))
	if err != nil {
		return err
	}
	writeJSON(w, a.show(f))
	return nil
}

func (a *api) delete(w http.ResponseWriter, r *http.Request, owner store.Owner) error {
	key := r.PathValue("fileId")
	if err := a.store.Delete(r.Context(), owner, key); err != nil {
		return err
	}
	a.watcher.tell(key, false)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// param reads a parameter from the headers, where the hosted service has it, or
// else from the query.
func param(r *http.Request, name string) string {
	if value := r.Header.Get(name); value != "" {
		return value
	}
	return r.URL.Query().Get(name)
}

func refOf(r *http.Request, owner store.Owner, key string) (store.Ref, error) {
	ref := store.Ref{Owner: owner, Key: key, UploadID: param(r, "uploadId")}
	if ref.Key == "" || ref.UploadID == "" {
		return store.Ref{}, badRequest("The call needs uploadId and key.")
	}
	return ref, nil
}

func readJSON(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
	if err != nil {
		return nil, errors.Join(store.ErrBody, err)
	}
	if len(body) > maxJSON {
		return nil, badRequest("The body is too long.")
	}
	return body, nil
}

func badRequest(detail string) problem {
	return problem{Status: http.StatusBadRequest, Code: codeBadRequest, Detail: detail}
}
