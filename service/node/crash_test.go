package node

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// childDir names the environment variable that makes the test binary a node in
// a directory: it prints its URL and token and serves until it is killed, or
// until its input ends.
const childDir = "QUICKSYNC_TEST_NODE_DIR"

func runChild(dir string) {
	n, err := Open(context.Background(), Config{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(n.URL(), n.Token())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := n.Close(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child is a node in a process of its own.
type child struct {
	t          *testing.T
	cmd        *exec.Cmd
	url, token string
	client     *http.Client
}

func startChild(t *testing.T, dir string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: cmd, client: newClient(t)}
	t.Cleanup(func() {
		_ = stdin.Close()
		c.kill()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(line)
	c.url, c.token = fields[0], fields[1]
	return c
}

// kill ends the process without asking it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait() // it was killed, and says so
}

func (c *child) call(method, path string, body io.Reader, headers ...string) answer {
	c.t.Helper()
	return send(c.t, c.client, method, c.url+path, body, append(headers, "Authorization", "Bearer "+c.token)...)
}

func (c *child) put(u uploadAnswer, number string, content []byte) string {
	c.t.Helper()
	got := c.call("PUT", "/buckets", bytes.NewReader(content), "uploadId", u.UploadID, "key", u.FileKey, "partNumber", number)
	return decode[partAnswer](c.t, got).Tag
}

// What was answered is there after kill -9, and what was not leaves nothing.
func TestKillBetweenParts(t *testing.T) {
	dir := t.TempDir()
	content := noise(256<<10 + 5)
	c := startChild(t, dir)
	u := decode[uploadAnswer](t, c.call("POST", "/buckets", strings.NewReader(beginBody("name", 2, int64(len(content))))))
	first := c.put(u, "1", content[:256<<10])

	// The process dies in the middle of the second part, whose extent is there.
	body, w := io.Pipe()
	req, err := http.NewRequest("PUT", c.url+"/buckets", body)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range map[string]string{"Authorization": "Bearer " + c.token, "uploadId": u.UploadID, "key": u.FileKey, "partNumber": "2"} {
		req.Header.Set(k, v)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if resp, err := c.client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("half a part was answered %s", resp.Status)
		}
	}()
	_, _ = w.Write(make([]byte, 300<<10))
	eventually(func() bool { return len(extents(t, dir)) == 2 })
	c.kill()
	_ = w.Close()
	<-done

	c = startChild(t, dir)
	if left := extents(t, dir); len(left) != 1 || left[0] != 256<<10 {
		t.Errorf("after the sweep there are extents of %v bytes", left)
	}
	second := c.put(u, "2", content[256<<10:])
	got := c.call("POST", "/buckets/complete", strings.NewReader(fmt.Sprintf(`{"key":%q,"tags":[%q,%q]}`, u.FileKey, first, second)), "uploadId", u.UploadID)
	decode[uploadAnswer](t, got)
	link := decode[downloadAnswer](t, c.call("GET", "/buckets/download/"+u.FileKey, nil)).URL
	c.kill()

	c = startChild(t, dir)
	if got := send(t, c.client, "GET", link, nil); !bytes.Equal(got.body, content) {
		t.Errorf("after the last kill: %d, %d bytes", got.status, len(got.body))
	}
}

// Killed at any instant of many uploads at once, a node still has every file it
// said was complete, whole.
func TestKillUnderLoad(t *testing.T) {
	dir := t.TempDir()
	content := noise(300 << 10)
	var keys []string
	for range 5 {
		c := startChild(t, dir)
		done := make(chan string)
		const workers, before = 4, 8
		stopped := make(chan struct{}, workers)
		for range workers {
			go func() {
				defer func() { stopped <- struct{}{} }()
				for {
					key, ok := c.uploadUntilDead(content)
					if !ok {
						return
					}
					done <- key
				}
			}()
		}
		for range before {
			keys = append(keys, <-done)
		}
		c.kill()
		for alive := workers; alive > 0; {
			select {
			case key := <-done:
				keys = append(keys, key)
			case <-stopped:
				alive--
			}
		}
	}
	n := start(t, Config{Dir: dir})
	for _, key := range keys {
		if got := n.get(n.link(key, "").URL); !bytes.Equal(got.body, content) {
			t.Errorf("%s: %d, %d bytes", key, got.status, len(got.body))
		}
	}
	for _, f := range n.list() {
		if got := n.call("DELETE", "/buckets/"+f.FileKey, nil); got.status != http.StatusNoContent {
			t.Errorf("delete: %s", got.body)
		}
	}
	if left := extents(t, dir); len(left) > 0 {
		t.Errorf("%d extents are left of no file", len(left))
	}
}

// uploadUntilDead uploads a file; ok is false when the node did not answer.
func (c *child) uploadUntilDead(content []byte) (key string, ok bool) {
	var u uploadAnswer
	var p partAnswer
	ok = c.try(&u, "POST", "/buckets", []byte(beginBody("name", 1, int64(len(content)))), "") &&
		c.try(&p, "PUT", "/buckets?partNumber=1&key="+u.FileKey, content, u.UploadID) &&
		c.try(&u, "POST", "/buckets/complete", fmt.Appendf(nil, `{"key":%q,"tags":[%q]}`, u.FileKey, p.Tag), u.UploadID)
	return u.FileKey, ok
}

func (c *child) try(into any, method, path string, body []byte, uploadID string) bool {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("uploadId", uploadID)
	resp, err := c.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return err == nil && resp.StatusCode == http.StatusOK && unmarshal(content, into)
}
