package sink

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// s3MinPart is the least size of every part but the last, in bytes.
const s3MinPart = 5 << 20

// s3 is as much of that wire as rclone, s5cmd, minio-go and the AWS SDK use, in
// path style. Every bucket is there, and all of them are the same one.
type s3 struct{ *store }

// ServeHTTP implements http.Handler.
func (s s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	var err error
	switch {
	case bucket == "":
		err = reply(w, listBuckets{Buckets: []string{"bench"}})
	case key == "":
		err = s.bucket(w, r, bucket)
	default:
		err = s.object(w, r, bucket, key)
	}
	if err != nil {
		fail(w, r, err)
	}
}

func (s s3) bucket(w http.ResponseWriter, r *http.Request, bucket string) error {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodHead, r.Method == http.MethodPut:
		w.Header().Set("X-Amz-Bucket-Region", "us-east-1")
		return nil
	case r.Method != http.MethodGet:
		return errUnknown
	case q.Has("location"):
		return reply(w, location{})
	default:
		return reply(w, s.listing(bucket, q.Get("prefix")))
	}
}

func (s s3) listing(bucket, prefix string) listBucket {
	l := listBucket{Name: bucket, Prefix: prefix, MaxKeys: maxParts}
	for _, o := range s.list() {
		if strings.HasPrefix(o.key, prefix) {
			l.Contents = append(l.Contents, listed{Key: o.key, Modified: stamp(o.since), ETag: quoted(o.etag), Size: o.size})
		}
	}
	l.KeyCount = len(l.Contents)
	return l
}

func (s s3) object(w http.ResponseWriter, r *http.Request, bucket, key string) error {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		u := s.begin(upload{key: key, name: key, header: metadata(r.Header)})
		return reply(w, initiated{Bucket: bucket, Key: key, UploadID: u.id})
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return s.complete(w, r, bucket, key)
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return s.part(w, r, key)
	case r.Method == http.MethodPut:
		return s.whole(w, r, key)
	case r.Method == http.MethodDelete:
		return s.forget(w, q.Get("uploadId"), key)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return s.fetch(w, r, key)
	}
	return errUnknown
}

func (s s3) part(w http.ResponseWriter, r *http.Request, key string) error {
	q := r.URL.Query()
	number, _ := strconv.Atoi(q.Get("partNumber"))
	if err := s.check(q.Get("uploadId"), key, number); err != nil {
		return err
	}
	p, err := s.taken(r)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", quoted(p.tag))
	return s.put(q.Get("uploadId"), key, number, p)
}

func (s s3) whole(w http.ResponseWriter, r *http.Request, key string) error {
	p, err := s.taken(r)
	if err != nil {
		return err
	}
	s.store.store(key, p, metadata(r.Header))
	w.Header().Set("ETag", quoted(p.tag))
	return nil
}

func (s s3) taken(r *http.Request) (part, error) {
	t, err := s.take(s3Body(r))
	return part{size: t.size, tag: etag(r), body: t.body}, err
}

// etag is the MD5 that the client has sent along, where it has: rclone compares
// them. The others get digits of that shape, which they do not look into.
func etag(r *http.Request) string {
	if sum, err := base64.StdEncoding.DecodeString(r.Header.Get("Content-Md5")); err == nil && len(sum) == 16 {
		return hex.EncodeToString(sum)
	}
	return hexID()
}

func (s s3) complete(w http.ResponseWriter, r *http.Request, bucket, key string) error {
	var want completeUpload
	if err := xml.NewDecoder(r.Body).Decode(&want); err != nil {
		return errMalformed
	}
	tags := make([]string, len(want.Parts))
	for i, p := range want.Parts {
		if p.Number != i+1 {
			return errIncomplete
		}
		tags[i] = strings.Trim(p.ETag, `"`)
	}
	o, err := s.store.complete(r.URL.Query().Get("uploadId"), key, tags, s3MinPart)
	if err != nil {
		return err
	}
	return reply(w, completed{Bucket: bucket, Key: key, ETag: quoted(o.etag)})
}

func (s s3) forget(w http.ResponseWriter, uploadID, key string) error {
	if uploadID != "" {
		s.abort(uploadID)
	} else {
		s.remove(key)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s s3) fetch(w http.ResponseWriter, r *http.Request, key string) error {
	o, err := s.stat(key)
	if err != nil {
		return err
	}
	maps.Copy(w.Header(), o.header)
	w.Header().Set("ETag", quoted(o.etag))
	o.serve(w, r)
	return nil
}

// metadata are the headers that come back with the object.
func metadata(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			kept[name] = slices.Clone(values)
		}
	}
	return kept
}

var (
	errUnknown   = errors.New("the sink does not know this call")
	errMalformed = errors.New("the XML is malformed")
)

// refusals are the status and S3's code for each error.
var refusals = map[error]struct {
	status int
	code   string
}{
	errNoUpload:   {http.StatusNotFound, "NoSuchUpload"},
	errNoObject:   {http.StatusNotFound, "NoSuchKey"},
	errBadPart:    {http.StatusBadRequest, "InvalidPart"},
	errIncomplete: {http.StatusBadRequest, "InvalidPart"},
	errMalformed:  {http.StatusBadRequest, "MalformedXML"},
	errFrame:      {http.StatusBadRequest, "IncompleteBody"},
	errUnknown:    {http.StatusNotImplemented, "NotImplemented"},
}

func fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := http.StatusInternalServerError, "InternalError"
	for known, f := range refusals {
		if errors.Is(err, known) {
			status, code = f.status, f.code
		}
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = xml.NewEncoder(w).Encode(refusal{Code: code, Message: err.Error(), Resource: r.URL.Path})
	}
}

func reply(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/xml")
	return xml.NewEncoder(w).Encode(v)
}

func quoted(etag string) string { return `"` + etag + `"` }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
