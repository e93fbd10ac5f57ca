package api

// This file holds every point of the wire that the vendor's documentation
// leaves open, so that one edit follows them when they settle it. Each is
// marked: D documented, I inferred from how the documentation is rendered, C
// chosen by us. docs/api.md tells the same for people.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Paths under the base address (D). The file key is one segment (I).
const (
	pathBuckets  = "/buckets"
	pathComplete = "/buckets/complete"
	pathDelete   = "/buckets/"
	pathFile     = "/buckets/file/"
	pathDownload = "/buckets/download/"
	pathSession  = "/session/current"
)

// Headers of the calls that carry no such fields in their bodies: partNumber
// is documented, the other two are inferred.
const (
	headerUploadID   = "uploadId"
	headerKey        = "key"
	headerPartNumber = "partNumber"
	headerAPIKey     = "X-API-KEY"
)

// nodeServer is how our own node names itself in the header Server (C).
const nodeServer = "QuickSync-Node"

// escapeKey makes one path segment of a key, whatever it holds. A key of dots
// alone would be taken for a step up.
func escapeKey(key string) string {
	if strings.Trim(key, ".") == "" {
		return strings.ReplaceAll(key, ".", "%2E")
	}
	return url.PathEscape(key)
}

func beginBody(r BeginRequest) any {
	return struct {
		TotalParts    int    `json:"totalParts"`
		EncryptedName string `json:"encryptedName"`
		Size          int64  `json:"originalSizeInBytes"`
	}{r.Parts, r.Name, r.Size}
}

// partHeader: parts are numbered from 1 and sent as a plain body (C).
func partHeader(p Part) http.Header {
	h := http.Header{}
	h.Set(headerUploadID, p.Upload.ID)
	h.Set(headerKey, p.Upload.FileKey)
	h.Set(headerPartNumber, strconv.Itoa(p.Number))
	h.Set("Content-Type", "application/octet-stream")
	return h
}

// completeHeader: the documented body has room for tags and key alone, so the
// uploadId travels as it does with parts (I).
func completeHeader(u Upload) http.Header {
	h := http.Header{}
	h.Set(headerUploadID, u.ID)
	return h
}

func completeBody(u Upload, tags []string) any {
	return struct {
		Tags []string `json:"tags"`
		Key  string   `json:"key"`
	}{tags, u.FileKey}
}

// linkQuery is understood by our node alone (C).
func linkQuery(opt LinkOptions) url.Values {
	q := url.Values{}
	if opt.Filename != "" {
		q.Set("filename", opt.Filename)
	}
	if opt.Lifetime > 0 {
		q.Set("expires", strconv.FormatInt(int64(math.Ceil(opt.Lifetime.Seconds())), 10))
	}
	return q
}

// errMissing says that a reply lacks a field that cannot be done without.
func errMissing(field string) error {
	return fmt.Errorf("the reply lacks %q", field)
}

func sameKey(got, want string) error {
	if got != want {
		return errors.New("the reply is about another file")
	}
	return nil
}

func present(s *string) bool { return s != nil && *s != "" }

type wireUpload struct {
	UploadID *string `json:"uploadId"`
	FileKey  *string `json:"fileKey"`
}

func (u *wireUpload) read(r io.Reader) error {
	if err := decode(r, u); err != nil {
		return err
	}
	if !present(u.UploadID) {
		return errMissing("uploadId")
	}
	if !present(u.FileKey) {
		return errMissing("fileKey")
	}
	return nil
}

type wirePart struct {
	Tag        *string `json:"tag"`
	PartNumber *int    `json:"partNumber"`
}

func (p *wirePart) readFor(r io.Reader, number int) error {
	if err := decode(r, p); err != nil {
		return err
	}
	switch {
	case !present(p.Tag):
		return errMissing("tag")
	case p.PartNumber == nil:
		return errMissing("partNumber")
	case *p.PartNumber != number:
		return fmt.Errorf("the reply is about part %d, sent was part %d", *p.PartNumber, number)
	}
	return nil
}

// wireFile: every string may be null, and only key and completed are needed.
type wireFile struct {
	CreatorID *string `json:"creatorId"`
	Completed *bool   `json:"completed"`
	FileKey   *string `json:"fileKey"`
	FileName  *string `json:"fileName"`
	Parts     *int    `json:"totalParts"`
	Size      *int64  `json:"originalSizeInBytes"`
	CID       *string `json:"cid"`
}

