package sink

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stage is a sink in this process.
type stage struct {
	t     *testing.T
	store *store
	url   string
}

func newStage(t *testing.T, m Mode) *stage {
	c, err := MakeCertificate(t.TempDir(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s := newStore()
	if err := s.reset(m); err != nil {
		t.Fatal(err)
	}
	handler, err := newServer(s, Config{Certificate: c.Path, Key: c.Key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler.Handler)
	t.Cleanup(server.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &stage{t: t, store: s, url: server.URL}
}

// call makes a call and returns its answer with the body read.
func (s *stage) call(method, path, body string, header ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(got)
}

// begin begins an upload of parts of 5 MiB and a last one of a byte.
func (s *stage) begin(parts int) (id, key string) {
	s.t.Helper()
	_, body := s.call("POST", "/v1/buckets", fmt.Sprintf(`{"totalParts":%d,"encryptedName":"n","originalSizeInBytes":%d}`, parts, (parts-1)*hostedMinPart+1))
	var u struct{ UploadID, FileKey string }
	if err := json.Unmarshal([]byte(body), &u); err != nil || u.UploadID == "" || u.FileKey == "" {
		s.t.Fatalf("begin says %q: %v", body, err)
	}
	return u.UploadID, u.FileKey
}

// put sends a part and returns its tag.
func (s *stage) put(id, key string, number int, body string) string {
	s.t.Helper()
	resp, answer := s.call("PUT", "/v1/buckets", body, "uploadId", id, "key", key, "partNumber", fmt.Sprint(number))
	var p struct {
		Tag        string
		PartNumber int
	}
	if err := json.Unmarshal([]byte(answer), &p); err != nil || resp.StatusCode != http.StatusOK || p.PartNumber != number {
		s.t.Fatalf("part %d: %s, %q: %v", number, resp.Status, answer, err)
	}
	return p.Tag
}

func (s *stage) complete(id, key string, tags ...string) (status int) {
	s.t.Helper()
	body, _ := json.Marshal(map[string]any{"tags": tags, "key": key})
	resp, _ := s.call("POST", "/v1/buckets/complete", string(body), "uploadId", id)
	return resp.StatusCode
}

// The sum that proves a client right is that of its bytes in the parts' order,
// in whatever order they came and however often.
func TestUploadIsProved(t *testing.T) {
	s := newStage(t, Mode{CRCTags: true, Keep: true})
	first, old, last := strings.Repeat("a", hostedMinPart), "x", "b"
	id, key := s.begin(2)
	s.put(id, key, 2, old)
	tags := []string{"", s.put(id, key, 2, last)}
	tags[0] = s.put(id, key, 1, first)
	if want := fmt.Sprintf("crc32c-%08x", crc32.Checksum([]byte(last), castagnoli)); tags[1] != want {
		t.Errorf("the tag is %q, want %q", tags[1], want)
	}
	if status := s.complete(id, key, tags...); status != http.StatusOK {
		t.Fatalf("complete says %d", status)
	}
	sum := sha256.Sum256([]byte(first + last))
	r := s.store.report()
	if len(r.Objects) != 1 || r.Objects[0] != (Object{Name: "n", Size: hostedMinPart + 1, SHA256: hex.EncodeToString(sum[:])}) {
		t.Errorf("it reports %+v", r.Objects)
	}
	if want := int64(len(first) + len(old) + len(last)); r.Bytes != want {
		t.Errorf("%d bytes came, it counts %d", want, r.Bytes)
	}
}

func TestOpaqueTagsLookLikeNoChecksum(t *testing.T) {
	s := newStage(t, Mode{})
	id, key := s.begin(1)
	if tag := s.put(id, key, 1, "x"); !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(tag) {
		t.Errorf("the tag is %q", tag)
	}
}

func TestUploadRefuses(t *testing.T) {
	s := newStage(t, Mode{})
	id, key := s.begin(2)
	first, second := s.put(id, key, 1, "short"), s.put(id, key, 2, "x")
	for _, c := range []struct {
		name string
		got  int
		want int
	}{
		{"tags in another order", s.complete(id, key, second, first), http.StatusConflict},
		{"a tag too few", s.complete(id, key, first), http.StatusConflict},
		{"a first part under 5 MiB", s.complete(id, key, first, second), http.StatusConflict},
		{"another key", s.complete(id, "other", first, second), http.StatusNotFound},
		{"an unknown upload", s.complete("other", key, first, second), http.StatusNotFound},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		want                     int
	}{
		{"an unknown field", "POST", "/v1/buckets", `{"totalParts":1,"encryptedName":"n","originalSizeInBytes":1,"cid":""}`, nil, 400},
		{"no part at all", "POST", "/v1/buckets", `{"totalParts":0,"encryptedName":"n","originalSizeInBytes":1}`, nil, 400},
		{"a part too many", "PUT", "/v1/buckets", "x", []string{"uploadId", id, "key", key, "partNumber", "3"}, 400},
		{"a part of another key", "PUT", "/v1/buckets", "x", []string{"uploadId", id, "key", "other", "partNumber", "1"}, 404},
		{"a part without a number", "PUT", "/v1/buckets", "x", []string{"uploadId", id, "key", key}, 400},
		{"no token", "GET", "/v1/buckets", "", []string{"Authorization", ""}, 401},
		{"a file that is not there", "GET", "/v1/buckets/file/other", "", nil, 404},
		{"a call that is not there", "GET", "/v1/other", "", nil, 404},
	} {
		if resp, body := s.call(c.method, c.path, c.body, c.header...); resp.StatusCode != c.want || !strings.Contains(body, `"code"`) {
			t.Errorf("%s: %s %q, want %d", c.name, resp.Status, body, c.want)
		}
	}
}

func TestNodeTakesSmallParts(t *testing.T) {
	s := newStage(t, Mode{Node: true})
	resp, body := s.call("POST", "/v1/buckets", fmt.Sprintf(`{"totalParts":2,"encryptedName":"n","originalSizeInBytes":%d}`, nodeMinPart+1))
	if got := resp.Header.Get("Server"); got != "QuickSync-Node" {
		t.Errorf("the server is %q", got)
	}
	var u struct{ UploadID, FileKey string }
	if err := json.Unmarshal([]byte(body), &u); err != nil {
		t.Fatal(err)
	}
	first := s.put(u.UploadID, u.FileKey, 1, strings.Repeat("a", nodeMinPart))
	if status := s.complete(u.UploadID, u.FileKey, first, s.put(u.UploadID, u.FileKey, 2, "b")); status != http.StatusOK {
		t.Errorf("complete says %d", status)
	}
}

// A link shows the size of what was thrown away, and gives the file that is
// offered.
func TestLinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, Mode{Offer: path})
	id, key := s.begin(1)
	s.complete(id, key, s.put(id, key, 1, "x"))
	for _, c := range []struct{ key, ranges, total, body string }{
		{key, "bytes=0-0", "bytes 0-0/1", "\x00"},
		{Offered, "bytes=3-5", "bytes 3-5/10", "345"},
	} {
		_, body := s.call("GET", "/v1/buckets/download/"+c.key, "")
		var link struct{ URL string }
		if err := json.Unmarshal([]byte(body), &link); err != nil {
			t.Fatal(err)
		}
		resp, got := s.call("GET", strings.TrimPrefix(link.URL, s.url), "", "Range", c.ranges, "Authorization", "")
		if resp.Header.Get("Content-Range") != c.total || got != c.body {
			t.Errorf("%s of %s: %q, %q", c.ranges, c.key, resp.Header.Get("Content-Range"), got)
		}
	}
}

func TestS3Multipart(t *testing.T) {
	s := newStage(t, Mode{Keep: true})
	_, body := s.call("POST", "/bench/a/b?uploads", "", "X-Amz-Meta-Mtime", "1")
	var u initiated
	if err := xml.Unmarshal([]byte(body), &u); err != nil {
		t.Fatal(err)
	}
	put := func(number int, content string, header ...string) string {
		resp, _ := s.call("PUT", fmt.Sprintf("/bench/a/b?partNumber=%d&uploadId=%s", number, u.UploadID), content, header...)
		return resp.Header.Get("ETag")
	}
	first := strings.Repeat("a", s3MinPart)
	sum := md5.Sum([]byte(first))
	one := put(1, first, "Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
	if one != quoted(hex.EncodeToString(sum[:])) {
		t.Errorf("the ETag is %s, not the MD5 that was sent along", one)
	}
	two := put(2, "3\r\nxyz\r\n0\r\n\r\n", "X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	finish := func(a, b string) int {
		resp, _ := s.call("POST", "/bench/a/b?uploadId="+u.UploadID, fmt.Sprintf("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag></Part><Part><PartNumber>2</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>", a, b))
		return resp.StatusCode
	}
	if status := finish(two, one); status != http.StatusBadRequest {
		t.Errorf("ETags in another order: %d", status)
	}
	if status := finish(one, two); status != http.StatusOK {
		t.Errorf("complete says %d", status)
	}
	whole := sha256.Sum256([]byte(first + "xyz"))
	if r := s.store.report(); len(r.Objects) != 1 || r.Objects[0].SHA256 != hex.EncodeToString(whole[:]) || r.Objects[0].Name != "a/b" {
		t.Errorf("it reports %+v", r)
	}
	resp, _ := s.call("HEAD", "/bench/a/b", "")
	if resp.ContentLength != s3MinPart+3 || resp.Header.Get("X-Amz-Meta-Mtime") != "1" || !strings.HasSuffix(resp.Header.Get("ETag"), `-2"`) {
		t.Errorf("HEAD tells %+v", resp.Header)
	}
}

func TestS3WholeAndOffered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, offeredPart+1), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, Mode{Offer: path})
	s.call("PUT", "/bench/k", "content")
	_, list := s.call("GET", "/bench?list-type=2&prefix=k", "")
	if !strings.Contains(list, "<Key>k</Key>") || strings.Contains(list, Offered) || !strings.Contains(list, "<Size>7</Size>") {
		t.Errorf("the list is %s", list)
	}
	resp, last := s.call("GET", "/bench/"+Offered+"?partNumber=2", "")
	if resp.Header.Get("X-Amz-Mp-Parts-Count") != "2" || len(last) != 1 {
		t.Errorf("part 2 has %d bytes, of %s parts", len(last), resp.Header.Get("X-Amz-Mp-Parts-Count"))
	}
	if r := s.store.report(); len(r.Objects) != 1 || r.Objects[0].Name != "k" {
		t.Errorf("it reports %+v: what it offers is nothing that arrived", r.Objects)
	}
	s.call("DELETE", "/bench/k", "")
	if resp, body := s.call("GET", "/bench/k", ""); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "NoSuchKey") {
		t.Errorf("what was deleted: %s", resp.Status)
	}
}

