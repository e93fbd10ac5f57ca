package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain runs a node where the test binary was started as one, to be killed
// or to have a disk of its own.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		runChild(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// testNode is a node with a client that holds its token.
type testNode struct {
	*Node
	t      testing.TB
	client *http.Client
	dir    string
}

func start(t testing.TB, cfg Config) testNode {
	t.Helper()
	return startTuned(t, cfg, tuning{now: time.Now, readPatience: time.Minute, writePatience: time.Minute})
}

func startTuned(t testing.TB, cfg Config, tune tuning) testNode {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	n, err := open(t.Context(), cfg, tune)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The time is for connections that a client holds without a request.
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return testNode{n, t, newClient(t), cfg.Dir}
}

func newClient(t testing.TB) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// answer is what a test looks at.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) problem() (p problem) {
	_ = json.Unmarshal(a.body, &p) // what is no problem has no code, which tests see
	return p
}

// send makes a request of the client's; headers come in pairs.
func send(t testing.TB, client *http.Client, method, url string, body io.Reader, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, content}
}

// call makes a call of the API with the token.
func (n testNode) call(method, path string, body io.Reader, headers ...string) answer {
	n.t.Helper()
	return send(n.t, n.client, method, n.URL()+path, body, append(headers, "Authorization", "Bearer "+n.Token())...)
}

func (n testNode) json(method, path, body string, headers ...string) answer {
	n.t.Helper()
	return n.call(method, path, bytes.NewReader([]byte(body)), append(headers, "Content-Type", "application/json")...)
}

func (n testNode) begin(name string, parts int, size int64) uploadAnswer {
	n.t.Helper()
	return decode[uploadAnswer](n.t, n.json("POST", "/buckets", beginBody(name, parts, size)))
}

func beginBody(name string, parts int, size int64) string {
	return fmt.Sprintf(`{"totalParts":%d,"encryptedName":%q,"originalSizeInBytes":%d,"extra":[1]}`, parts, name, size)
}

func (n testNode) putPart(u uploadAnswer, number int, body io.Reader) answer {
	n.t.Helper()
	return n.call("PUT", "/buckets", body, "uploadId", u.UploadID, "key", u.FileKey, "partNumber", strconv.Itoa(number))
}

func (n testNode) put(u uploadAnswer, number int, content []byte) string {
	n.t.Helper()
	return decode[partAnswer](n.t, n.putPart(u, number, bytes.NewReader(content))).Tag
}

func (n testNode) complete(u uploadAnswer, tags ...string) answer {
	n.t.Helper()
	body, _ := json.Marshal(map[string]any{"tags": tags, "key": u.FileKey})
	return n.json("POST", "/buckets/complete", string(body), "uploadId", u.UploadID)
}

// upload stores content as one file of one or two parts and returns its key.
func (n testNode) upload(name string, parts ...[]byte) string {
	n.t.Helper()
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	u := n.begin(name, len(parts), int64(size))
	var tags []string
	for i, p := range parts {
		tags = append(tags, n.put(u, i+1, p))
	}
	return decode[uploadAnswer](n.t, n.complete(u, tags...)).FileKey
}

func (n testNode) stat(key string) fileAnswer {
	n.t.Helper()
	return decode[fileAnswer](n.t, n.call("GET", "/buckets/file/"+key, nil))
}

func (n testNode) list() []fileAnswer {
	n.t.Helper()
	return decode[[]fileAnswer](n.t, n.call("GET", "/buckets", nil))
}

func (n testNode) link(key, query string) downloadAnswer {
	n.t.Helper()
	return decode[downloadAnswer](n.t, n.call("GET", "/buckets/download/"+key+query, nil))
}

func (n testNode) get(url string, headers ...string) answer {
	n.t.Helper()
	return send(n.t, n.client, "GET", url, nil, headers...)
}

func decode[T any](t testing.TB, a answer) (v T) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return v
}

// wantProblem checks a refusal: its status, its code and its form.
func wantProblem(t testing.TB, what string, a answer, status int, code string) {
	t.Helper()
	p := a.problem()
	if a.status != status || p.Status != status || p.Code != code {
		t.Errorf("%s: %d %s, want %d %s", what, a.status, a.body, status, code)
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: Content-Type %q", what, kind)
	}
	if p.Title != http.StatusText(status) || p.Detail == "" {
		t.Errorf("%s: title %q, detail %q", what, p.Title, p.Detail)
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(b)
	return b
}

// extents returns the bytes of each extent file of a node.
func extents(t *testing.T, dir string) (sizes []int64) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "extents"), func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // the node has deleted it meanwhile
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			sizes = append(sizes, info.Size())
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

func unmarshal(content []byte, into any) bool { return json.Unmarshal(content, into) == nil }
