package strict

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

func (s *Server) stat(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	u := s.files[c.Key]
	var told fields
	if u != nil {
		told = u.told(c.Key)
	}
	s.mu.Unlock()
	if told == nil {
		s.refuse(c, w, r, http.StatusNotFound, "there is no such file")
		return
	}
	answerJSON(w, told)
}

func (s *Server) delete(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, there := s.files[c.Key]
	s.drop(c.Key)
	s.mu.Unlock()
	if !there {
		s.refuse(c, w, r, http.StatusNotFound, "there is no such file")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// link answers with a new link each time, through whatever the call came by.
func (s *Server) link(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	signature := rand.Text()
	s.mu.Lock()
	u := s.files[c.Key]
	done := u != nil && u.completed
	if done {
		s.links[signature] = c.Key
	}
	s.mu.Unlock()
	if !done {
		s.refuse(c, w, r, http.StatusNotFound, "there is no such file")
		return
	}
	query := url.Values{
		"X-Amz-Date": {time.Now().UTC().Format("20060102T150405Z")}, "X-Amz-Expires": {"3600"}, "X-Amz-Signature": {signature},
	}
	answerJSON(w, fields{"url": "http://" + r.Host + presigned + url.PathEscape(c.Key) + "?" + query.Encode()})
}

// fetch gives what a link leads to.
func (s *Server) fetch(c Call, _ *Attempt, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var u *upload
	if key := s.links[r.URL.Query().Get("X-Amz-Signature")]; key == c.Key {
		u = s.files[key]
	}
	s.mu.Unlock()
	if u == nil {
		s.refuse(c, w, r, http.StatusForbidden, "the link is not valid")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if !s.cfg.Keep {
		u.serveFirst(w)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(u.content()))
}

// content is all of a file. Its parts do not change once it is finished.
func (u *upload) content() (all []byte) {
	for n := 1; n <= u.total; n++ {
		all = append(all, u.parts[n].first...)
	}
	return all
}

// serveFirst gives the first byte of a file, as if it had been asked for.
func (u *upload) serveFirst(w http.ResponseWriter) {
	if u.size == 0 {
		w.Header().Set("Content-Range", "bytes */0")
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-0/%d", u.size))
	w.Header().Set("Content-Length", "1")
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(u.parts[1].first[:1])
}

// ErrNotThere says that a file is not finished, or not there.
var ErrNotThere = errors.New("there is no finished file of this key")

// Same compares a finished file with what it was made of: the SHA-256 of each
// part, and where it begins and ends. The error names the first difference.
func (s *Server) Same(key string, src io.Reader) error {
	s.mu.Lock()
	u := s.files[key]
	done := u != nil && u.completed
	s.mu.Unlock()
	if !done {
		return ErrNotThere
	}
	for n := 1; n <= u.total; n++ {
		sum := sha256.New()
		if _, err := io.CopyN(sum, src, u.parts[n].size); err != nil {
			return fmt.Errorf("part %d: %w", n, err)
		}
		if [sha256.Size]byte(sum.Sum(nil)) != u.parts[n].sum {
			return fmt.Errorf("part %d of %d holds other bytes", n, u.total)
		}
	}
	if more, err := io.Copy(io.Discard, src); err != nil || more > 0 {
		return fmt.Errorf("%d bytes are missing at the end (%v)", more, err)
	}
	return nil
}
