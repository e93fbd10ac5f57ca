package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"quicksync.me/desktop/service/node/store"
)

func TestWayOfAFile(t *testing.T) {
	n := start(t, Config{})
	if got := n.call("GET", "/buckets", nil); strings.TrimSpace(string(got.body)) != "[]" {
		t.Errorf("the list of nothing: %s", got.body)
	}
	content := noise(256<<10 + 7)
	u := n.begin("sealed <name> ünd/so", 2, int64(len(content)))
	unfinished := n.stat(u.FileKey)
	if unfinished.Completed || unfinished.CID != "" || unfinished.TotalParts != 2 || unfinished.Size != int64(len(content)) {
		t.Errorf("unfinished: %+v", unfinished)
	}
	second := decode[partAnswer](t, n.putPart(u, 2, bytes.NewReader(content[256<<10:])))
	first := decode[partAnswer](t, n.putPart(u, 1, bytes.NewReader(content[:256<<10])))
	if first.PartNumber != 1 || second.PartNumber != 2 || !strings.HasPrefix(first.Tag, "crc32c-") || len(first.Tag) != 15 {
		t.Errorf("parts %+v %+v", first, second)
	}
	if done := decode[uploadAnswer](t, n.complete(u, first.Tag, second.Tag)); done != u {
		t.Errorf("complete answered %+v, want %+v", done, u)
	}
	f := n.stat(u.FileKey)
	if !f.Completed || f.FileName != "sealed <name> ünd/so" || f.FileKey != u.FileKey || f.CreatorID == "" || f.CID == "" {
		t.Errorf("finished: %+v", f)
	}
	if list := n.list(); !slices.Equal(list, []fileAnswer{f}) {
		t.Errorf("list: %+v", list)
	}
	link := n.link(u.FileKey, "")
	got := n.get(link.URL)
	if got.status != http.StatusOK || !bytes.Equal(got.body, content) || got.header.Get("ETag") != strconv.Quote(f.CID) {
		t.Errorf("download: %d, %d bytes, %v", got.status, len(got.body), got.header)
	}
	if usage, err := n.Usage(t.Context()); err != nil || usage.Files != 1 || usage.Bytes != int64(len(content)) || usage.Free == 0 {
		t.Errorf("usage %+v, %v", usage, err)
	}
	if got := n.call("DELETE", "/buckets/"+u.FileKey, nil); got.status != http.StatusNoContent || len(got.body) > 0 {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	wantProblem(t, "the deleted file's link", n.get(link.URL), 404, "not_found")
	wantProblem(t, "delete again", n.call("DELETE", "/buckets/"+u.FileKey, nil), 404, "not_found")
}

func TestEmptyFile(t *testing.T) {
	n := start(t, Config{})
	key := n.upload("empty", nil)
	if cid := n.stat(key).CID; cid != "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" {
		t.Error(cid)
	}
	for _, headers := range [][]string{nil, {"Range", "bytes=0-0"}} {
		got := n.get(n.link(key, "").URL, headers...)
		if got.status != http.StatusOK || len(got.body) != 0 || got.header.Get("Content-Length") != "0" {
			t.Errorf("%v: %d %q %v", headers, got.status, got.body, got.header)
		}
	}
}

// The parameters of a part and of complete may come in the query instead.
func TestParametersInTheQuery(t *testing.T) {
	n := start(t, Config{})
	u := n.begin("name", 1, 5)
	query := "?uploadId=" + u.UploadID + "&key=" + u.FileKey
	p := decode[partAnswer](t, n.call("PUT", "/buckets"+query+"&partNumber=1", strings.NewReader("hello")))
	got := n.json("POST", "/buckets/complete"+query, fmt.Sprintf(`{"tags":[%q]}`, p.Tag))
	if decode[uploadAnswer](t, got) != u {
		t.Errorf("%s", got.body)
	}
}

func TestRefusals(t *testing.T) {
	n := start(t, Config{})
	u := n.begin("name", 2, 10)
	ref := []string{"uploadId", u.UploadID, "key", u.FileKey}
	part := func(number string) []string { return append(slices.Clone(ref), "partNumber", number) }
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"nothing there", "GET", "/nothing", "", nil, 404, "not_found"},
		{"a slash too much", "GET", "/buckets/", "", nil, 404, "not_found"},
		{"wrong method", "DELETE", "/buckets", "", nil, 405, "method_not_allowed"},
		{"wrong method for a file", "GET", "/buckets/" + u.FileKey, "", nil, 405, "method_not_allowed"},
		{"wrong method for complete", "DELETE", "/buckets/complete", "", nil, 405, "method_not_allowed"},
		{"unknown file", "GET", "/buckets/file/none", "", nil, 404, "not_found"},
		{"a file with a slash", "GET", "/buckets/file/a%2Fb", "", nil, 404, "not_found"},
		{"a file with dots", "GET", "/buckets/file/%2e%2e%2f", "", nil, 404, "not_found"},
		{"a file with a very long key", "DELETE", "/buckets/" + strings.Repeat("k", 40_000), "", nil, 404, "not_found"},
		{"download of none", "GET", "/buckets/download/none", "", nil, 404, "not_found"},
		{"download of an upload", "GET", "/buckets/download/" + u.FileKey, "", nil, 404, "not_found"},
		{"no JSON", "POST", "/buckets", "{", nil, 400, "bad_request"},
		{"too much JSON", "POST", "/buckets", `{"a":"` + strings.Repeat("a", maxJSON) + `"}`, nil, 400, "bad_request"},
		{"part 0", "PUT", "/buckets", "x", part("0"), 400, "bad_part"},
		{"part 3 of 2", "PUT", "/buckets", "x", part("3"), 400, "bad_part"},
		{"part x", "PUT", "/buckets", "x", part("x"), 400, "bad_part"},
		{"no part", "PUT", "/buckets", "x", ref, 400, "bad_part"},
		{"no upload", "PUT", "/buckets", "x", []string{"partNumber", "1"}, 400, "bad_request"},
		{"unknown upload", "PUT", "/buckets", "x", []string{"uploadId", "x", "key", u.FileKey, "partNumber", "1"}, 404, "no_such_upload"},
		{"unknown key", "PUT", "/buckets", "x", []string{"uploadId", u.UploadID, "key", "x", "partNumber", "1"}, 404, "no_such_upload"},
		{"too large", "PUT", "/buckets", strings.Repeat("x", store.MaxPart+1), part("1"), 413, "part_too_large"},
		{"complete without JSON", "POST", "/buckets/complete", "[]", ref, 400, "bad_request"},
		{"complete of none", "POST", "/buckets/complete", `{"key":"none"}`, ref, 404, "no_such_upload"},
		{"complete without uploadId", "POST", "/buckets/complete", `{"key":"none"}`, nil, 400, "bad_request"},
		{"complete without parts", "POST", "/buckets/complete", `{}`, ref, 400, "incomplete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantProblem(t, c.name, n.call(c.method, c.path, strings.NewReader(c.body), c.headers...), c.status, c.code)
		})
	}
	if allow := n.call("DELETE", "/buckets", nil).header.Get("Allow"); allow != "GET, POST, PUT" {
		t.Errorf("Allow: %q", allow)
	}
	if left := extents(t, n.dir); len(left) > 0 {
		t.Errorf("refused parts left %v", left)
	}
}

