// Package sink is the server of the comparisons: it speaks the Upload API and
// as much of S3 as the peers ask for, takes what is sent and throws it away.
//
// The rules are:
//
//   - Bodies are read and forgotten. What is kept of them is their length, and
//     their CRC32C where the tags are made of it. Only a verifying run keeps
//     them until their object is complete, to tell its SHA-256.
//   - No signature is checked: that would be the sink's work, not the client's.
//   - What a client would be refused by a real server it is refused here: parts
//     that are too small, a complete whose tags are not those that were given.
//   - It speaks HTTP/1.1 only, as the object stores do.
package sink

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Mode is how a sink behaves until the next Reset.
type Mode struct {
	// CRCTags makes the Upload API's tags of the parts' CRC32C, as the node
	// does; else they are random and look like no checksum.
	CRCTags bool
	// Node makes the Upload API pass for a QuickSync node, which takes parts
	// from 256 KiB.
	Node bool
	// Keep holds bodies until their object is complete, for its SHA-256.
	Keep bool
	// Offer is the path of a file that is there to be fetched as Offered; empty
	// for none.
	Offer string
}

// Offered is the key of the file that Mode.Offer puts there, in both wires.
const Offered = "offered.bin"

// Object is what arrived as one object.
type Object struct {
	// Name is the key in S3, and the encrypted name in the Upload API.
	Name string
	// Size in bytes.
	Size int64
	// SHA256 of the content, in hex; empty unless Mode.Keep was set.
	SHA256 string
}

// Report is what arrived since the last Reset.
type Report struct {
	// Bytes of all bodies of parts and objects, repeated ones included.
	Bytes int64
	// Objects that are complete, in no particular order.
	Objects []Object
}

// Errors that both wires turn into answers of their own.
var (
	errNoUpload   = errors.New("no such upload")
	errNoObject   = errors.New("no such object")
	errBadPart    = errors.New("the part has no place in its upload")
	errIncomplete = errors.New("the parts are not those that were sent")
)

// store holds what both wires have taken.
type store struct {
	bytes atomic.Int64

	mu      sync.Mutex
	mode    Mode
	uploads map[string]*upload
	objects map[string]*object
}

// upload is a multipart upload on its way.
type upload struct {
	id, key, name string
	header        http.Header // S3's metadata
	declared      int         // parts; 0 where the wire does not tell
	size          int64       // as declared
	parts         map[int]part
}

// part is one part that was taken.
type part struct {
	size int64
	tag  string
	body []byte // in a verifying run
}

// object is one that is complete.
type object struct {
	key, name, etag string
	size            int64
	sum             string
	parts           int
	header          http.Header
	since           time.Time
	path            string // of the file that is offered
}

func newStore() *store {
	s := &store{}
	s.reset(Mode{})
	return s
}

// reset forgets everything and sets the mode.
func (s *store) reset(m Mode) error {
	objects := map[string]*object{}
	if m.Offer != "" {
		info, err := os.Stat(m.Offer)
		if err != nil {
			return err
		}
		objects[Offered] = offer(m.Offer, info.Size())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes.Store(0)
	s.mode, s.uploads, s.objects = m, map[string]*upload{}, objects
	return nil
}

// offer makes an object that looks as one that was sent in parts: its ETag is
// no MD5, so nobody checks it.
func offer(path string, size int64) *object {
	parts := int(max(1, (size+offeredPart-1)/offeredPart))
	return &object{
		key: Offered, name: Offered, path: path, size: size, parts: parts,
		etag: fmt.Sprintf("%s-%d", hexID(), parts), header: http.Header{}, since: time.Now(),
	}
}

func (s *store) report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := Report{Bytes: s.bytes.Load()}
	for _, o := range s.objects {
		if o.path == "" {
			r.Objects = append(r.Objects, Object{Name: o.name, Size: o.size, SHA256: o.sum})
		}
	}
	return r
}

func (s *store) modeNow() Mode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

// begin opens an upload. An empty key is made up.
func (s *store) begin(u upload) *upload {
	u.id, u.parts = hexID(), map[int]part{}
	if u.key == "" {
		u.key = hexID()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploads[u.id] = &u
	return &u
}

// check tells whether a part has a place, before its body is read.
func (s *store) check(id, key string, number int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.find(id, key, number)
	return err
}

// find returns an upload for one of its parts. Callers hold s.mu.
func (s *store) find(id, key string, number int) (*upload, error) {
	u, ok := s.uploads[id]
	switch {
	case !ok || u.key != key:
		return nil, errNoUpload
	case number < 1 || number > 10_000 || (u.declared > 0 && number > u.declared):
		return nil, errBadPart
	}
	return u, nil
}

// put keeps what is needed of a part whose body was read. The same number
// again replaces the part.
func (s *store) put(id, key string, number int, p part) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.find(id, key, number)
	if err == nil {
		u.parts[number] = p
	}
	return err
}

// complete makes an object of an upload whose tags are those of the parts 1, 2,
// and so on. Every part but the last has at least minPart bytes.
func (s *store) complete(id, key string, tags []string, minPart int64) (*object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.uploads[id]
	if !ok || u.key != key {
		return nil, errNoUpload
	}
	o, err := u.assemble(tags, minPart)
	if err != nil {
		return nil, err
	}
	delete(s.uploads, id)
	s.objects[key] = o
	return o, nil
}

func (u *upload) assemble(tags []string, minPart int64) (*object, error) {
	if len(tags) != len(u.parts) || (u.declared > 0 && len(tags) != u.declared) {
		return nil, errIncomplete
	}
	o := &object{key: u.key, name: u.name, parts: len(tags), header: u.header, since: time.Now()}
	sum, kept := sha256.New(), false
	for i, tag := range tags {
		p, ok := u.parts[i+1]
		if !ok || p.tag != tag || (p.size < minPart && i+1 < len(tags)) {
			return nil, errIncomplete
		}
		o.size += p.size
		sum.Write(p.body)
		kept = kept || p.body != nil
	}
	if u.declared > 0 && o.size != u.size {
		return nil, errIncomplete
	}
	if kept {
		o.sum = hex.EncodeToString(sum.Sum(nil))
	}
	o.etag = fmt.Sprintf("%s-%d", hexID(), len(tags))
	return o, nil
}

// store keeps an object that came in one piece.
func (s *store) store(key string, p part, header http.Header) *object {
	o := &object{key: key, name: key, size: p.size, etag: p.tag, parts: 1, header: header, since: time.Now()}
	if p.body != nil {
		sum := sha256.Sum256(p.body)
		o.sum = hex.EncodeToString(sum[:])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = o
	return o
}

func (s *store) stat(key string) (*object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.objects[key]; ok {
		return o, nil
	}
	return nil, errNoObject
}

// remove forgets an object and the uploads of its key, and tells whether there
// was any.
func (s *store) remove(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.objects[key]
	delete(s.objects, key)
	for id, u := range s.uploads {
		if u.key == key {
			delete(s.uploads, id)
			found = true
		}
	}
	return found
}

func (s *store) abort(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, id)
}

// list returns what is complete, by key.
func (s *store) list() []*object {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*object, 0, len(s.objects))
	for _, o := range s.objects {
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b *object) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
	return all
}

// unfinished returns copies of the uploads on their way.
func (s *store) unfinished() []upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]upload, 0, len(s.uploads))
	for _, u := range s.uploads {
		all = append(all, upload{id: u.id, key: u.key, name: u.name, declared: u.declared, size: u.size})
	}
	return all
}

// hexID returns 32 random hex digits, the shape of an ETag.
func hexID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
