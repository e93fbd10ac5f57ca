//go:build e2e && linux

package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"quicksync.me/desktop/service/names"
)

// token and session are those of the bucket.
const (
	token   = "the-key-of-the-bench"
	session = "the-session-of-the-bench"
)

// A bucket is a server that holds many files and answers what a window asks to
// show them. Their names are sealed.
type bucket struct {
	list   []byte
	http   *http.Server
	url    string
	served sync.WaitGroup

	// open lets the first list go: the window stands when it comes.
	open chan struct{}

	mu    sync.Mutex
	lists []reply
}

// reply is when the list was sent: its first byte and its last.
type reply struct{ began, ended time.Time }

func newBucket(files int) (*bucket, error) {
	list, err := listOf(files)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &bucket{list: list, url: "http://" + listener.Addr().String() + "/v1", open: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/session/current", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"id": session, "creatorId": "bench"})
	})
	mux.HandleFunc("GET /v1/buckets", b.tell)
	b.http = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	b.served.Go(func() { _ = b.http.Serve(listener) })
	return b, nil
}

// listOf is the reply: file names as cameras and offices make them, in no order
// of names or sizes.
func listOf(files int) ([]byte, error) {
	all := make([]map[string]any, files)
	for i := range all {
		kind := []string{"IMG_%06d.jpg", "Report %06d (final).pdf", "backup-%06d.tar.gz", "Scan %06d.png"}[i%4]
		sealed, err := names.Seal(fmt.Sprintf(kind, (i*7919)%1_000_000), session)
		if err != nil {
			return nil, err
		}
		all[i] = map[string]any{
			"creatorId": "bench", "completed": true, "fileKey": rand.Text(), "fileName": sealed,
			"totalParts": 1, "originalSizeInBytes": (i * 104_729) % 50_000_000,
		}
	}
	return json.Marshal(all)
}

// tell answers with the list. The first one waits until the bucket is opened.
func (b *bucket) tell(w http.ResponseWriter, r *http.Request) {
	select {
	case <-b.open:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(b.list)))
	sent := reply{began: time.Now()}
	_, _ = w.Write(b.list)
	sent.ended = time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lists = append(b.lists, sent)
}

// told are the lists that were sent.
func (b *bucket) told() []reply {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]reply(nil), b.lists...)
}

func (b *bucket) close() error {
	err := b.http.Close()
	b.served.Wait()
	return err
}