func (f *wireFile) read(r io.Reader) error {
	if err := decode(r, f); err != nil {
		return err
	}
	return f.check()
}

func (f *wireFile) check() error {
	if !present(f.FileKey) {
		return errMissing("fileKey")
	}
	if f.Completed == nil {
		return errMissing("completed")
	}
	return nil
}

func (f *wireFile) file() File {
	return File{
		Key:       *f.FileKey,
		Completed: *f.Completed,
		Name:      deref(f.FileName, ""),
		Creator:   deref(f.CreatorID, ""),
		CID:       deref(f.CID, ""),
		Size:      max(deref(f.Size, -1), -1),
		Parts:     max(deref(f.Parts, 0), 0),
	}
}

func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// readFiles reads a list element by element, so that the reply of a large
// bucket is never held twice.
func readFiles(r io.Reader) ([]File, error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('[') {
		return nil, errors.New("the reply is no list of files")
	}
	files := []File{}
	for d.More() {
		var f wireFile
		if err := d.Decode(&f); err != nil {
			return nil, err
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		files = append(files, f.file())
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	return files, nil
}

type wireLink struct {
	URL     *string `json:"url"`
	Expires *string `json:"expires"` // our node tells it, RFC 3339
}

func (l *wireLink) read(r io.Reader) error {
	if err := decode(r, l); err != nil {
		return err
	}
	if !present(l.URL) {
		return errMissing("url")
	}
	u, err := url.Parse(*l.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("the reply's url is no web address")
	}
	return nil
}

func (l *wireLink) link() (Link, error) {
	link := Link{URL: *l.URL, Expires: expiryOf(*l.URL)}
	if l.Expires != nil {
		if t, err := time.Parse(time.RFC3339, *l.Expires); err == nil {
			link.Expires = t
		}
	}
	return link, nil
}

// expiryOf reads a presigned link's end from its query, as the common stores
// write it: S3 (X-Amz-Date and X-Amz-Expires), S3's older form and Google's
// (Expires), Azure (se), and exp. Zero where none of them is there (C).
func expiryOf(link string) time.Time {
	u, err := url.Parse(link)
	if err != nil {
		return time.Time{}
	}
	q := u.Query()
	if made, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date")); err == nil {
		if s, err := strconv.ParseInt(q.Get("X-Amz-Expires"), 10, 32); err == nil {
			return made.Add(time.Duration(s) * time.Second)
		}
	}
	for _, name := range []string{"Expires", "exp"} {
		if s, err := strconv.ParseInt(q.Get(name), 10, 64); err == nil && s > 0 && s < math.MaxInt32*100 {
			return time.Unix(s, 0)
		}
	}
	if t, err := time.Parse(time.RFC3339, q.Get("se")); err == nil {
		return t
	}
	return time.Time{}
}

type wireSession struct {
	ID           *string         `json:"id"`
	CreatorID    *string         `json:"creatorId"`
	Expiry       json.RawMessage `json:"expiry"`
	MaxFiles     *int            `json:"maxFiles"`
	MaxMegaBytes *int64          `json:"maxTotalMegaBytes"`
}

func (s *wireSession) read(r io.Reader) error {
	if err := decode(r, s); err != nil {
		return err
	}
	if !present(s.ID) {
		return errMissing("id")
	}
	return nil
}

func (s *wireSession) session(now time.Time) Session {
	return Session{
		ID:       *s.ID,
		Creator:  deref(s.CreatorID, ""),
		Ends:     parseExpiry(s.Expiry, now),
		MaxFiles: max(deref(s.MaxFiles, 0), 0),
		MaxBytes: min(max(deref(s.MaxMegaBytes, 0), 0), math.MaxInt64>>20) * 1_000_000,
	}
}

// parseExpiry takes the undocumented unit of a session's expiry by its size:
// milliseconds or seconds since 1970, else seconds from now; a string is read
// as RFC 3339 (C). Zero means that nothing was told.
func parseExpiry(raw json.RawMessage, now time.Time) time.Time {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		t, _ := time.Parse(time.RFC3339, text)
		return t
	}
	var n float64
	if json.Unmarshal(raw, &n) != nil || n <= 0 || n > 1e15 {
		return time.Time{}
	}
	switch {
	case n > 1e11:
		return time.UnixMilli(int64(n))
	case n > 1e9:
		return time.Unix(int64(n), 0)
	default:
		return now.Add(time.Duration(n * float64(time.Second)))
	}
}
