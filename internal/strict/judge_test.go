package strict_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"quicksync.me/desktop/internal/strict"
	"quicksync.me/desktop/service/api"
)

// request is a call as a client might make it that nobody has looked at.
type request struct {
	method, path, body string
	header             map[string]string
	chunked            bool
}

func (c client) send(r request) int {
	c.Helper()
	body := io.Reader(strings.NewReader(r.body))
	if r.chunked {
		body = io.MultiReader(body)
	}
	req, err := http.NewRequestWithContext(c.Context(), r.method, "http://"+c.server.Host()+r.path, body)
	c.must(err)
	req.Header.Set("Authorization", "Bearer "+token)
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	c.must(err)
	defer resp.Body.Close()
	return resp.StatusCode
}

// TestViolations makes one mistake a time; each is noted, and what is not
// documented does not work.
func TestViolations(t *testing.T) {
	asJSON := map[string]string{"Content-Type": "application/json"}
	begin := `{"totalParts":1,"encryptedName":"n","originalSizeInBytes":1}`
	for name, r := range map[string]request{
		"no such path":       {method: "GET", path: "/v1/files"},
		"no such method":     {method: "PATCH", path: "/v1/buckets", body: "{}"},
		"another header":     {method: "GET", path: "/v1/buckets", header: map[string]string{"X-Api-Key": "k"}},
		"a cookie":           {method: "GET", path: "/v1/buckets", header: map[string]string{"Cookie": "a=b"}},
		"a query":            {method: "GET", path: "/v1/buckets?page=1"},
		"a body for a list":  {method: "GET", path: "/v1/buckets", body: "{}"},
		"no content type":    {method: "POST", path: "/v1/buckets", body: begin},
		"a chunked begin":    {method: "POST", path: "/v1/buckets", body: begin, header: asJSON, chunked: true},
		"an unknown field":   {method: "POST", path: "/v1/buckets", body: strings.Replace(begin, "{", `{"a":1,`, 1), header: asJSON},
		"no name":            {method: "POST", path: "/v1/buckets", body: strings.Replace(begin, `"n"`, `""`, 1), header: asJSON},
		"no parts":           {method: "POST", path: "/v1/buckets", body: strings.Replace(begin, ":1,", ":0,", 1), header: asJSON},
		"too many parts":     {method: "POST", path: "/v1/buckets", body: strings.Replace(begin, ":1,", ":10001,", 1), header: asJSON},
		"half a begin":       {method: "POST", path: "/v1/buckets", body: begin[:20], header: asJSON},
		"two begins in one":  {method: "POST", path: "/v1/buckets", body: begin + begin, header: asJSON},
		"a part of nothing":  {method: "PUT", path: "/v1/buckets", body: "x"},
		"the key for a link": {method: "GET", path: "/presigned/k?X-Amz-Signature=s", header: map[string]string{"Range": "bytes=0-0"}},
	} {
		c := start(t, strict.Config{})
		c.send(r)
		if v := c.server.Violations(); len(v) != 1 {
			t.Errorf("%s: %q", name, v)
		}
	}
}

// TestWrongUploads are mistakes with an upload that is under way.
func TestWrongUploads(t *testing.T) {
	five := noise(5 * mib)
	for name, c := range map[string]struct {
		parts [][]byte // declared
		do    func(client, api.Upload) error
	}{
		"part 0":          {[][]byte{five, five}, func(c client, u api.Upload) error { _, err := c.put(u, 0, five); return err }},
		"part 3 of 2":     {[][]byte{five, five}, func(c client, u api.Upload) error { _, err := c.put(u, 3, five); return err }},
		"a small part":    {[][]byte{five, five}, func(c client, u api.Upload) error { _, err := c.put(u, 1, five[:4*mib]); return err }},
		"an odd part":     {[][]byte{five, five}, func(c client, u api.Upload) error { _, err := c.put(u, 1, noise(5*mib+1)); return err }},
		"a large part":    {[][]byte{noise(31 * mib)}, func(c client, u api.Upload) error { _, err := c.put(u, 1, noise(29*mib)); return err }},
		"an empty end":    {[][]byte{five, nil}, func(c client, u api.Upload) error { _, err := c.put(u, 2, nil); return err }},
		"missing tags":    {[][]byte{five}, func(c client, u api.Upload) error { return c.Complete(c.Context(), u, nil) }},
		"an invented tag": {[][]byte{five}, func(c client, u api.Upload) error { return c.Complete(c.Context(), u, []string{"x"}) }},
		"a shorter file":  {[][]byte{five}, func(c client, u api.Upload) error { return c.completeWith(u, five[1:]) }},
		"the same name":   {[][]byte{five}, func(c client, _ api.Upload) error { c.begin("name", five); return errRefused }},
		"complete twice": {[][]byte{five}, func(c client, u api.Upload) error {
			return errors.Join(c.completeWith(u, five), c.completeWith(u, five))
		}},
		"a part too late": {[][]byte{five}, func(c client, u api.Upload) error {
			_, err := c.put(u, 1, five)
			return errors.Join(c.completeWith(u, five), err)
		}},
		"refused, no wait": {[][]byte{five}, func(c client, u api.Upload) error { return c.twiceUnknown() }},
	} {
		client := start(t, strict.Config{})
		u := client.begin("name", c.parts...)
		if name == "a part too late" {
			client.must(client.completeWith(u, five))
		}
		if err := c.do(client, u); err == nil {
			t.Errorf("%s: it works", name)
		}
		if v := client.server.Violations(); len(v) < 1 {
			t.Errorf("%s is not noted", name)
		}
	}
}

var errRefused = errors.New("refused")

// completeWith finishes an upload of one part.
func (c client) completeWith(u api.Upload, data []byte) error {
	tag, err := c.put(u, 1, data)
	if err != nil {
		return err
	}
	return c.Complete(c.Context(), u, []string{tag})
}

// twiceUnknown asks twice for what is not there.
func (c client) twiceUnknown() error {
	_, first := c.Stat(c.Context(), "unknown")
	_, second := c.Stat(c.Context(), "unknown")
	return errors.Join(first, second)
}
