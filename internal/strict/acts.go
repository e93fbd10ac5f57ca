package strict

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
)

// upload is a file that was begun.
type upload struct {
	id, name  string
	total     int
	size      int64
	parts     map[int]part
	completed bool
	refused   []string // the tags that were refused last
}

// part is the latest sending of a part that took effect.
type part struct {
	tag     string
	size    int64
	sum     [sha256.Size]byte
	first   []byte // its first byte, or all of it where contents are kept
	several bool   // it was received more than once
}

// act is what the server does with a call that reached it.
func (s *Server) act(c Call, a *Attempt, w http.ResponseWriter, r *http.Request) {
	do := map[string]func(Call, *Attempt, http.ResponseWriter, *http.Request){
		"session": s.session, "list": s.list, "begin": s.begin, "part": s.part, "complete": s.complete,
		"stat": s.stat, "delete": s.delete, "link": s.link, "fetch": s.fetch,
	}[c.Op]
	s.mu.Lock()
	allowed := c.Op == "fetch" || r.Header.Get("Authorization") == "Bearer "+s.token
	s.mu.Unlock()
	switch {
	case !allowed:
		s.refuse(c, w, r, http.StatusUnauthorized, "the key is not valid")
	case do == nil:
		s.refuse(c, w, r, http.StatusNotFound, "there is no such call")
	default:
		do(c, a, w, r)
	}
}

// refuse answers as RFC 9457 wants it, and remembers what must not come again.
func (s *Server) refuse(c Call, w http.ResponseWriter, r *http.Request, status int, detail string) {
	if !mayComeAgain(c, status) {
		s.mu.Lock()
		s.last[r.RemoteAddr] = last{refused: s.identity(c, r)}
		s.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}

// answerJSON answers a call that worked.
func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// fields are those of an answer.
type fields = map[string]any

func (s *Server) session(_ Call, _ *Attempt, w http.ResponseWriter, _ *http.Request) {
	answerJSON(w, fields{"id": s.cfg.Session, "creatorId": "strict", "users": []any{}})
}

// told is a file as list and stat tell it.
func (u *upload) told(key string) fields {
	return fields{
		"creatorId": "strict", "completed": u.completed, "fileKey": key, "fileName": u.name,
		"totalParts": u.total, "originalSizeInBytes": u.size,
	}
}

func (s *Server) list(_ Call, _ *Attempt, w http.ResponseWriter, _ *http.Request) {
	all := []fields{}
	s.mu.Lock()
	for _, key := range s.order {
		all = append(all, s.files[key].told(key))
	}
	s.mu.Unlock()
	answerJSON(w, all)
}

// readJSON reads a body of exactly these fields, and answers where it is none. A
// body that was cut on its way is the line's fault, and nobody waits for the
// answer.
func (s *Server) readJSON(c Call, w http.ResponseWriter, r *http.Request, into any) bool {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(into)
	if err == nil && d.InputOffset() < int64(len(bytes.TrimSpace(body))) {
		err = errors.New("something follows")
	}
	if err != nil {
		s.badRequest(c, w, r, err)
	}
	return err == nil
}

// badRequest answers a body that no good client sends.
func (s *Server) badRequest(c Call, w http.ResponseWriter, r *http.Request, err error) {
	s.broke(c, "its body is not what is documented: %v", err)
	s.refuse(c, w, r, http.StatusBadRequest, "the body is not understood")
}

// beginBody declares an upload.
type beginBody struct {
	Parts int    `json:"totalParts"`
	Name  string `json:"encryptedName"`
	Size  int64  `json:"originalSizeInBytes"`
}

func (s *Server) begin(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	var body beginBody
	if !s.readJSON(c, w, r, &body) {
		return
	}
	if body.Parts < 1 || body.Parts > maxParts || body.Name == "" || body.Size < 0 {
		s.badRequest(c, w, r, fmt.Errorf("%+v cannot be", body))
		return
	}
	u := &upload{id: rand.Text(), name: body.Name, total: body.Parts, size: body.Size, parts: map[int]part{}}
	key := "f/" + rand.Text() + "+="
	s.mu.Lock()
	for _, other := range s.files {
		if other.name == u.name {
			s.brokeLocked(c, "a file of this name was begun and not deleted")
		}
	}
	s.files[key] = u
	s.order = append(s.order, key)
	s.mu.Unlock()
	answerJSON(w, fields{"uploadId": u.id, "fileKey": key})
}

// open finds an upload that is not finished. Callers hold s.mu.
func (s *Server) open(c Call) *upload {
	u := s.files[c.Key]
	if u == nil || u.id != c.UploadID || u.completed {
		return nil
	}
	return u
}

func (s *Server) part(c Call, a *Attempt, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	u := s.open(c)
	done := s.files[c.Key] != nil && u == nil
	wrong := ""
	if u != nil {
		wrong = u.wrongPart(c.Part, r.ContentLength)
	}
	s.mu.Unlock()
	switch {
	case done:
		s.broke(c, "the file is finished, or the upload is another one's")
		s.refuse(c, w, r, http.StatusNotFound, "there is no such upload")
		return
	case u == nil:
		s.refuse(c, w, r, http.StatusNotFound, "there is no such upload")
		return
	case wrong != "":
		s.broke(c, "%s", wrong)
		s.refuse(c, w, r, http.StatusBadRequest, wrong)
		return
	}
	p, err := s.take(r)
	if err != nil {
		return // the line broke: nobody waits for an answer
	}
	if !s.store(c, a, p) {
		s.refuse(c, w, r, http.StatusNotFound, "there is no such upload any more")
		return
	}
	answerJSON(w, fields{"tag": p.tag, "partNumber": c.Part})
}

// take reads a part to its end.
func (s *Server) take(r *http.Request) (part, error) {
	whole, sum, crc := sha256.New(), md5.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli))
	kept := &keeper{all: s.cfg.Keep}
	into := []io.Writer{whole, kept}
	switch s.cfg.Tags {
	case MD5:
		into = append(into, sum)
	case CRC32C:
		into = append(into, crc)
	case Opaque:
	}
	n, err := io.Copy(io.MultiWriter(into...), r.Body)
	if err == nil && n != r.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	p := part{size: n, sum: [sha256.Size]byte(whole.Sum(nil)), first: kept.data}
	switch s.cfg.Tags {
	case MD5:
		p.tag = `"` + hex.EncodeToString(sum.Sum(nil)) + `"`
	case CRC32C:
		p.tag = fmt.Sprintf("crc32c-%08x", crc.Sum32())
	case Opaque:
		p.tag = `W/"` + rand.Text() + ` +/=\<é>"`
	}
	return p, err
}