// A body of unknown length is counted while it is read.
func TestTooLargeWithoutALength(t *testing.T) {
	n := start(t, Config{})
	u := n.begin("name", 1, 10)
	body := struct{ io.Reader }{bytes.NewReader(make([]byte, store.MaxPart+1))}
	wantProblem(t, "chunked", n.putPart(u, 1, body), 413, "part_too_large")
}

func TestUnauthorized(t *testing.T) {
	n := start(t, Config{})
	if got := n.call("GET", "/buckets", nil); got.header.Get("Server") != "QuickSync-Node" {
		t.Errorf("the node does not name itself: %v", got.header)
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + n.Token(), n.Token(), "Bearer " + n.Token() + "x"} {
		for _, path := range []string{"/buckets", "/buckets/file/x", "/session/current"} {
			got := send(t, n.client, "GET", n.URL()+path, nil, "Authorization", header)
			wantProblem(t, header, got, 401, "unauthorized")
			if !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer") || got.header.Get("Server") == "" {
				t.Errorf("%q: %v", header, got.header)
			}
		}
	}
}

func TestIncompleteNamesTheParts(t *testing.T) {
	n := start(t, Config{})
	u := n.begin("name", 3, 3)
	tags := []string{n.put(u, 1, []byte("a")), "crc32c-00000000", n.put(u, 3, []byte("c"))}
	got := n.complete(u, tags...)
	wantProblem(t, "part 2 missing", got, 400, "incomplete")
	if p := got.problem(); !slices.Equal(p.Parts, []int{2}) || !strings.Contains(p.Detail, "2") {
		t.Errorf("%s", got.body)
	}
	tags[1] = n.put(u, 2, []byte("too long"))
	wantProblem(t, "sizes", n.complete(u, tags...), 400, "incomplete")
	tags[1] = n.put(u, 2, []byte("b"))
	for range 2 {
		if done := decode[uploadAnswer](t, n.complete(u, tags...)); done != u {
			t.Errorf("%+v", done)
		}
	}
	wantProblem(t, "other tags", n.complete(u, tags[0]), 404, "no_such_upload")
	wantProblem(t, "a part of a file", n.putPart(u, 1, strings.NewReader("a")), 404, "no_such_upload")
}