// Serve answers its orders in turn and ends with them, and its https is TLS 1.3
// under a certificate that trusts itself.
func TestServe(t *testing.T) {
	c, err := MakeCertificate(t.TempDir(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	orders, steer := io.Pipe()
	answers, answer := io.Pipe()
	ended := make(chan error)
	go func() {
		ended <- Serve(context.Background(), Config{Host: "127.0.0.1", Certificate: c.Path, Key: c.Key}, orders, answer)
	}()
	from, to := json.NewDecoder(answers), json.NewEncoder(steer)
	var where Addresses
	if err := from.Decode(&where); err != nil {
		t.Fatal(err)
	}
	trusted, err := os.ReadFile(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(trusted)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	put, err := http.NewRequest(http.MethodPut, where.HTTPS+"/bench/k", strings.NewReader("content"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(put)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.TLS.Version != tls.VersionTLS13 || resp.ProtoMajor != 1 {
		t.Errorf("it speaks TLS %x and %s", resp.TLS.Version, resp.Proto)
	}
	for _, want := range []struct {
		say   order
		bytes int64
	}{{order{}, 7}, {order{Reset: &Mode{}}, 0}} {
		var r Report
		if err := to.Encode(want.say); err != nil {
			t.Fatal(err)
		}
		if err := from.Decode(&r); err != nil || r.Bytes != want.bytes {
			t.Errorf("it reports %+v, want %d bytes: %v", r, want.bytes, err)
		}
	}
	_ = steer.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
