package api

// This file holds the points of the wire that the vendor's documentation leaves
// open, so that one edit follows them when they settle it. Each is marked: D
// documented, I inferred from how the documentation is rendered, C chosen by
// us. Some belong elsewhere, such as the sizes of parts and the sealing of
// names: the README's table has all of them, each with its file. docs/api.md
// tells the whole wire for people.

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

	"github.com/go-json-experiment/json/jsontext"
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

// completeBody: the tags are in the order of their parts (C).
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
	// Both have to go into headers with each part.
	if !fitsHeader(*u.UploadID) || !fitsHeader(*u.FileKey) {
		return errors.New("the reply's uploadId or fileKey fits into no header")
	}
	return nil
}

// wirePart: what a tag is made of is not documented. It is kept to the letter (C).
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

// wireFile reads what is told of a file: every member may be null, and only key
// and completed are needed. fileName is what was sent as encryptedName (I); cid
// is our node's alone.
type wireFile struct {
	File
	told bool // whether it is completed
}

func (f *wireFile) read(r io.Reader) error {
	d := lenient(r)
	if err := f.decode(d); err != nil {
		return err
	}
	if _, err := d.ReadToken(); err == nil {
		return errors.New("something follows the answer")
	}
	return nil
}

// decode reads a file token by token, which takes a third of the time that
// reflection takes: a list may have a hundred thousand.
func (f *wireFile) decode(d *jsontext.Decoder) error {
	*f = wireFile{File: File{Size: -1}}
	if err := opens(d, '{', "what stands for a file is no object"); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		if err := f.member(d, name.String()); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	return f.check()
}

func (f *wireFile) member(d *jsontext.Decoder, name string) error {
	switch name {
	case "creatorId":
		return readText(d, name, &f.Creator)
	case "fileKey":
		return readText(d, name, &f.Key)
	case "fileName":
		return readText(d, name, &f.Name)
	case "completed":
		return f.readCompleted(d)
	case "totalParts":
		var parts int64
		err := readNumber(d, name, &parts)
		f.Parts = int(min(max(parts, 0), math.MaxInt32))
		return err
	case "originalSizeInBytes":
		err := readNumber(d, name, &f.Size)
		f.Size = max(f.Size, -1)
		return err
	case "cid":
		if d.PeekKind() == '"' {
			return readText(d, name, &f.CID)
		}
	}
	return d.SkipValue()
}

func (f *wireFile) readCompleted(d *jsontext.Decoder) error {
	t, err := d.ReadToken()
	if err != nil || t.Kind() == 'n' {
		return err
	}
	if t.Kind() != 't' && t.Kind() != 'f' {
		return errors.New("completed is neither true nor false")
	}
	f.Completed, f.told = t.Kind() == 't', true
	return nil
}

func (f *wireFile) check() error {
	if f.Key == "" {
		return errMissing("fileKey")
	}
	if !f.told {
		return errMissing("completed")
	}
	return nil
}

// readFiles reads a list element by element, so that the reply of a large
// bucket is never held twice.
func readFiles(r io.Reader) ([]File, error) {
	d := lenient(r)
	if err := opens(d, '[', "the reply is no list of files"); err != nil {
		return nil, err
	}
	files := []File{}
	for d.PeekKind() != ']' {
		var f wireFile
		if err := f.decode(d); err != nil {
			return nil, err
		}
		files = append(files, f.File)
	}
	_, err := d.ReadToken()
	return files, err
}

type wireLink struct {
	URL     *string         `json:"url"`
	Expires json.RawMessage `json:"expires"` // our node tells it, RFC 3339
}

func (l *wireLink) read(r io.Reader) error {
	if err := decode(r, l); err != nil {
		return err
	}
	if !present(l.URL) {
		return errMissing("url")
	}
	u, err := url.Parse(*l.URL)
	if err != nil || u.Host == "" || escapeASCII(u.Host) != u.Host || (u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("the reply's url is no web address")
	}
	return nil
}

func (l *wireLink) link(now time.Time) Link {
	link := Link{URL: escapeASCII(*l.URL), Expires: expiryOf(*l.URL)}
	if t := parseExpiry(l.Expires, now); !t.IsZero() {
		link.Expires = t
	}
	return link
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

// wireSession: only the ID is needed. The rest tells what to expect, and what
// is not understood of it bounds nothing: the server enforces its rules itself.
type wireSession struct {
	ID           *string         `json:"id"`
	CreatorID    json.RawMessage `json:"creatorId"`
	Expiry       json.RawMessage `json:"expiry"`
	MaxFiles     json.RawMessage `json:"maxFiles"`
	MaxMegaBytes json.RawMessage `json:"maxTotalMegaBytes"`
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

// session takes a megabyte for 1,000,000 bytes (C).
func (s *wireSession) session(now time.Time) Session {
	return Session{
		ID:       *s.ID,
		Creator:  textOf(s.CreatorID),
		Ends:     parseExpiry(s.Expiry, now),
		MaxFiles: int(min(numberOf(s.MaxFiles), math.MaxInt32)),
		MaxBytes: int64(min(math.Round(numberOf(s.MaxMegaBytes)*1e6), 1<<62)),
	}
}

// parseExpiry takes the undocumented unit of a session's expiry by its size:
// milliseconds or seconds since 1970, else seconds from now; a text that is no
// number is read as RFC 3339, in UTC where it names no zone, as .NET writes it
// (C). Zero means that nothing was told.
func parseExpiry(raw json.RawMessage, now time.Time) time.Time {
	switch n := numberOf(raw); {
	case n > 1e11:
		return time.UnixMilli(int64(n))
	case n > 1e9:
		return time.Unix(int64(n), 0)
	case n > 0:
		return now.Add(time.Duration(n * float64(time.Second)))
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, textOf(raw)); err == nil {
			return t
		}
	}
	return time.Time{}
}

// wireProblem is a refusal by RFC 9457 (I); code and parts are our node's.
type wireProblem struct {
	Title, Detail, Code string
	Parts               []int
}