// keeper keeps what is written to it: all of it, or the first byte.
type keeper struct {
	all  bool
	data []byte
}

// Write implements io.Writer.
func (k *keeper) Write(p []byte) (int, error) {
	if k.all {
		k.data = append(k.data, p...)
	} else if len(k.data) == 0 && len(p) > 0 {
		k.data = []byte{p[0]}
	}
	return len(p), nil
}

// store makes a part the latest of its number, unless its upload has gone.
func (s *Server) store(c Call, a *Attempt, p part) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.open(c)
	if u == nil {
		return false
	}
	_, p.several = u.parts[c.Part]
	u.parts[c.Part] = p
	a.Stored = true
	return true
}

func (s *Server) complete(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	var body struct {
		Tags []string `json:"tags"`
		Key  string   `json:"key"`
	}
	if !s.readJSON(c, w, r, &body) {
		return
	}
	c.Key = body.Key
	status, detail := s.finish(c, body.Tags)
	if status != http.StatusOK {
		s.refuse(c, w, r, status, detail)
		return
	}
	answerJSON(w, fields{"uploadId": c.UploadID, "fileKey": c.Key})
}

// finish makes a file of the parts, or says why not.
func (s *Server) finish(c Call, tags []string) (status int, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.open(c)
	if u == nil {
		if f := s.files[c.Key]; f != nil && f.completed {
			s.brokeLocked(c, "a complete took effect before")
			return http.StatusConflict, "the file is finished"
		}
		return http.StatusNotFound, "there is no such upload"
	}
	if wrong, excused := u.wrongTags(tags); wrong != "" {
		if !excused || slices.Equal(tags, u.refused) && len(tags) > 0 {
			s.brokeLocked(c, "%s", wrong)
		}
		u.refused = tags
		return http.StatusBadRequest, wrong
	}
	u.completed = true
	return http.StatusOK, ""
}

// wrongTags says what is wrong with the tags of a complete. It is excused where
// the part was received more than once: a later sending may have been overtaken
// on its way.
func (u *upload) wrongTags(tags []string) (wrong string, excused bool) {
	if len(tags) != u.total {
		return fmt.Sprintf("%d tags for %d parts", len(tags), u.total), false
	}
	var size int64
	for n := 1; n <= u.total; n++ {
		p, there := u.parts[n]
		if !there || p.tag != tags[n-1] {
			return fmt.Sprintf("the tag of part %d is not the one that was told", n), p.several
		}
		size += p.size
	}
	if size != u.size {
		return fmt.Sprintf("the parts have %d bytes, declared were %d", size, u.size), false
	}
	return "", false
}
