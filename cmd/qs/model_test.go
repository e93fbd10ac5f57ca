package main_test

import (
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the program writes with --json. Each has exactly these fields.
type (
	sentFile struct {
		Path    string  `json:"path"`
		FileKey *string `json:"fileKey"`
		Name    string  `json:"name"`
		Size    int64   `json:"size"`
		State   string  `json:"state"`
		Error   *fault  `json:"error"`
	}
	fault struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	storedFile struct {
		FileKey   string  `json:"fileKey"`
		Name      string  `json:"name"`
		Size      *int64  `json:"size"`
		Parts     int     `json:"parts"`
		Completed bool    `json:"completed"`
		Creator   string  `json:"creator"`
		CID       *string `json:"cid"`
	}
	fileLink struct {
		FileKey string  `json:"fileKey"`
		URL     string  `json:"url"`
		Expires *string `json:"expires"`
	}
	fetchedFile struct {
		FileKey string `json:"fileKey"`
		Path    string `json:"path"`
		Size    int64  `json:"size"`
	}
	servedNode struct {
		URL     string `json:"url"`
		Session string `json:"session"`
	}
)

// code is that of the error, "" where there is none.
func (s sentFile) code() string {
	if s.Error == nil {
		return ""
	}
	return s.Error.Code
}

// send sends with --json and returns what became of each file, by its name.
func (q qs) send(code int, args ...string) map[string]sentFile {
	q.Helper()
	return q.sendAs(code, append([]string{"--"}, args...)...)
}

// sendEach is send with the files of folders one by one.
func (q qs) sendEach(code int, args ...string) map[string]sentFile {
	q.Helper()
	return q.sendAs(code, append([]string{"--each", "--"}, args...)...)
}

func (q qs) sendAs(code int, args ...string) map[string]sentFile {
	q.Helper()
	r := q.run(append([]string{"send", "--json"}, args...)...).wants(code)
	byName := map[string]sentFile{}
	for _, s := range objects[sentFile](r) {
		if before, twice := byName[s.Name]; twice && before.Path == s.Path {
			q.Errorf("%q is reported twice", s.Name)
		}
		byName[s.Name] = s
		q.checkSent(s)
	}
	return byName
}

// checkSent: done and a key belong together, as do failed and an error.
func (q qs) checkSent(s sentFile) {
	q.Helper()
	if !filepath.IsAbs(s.Path) {
		q.Errorf("%q has the path %q", s.Name, s.Path)
	}
	switch s.State {
	case "done", "already":
		if s.FileKey == nil || s.Error != nil {
			q.Errorf("%+v", s)
		}
	case "failed":
		if s.Error == nil || s.Error.Code == "" || s.Error.Message == "" {
			q.Errorf("%+v", s)
		}
	case "cancelled":
	default:
		q.Errorf("the state %q", s.State)
	}
}

// list returns what the storage holds, by name.
func (q qs) list() map[string]storedFile {
	q.Helper()
	byName := map[string]storedFile{}
	for _, s := range objects[storedFile](q.ok("list", "--json")) {
		if _, twice := byName[s.Name]; twice {
			q.Errorf("%q is stored twice", s.Name)
		}
		byName[s.Name] = s
	}
	return byName
}

// onDisk makes a file and returns its path.
func (q qs) onDisk(name string, content []byte) string {
	q.Helper()
	path := filepath.Join(q.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		q.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		q.Fatal(err)
	}
	return path
}

// sparse makes a file of a size that takes no room: zeros, with a mark at its
// beginning, in its middle and at its end.
func (q qs) sparse(name string, size int64) string {
	q.Helper()
	path := q.onDisk(name, []byte("begin"))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		q.Fatal(err)
	}
	defer f.Close()
	for at, mark := range map[int64]string{size / 2: "middle", size - 3: "end"} {
		if _, err := f.WriteAt([]byte(mark), at); err != nil {
			q.Fatal(err)
		}
	}
	return path
}

// noise are bytes that repeat nowhere, the same for the same seed.
func noise(seed, size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(b)
	return b
}

type digest [sha256.Size]byte

func digestOf(t *testing.T, r io.Reader) (d digest) {
	t.Helper()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		t.Fatal(err)
	}
	return digest(h.Sum(nil))
}

func digestOfFile(t *testing.T, path string) digest {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return digestOf(t, f)
}

// download fetches a link as a browser would, and returns what came.
func download(t *testing.T, link string) (d digest, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the link answers %s", resp.Status)
	}
	return digestOf(t, resp.Body), resp.Header
}

// arrived fetches a file with get and by its link, and compares both.
func (q qs) arrived(key string, want digest) {
	q.Helper()
	into := q.TempDir() + string(filepath.Separator)
	got := one[fetchedFile](q.ok("get", "--json", "-o", into, "--", key))
	if got.FileKey != key || !strings.HasPrefix(got.Path, into) || digestOfFile(q.T, got.Path) != want {
		q.Errorf("get: %+v is another file", got)
	}
	if err := os.Remove(got.Path); err != nil {
		q.Error(err)
	}
	q.linked(key, want)
}

// linked fetches a file by its link and compares it.
func (q qs) linked(key string, want digest) (header http.Header) {
	q.Helper()
	l := one[fileLink](q.ok("link", "--json", "--", key))
	if l.FileKey != key || l.Expires == nil {
		q.Fatalf("link: %+v", l)
	}
	if end, err := time.Parse(time.RFC3339, *l.Expires); err != nil || !end.After(time.Now()) {
		q.Errorf("the link works until %q", *l.Expires)
	}
	got, header := download(q.T, l.URL)
	if got != want {
		q.Errorf("the link gives another file")
	}
	return header
}
