package node

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Parts come twice at once, and all at once; the file is what was completed.
func TestPartsAtOnce(t *testing.T) {
	n := start(t, Config{})
	const parts = 8
	content := noise(parts * 256 << 10)
	u := n.begin("name", parts, int64(len(content)))
	tags := make([]string, parts)
	var wg sync.WaitGroup
	for i := range 2 * parts {
		wg.Go(func() {
			number := i%parts + 1
			got := n.putPart(u, number, bytes.NewReader(content[(number-1)*256<<10:number*256<<10]))
			if got.status != http.StatusOK {
				t.Errorf("part %d: %s", number, got.body)
				return
			}
			if i < parts {
				tags[i] = decode[partAnswer](t, got).Tag
			}
		})
	}
	wg.Wait()
	decode[uploadAnswer](t, n.complete(u, tags...))
	if got := n.get(n.link(u.FileKey, "").URL); !bytes.Equal(got.body, content) {
		t.Errorf("%d bytes, or others", len(got.body))
	}
	if left := extents(t, n.dir); len(left) != parts {
		t.Errorf("%d extents for %d parts", len(left), parts)
	}
}

// What happens to an upload while a part of it is on its way decides about the
// part.
func TestUploadEndsDuringPart(t *testing.T) {
	n := start(t, Config{})
	for name, end := range map[string]func(u uploadAnswer, tag string){
		"deleted": func(u uploadAnswer, _ string) {
			if got := n.call("DELETE", "/buckets/"+u.FileKey, nil); got.status != http.StatusNoContent {
				t.Errorf("delete: %s", got.body)
			}
		},
		"completed": func(u uploadAnswer, tag string) { decode[uploadAnswer](t, n.complete(u, tag)) },
	} {
		t.Run(name, func(t *testing.T) {
			before := len(extents(t, n.dir))
			u := n.begin("name", 1, 5)
			tag := n.put(u, 1, []byte("hello"))
			body, w := io.Pipe()
			go func() {
				_, _ = w.Write([]byte("he"))
				end(u, tag)
				_, _ = w.Write([]byte("llo"))
				_ = w.Close()
			}()
			wantProblem(t, name, n.putPart(u, 1, body), 404, "no_such_upload")
			kept := map[string]int{"deleted": 0, "completed": 1}[name]
			if got := len(extents(t, n.dir)) - before; got != kept {
				t.Errorf("%d extents are left, want %d", got, kept)
			}
		})
	}
}

// A connection that breaks in the middle of a body leaves no part and no extent.
func TestBrokenConnection(t *testing.T) {
	n := start(t, Config{})
	for name, end := range map[string]func(*net.TCPConn){
		"closed":    func(c *net.TCPConn) { _ = c.Close() },
		"half open": func(c *net.TCPConn) { _ = c.CloseWrite() },
		"reset":     func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			u := n.begin("name", 1, 1000)
			conn := n.halfAPart(u)
			defer conn.Close()
			eventually(func() bool { return len(extents(t, n.dir)) == 1 })
			end(conn)
			eventually(func() bool { return len(extents(t, n.dir)) == 0 })
			n.wantNoPart(u)
		})
	}
}

// So does one on which nothing comes any more. Its answer is one that a client
// takes for worth another try.
func TestStandstill(t *testing.T) {
	tune := newClock().tuning()
	tune.readPatience = 200 * time.Millisecond
	n := startTuned(t, Config{}, tune)
	u := n.begin("name", 1, 1000)
	conn := n.halfAPart(u)
	defer conn.Close()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, "standstill", answer{resp.StatusCode, resp.Header, body}, 408, "stalled")
	if left := extents(t, n.dir); len(left) > 0 {
		t.Errorf("%d extents", len(left))
	}
	n.wantNoPart(u)
}

// A body that is announced, never comes and is read by nobody holds no
// connection for ever, on the local network neither.
func TestBodyThatNeverComes(t *testing.T) {
	tune := newClock().tuning()
	tune.readPatience = 200 * time.Millisecond
	n := startTuned(t, Config{LAN: "127.0.0.1:0"}, tune)
	lan, err := url.Parse(share(n, n.link(n.upload("name", []byte("hello")), "").URL))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		address, head string
		status        int
	}{
		"the API":         {n.main.address.String(), "PUT /v1/buckets HTTP/1.1", 401},
		"a download":      {lan.Host, "GET " + lan.RequestURI() + " HTTP/1.1", 200},
		"nothing":         {lan.Host, "POST / HTTP/1.1", 404},
		"asked for first": {n.main.address.String(), "PUT /v1/buckets HTTP/1.1\r\nExpect: 100-continue", 401},
	} {
		t.Run(name, func(t *testing.T) {
			conn := announce(t, c.address, c.head, 1000)
			defer conn.Close()
			if got := readUntilClosed(t, conn); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
		})
	}
}

// Who asks whether to send a large body, and is refused, hears so at once.
func TestRefusedBeforeTheBody(t *testing.T) {
	n := start(t, Config{})
	conn := announce(t, n.main.address.String(), "PUT /v1/buckets HTTP/1.1\r\nExpect: 100-continue", 1<<20)
	defer conn.Close()
	if got := readUntilClosed(t, conn); got != http.StatusUnauthorized {
		t.Errorf("status %d", got)
	}
}

// announce sends the head of a request with a body, and nothing of the body.
func announce(t *testing.T, address, head string, length int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(conn, "%s\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", head, address, length); err != nil {
		t.Fatal(err)
	}
	return conn
}

// readUntilClosed returns the status of an answer after which the node closes
// the connection.
func readUntilClosed(t *testing.T, conn net.Conn) int {
	t.Helper()
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("after the answer: %q, %v", rest, err)
	}
	return resp.StatusCode
}

// halfAPart sends 500 bytes of a part of 1000.
func (n testNode) halfAPart(u uploadAnswer) *net.TCPConn {
	n.t.Helper()
	conn, err := net.Dial("tcp", n.main.address.String())
	if err != nil {
		n.t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "PUT /v1/buckets HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"uploadId: %s\r\nkey: %s\r\npartNumber: 1\r\nContent-Length: 1000\r\n\r\n%s",
		conn.RemoteAddr(), n.Token(), u.UploadID, u.FileKey, strings.Repeat("x", 500))
	if err != nil {
		n.t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

func (n testNode) wantNoPart(u uploadAnswer) {
	n.t.Helper()
	got := n.complete(u, "crc32c-00000000")
	if p := got.problem(); p.Code != codeIncomplete || !slices.Equal(p.Parts, []int{1}) {
		n.t.Errorf("complete: %s", got.body)
	}
}

// eventually waits for what another goroutine is about to bring; the only
// deadline is the test run's.
func eventually(condition func() bool) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !condition() {
		<-tick.C
	}
}
