// Command bare speaks the Upload API's calls with net/http and nothing around
// them: no journal, no retries, no progress, nothing looked up afterwards. It
// is what the engine is measured against, not a client to use.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"quicksync.me/desktop/bench/peers/peer"
)

// Defaults of what the command line leaves open.
const (
	usualThreads = 4
	usualPart    = 8 << 20
)

func main() { peer.Main(run) }

// client is the job with its connections.
type client struct {
	peer.Job
	http *http.Client
	base string
}

func run(ctx context.Context, j peer.Job) error {
	if j.Threads == 0 {
		j.Threads = usualThreads
	}
	if j.Part == 0 {
		j.Part = usualPart
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	c := &client{Job: j, base: j.Endpoint.String() + "/v1", http: &http.Client{Transport: &http.Transport{
		Protocols: protocols, MaxIdleConnsPerHost: 256, DisableCompression: true,
		WriteBufferSize: 64 << 10, ReadBufferSize: 64 << 10,
	}}}
	if j.Get != "" {
		return c.fetch(ctx)
	}
	return j.Each(ctx, c.send)
}

// call makes one call and reads its answer into a value.
func (c *client) call(ctx context.Context, method, path string, header http.Header, body io.Reader, size int64, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.ContentLength = size
	if size == 0 {
		req.Body = nil
	}
	req.Header.Set("Authorization", "Bearer bench")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func (c *client) post(ctx context.Context, path string, header http.Header, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, header, bytes.NewReader(data), int64(len(data)), into)
}

// upload is what the server calls it.
type upload struct {
	ID  string `json:"uploadId"`
	Key string `json:"fileKey"`
}

func (u upload) header(number int) http.Header {
	h := http.Header{}
	h.Set("uploadId", u.ID)
	if number > 0 {
		h.Set("key", u.Key)
		h.Set("partNumber", strconv.Itoa(number))
	}
	return h
}
