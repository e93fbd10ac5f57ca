package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// piecewiseBody counts the reads that bring something.
type piecewiseBody struct {
	io.ReadCloser
	pieces *atomic.Int64
}

func (b piecewiseBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.pieces.Add(1)
	}
	return n, err
}

// A limit has the bytes arrive a few at a time; without one these come in one
// piece.
func TestLimitRate(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	var pieces atomic.Int64
	pass := n.proxied()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			r.Body = piecewiseBody{r.Body, &pieces}
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	content := noise(1, 2048)
	q.onDisk("f", content)
	sent := one[sentFile](q.with("QS_SERVER="+proxy.URL+"/v1").ok("send", "--json", "--limit-rate", "1K", "f"))
	if pieces.Load() < 5 {
		t.Errorf("2 KiB at 1 KiB/s came in %d pieces", pieces.Load())
	}
	got := one[fetchedFile](q.ok("get", "--json", "--limit-rate=10k", "-o", "again", *sent.FileKey))
	if data, err := os.ReadFile(filepath.Join(q.dir, got.Path)); err != nil || string(data) != string(content) {
		t.Errorf("%d bytes came back, %v", len(data), err)
	}
}