// beginCases are shared by the table test and the fuzz test.
var beginCases = []struct {
	body string
	ok   bool
}{
	{beginBody("name", 1, 0), true},
	{beginBody("name", store.MaxParts, store.MaxParts*store.MaxPart), true},
	{beginBody(strings.Repeat("n", maxName), 1, 1), true},
	{beginBody("", 1, 1), false},
	{beginBody(strings.Repeat("n", maxName+1), 1, 1), false},
	{beginBody("name", 0, 1), false},
	{beginBody("name", -1, 1), false},
	{beginBody("name", store.MaxParts+1, 1), false},
	{beginBody("name", 1, -1), false},
	{beginBody("name", 1, store.MaxPart+1), false},
	{`{"totalParts":1.5,"encryptedName":"a","originalSizeInBytes":1}`, false},
	{`{"totalParts":1,"encryptedName":null,"originalSizeInBytes":1}`, false},
	{`{"totalParts":1,"encryptedName":"a","originalSizeInBytes":99999999999999999999}`, false},
	{`{"totalParts":"1","encryptedName":"a","originalSizeInBytes":1}`, false},
	{"", false}, {"null", false}, {"[]", false}, {"{}{}", false},
}

func TestBegin(t *testing.T) {
	n := start(t, Config{})
	for _, c := range beginCases {
		got := n.json("POST", "/buckets", c.body)
		if c.ok {
			decode[uploadAnswer](t, got)
			continue
		}
		wantProblem(t, c.body[:min(80, len(c.body))], got, 400, "bad_request")
	}
}

func FuzzBegin(f *testing.F) {
	for _, c := range beginCases {
		f.Add([]byte(c.body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := parseBegin(body)
		if err != nil {
			return
		}
		if !json.Valid(body) || d.Name == "" || len(d.Name) > maxName || !utf8.ValidString(d.Name) ||
			d.TotalParts < 1 || d.TotalParts > store.MaxParts || d.Size < 0 || d.Size > int64(d.TotalParts)*store.MaxPart {
			t.Errorf("%q gave %+v", body, d)
		}
	})
}
