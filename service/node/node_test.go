package node

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer takes a log from many goroutines.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestLinksOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	n, err := Open(t.Context(), Config{Dir: dir, LAN: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	first := testNode{n, t, newClient(t), dir}
	key := first.upload("name", []byte("hello"))
	link := first.link(key, "").URL
	lanLink := share(first, link)
	url, token, session := n.URL(), n.Token(), n.SessionID()
	first.client.CloseIdleConnections()
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(token) != 43 || len(session) != 32 {
		t.Errorf("token of %d characters, session ID of %d", len(token), len(session))
	}

	second := start(t, Config{Dir: dir, LAN: "127.0.0.1:0"})
	if second.URL() != url || second.Token() != token || second.SessionID() != session {
		t.Errorf("another identity: %s", second.URL())
	}
	if got := share(second, link); got != lanLink {
		t.Errorf("another link for the network: %s, was %s", got, lanLink)
	}
	for _, l := range []string{link, lanLink} {
		if got := second.get(l); string(got.body) != "hello" {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

// A port that was taken meanwhile is given up for another, which is kept.
func TestPortIsTaken(t *testing.T) {
	dir := t.TempDir()
	var log lockedBuffer
	urls := make([]string, 3)
	for i := range urls {
		n, err := Open(t.Context(), Config{Dir: dir, Log: slogTo(&log)})
		if err != nil {
			t.Fatal(err)
		}
		urls[i] = n.URL()
		if err := n.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			ln, err := net.Listen("tcp", strings.TrimSuffix(strings.TrimPrefix(urls[0], "http://"), "/v1"))
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
		}
	}
	if urls[1] == urls[0] || urls[2] != urls[1] {
		t.Errorf("ports went %v", urls)
	}
	if strings.Count(log.String(), "port of the last run is taken") != 1 {
		t.Errorf("the log says %s", log.String())
	}
}

func TestExplicitPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	dir := t.TempDir()
	if n, err := Open(t.Context(), Config{Dir: dir, Listen: ln.Addr().String()}); err == nil {
		t.Error("two at one port", n.Close(t.Context()))
	}
	// A start that failed lets go of the directory.
	start(t, Config{Dir: dir})
}

func TestOneNodePerDirectory(t *testing.T) {
	n := start(t, Config{})
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Open(impatient, Config{Dir: n.dir})
	if !errors.Is(err, ErrInUse) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), n.dir) {
		t.Errorf("%v", err)
	}
}

// A node that ends later than the store waits for it is waited for.
func TestEndingNodeIsWaitedFor(t *testing.T) {
	ending := start(t, Config{})
	ended := make(chan error, 1)
	time.AfterFunc(1500*time.Millisecond, func() { ended <- ending.Close(context.Background()) })
	n, err := Open(t.Context(), Config{Dir: ending.dir})
	if err := errors.Join(err, <-ended); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no directory":  {},
		"a rule":        {Dir: t.TempDir(), Rules: Rules{MaxFiles: -1}},
		"another rule":  {Dir: t.TempDir(), Rules: Rules{MaxMegaBytes: -1}},
		"a token":       {Dir: t.TempDir(), Token: "to ken"},
		"an address":    {Dir: t.TempDir(), Listen: "nonsense"},
		"a token's end": {Dir: t.TempDir(), Token: "token\n"},
	} {
		if n, err := Open(t.Context(), cfg); err == nil {
			t.Errorf("%s was taken: %v", name, n.Close(t.Context()))
		}
	}
}

func TestFilesAreTheUsersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps no such modes")
	}
	dir := filepath.Join(t.TempDir(), "new", "node")
	n := start(t, Config{Dir: dir})
	n.upload("name", []byte("hello"))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "node.db")); err != nil || len(raw) == 0 {
		t.Errorf("no database: %v", err)
	}
}

// Close gives requests their time, then cuts them off and leaves nothing
// running; to close twice is fine, and nothing can be opened again.
func TestCloseCutsOff(t *testing.T) {
	n := start(t, Config{LAN: "127.0.0.1:0"})
	part := noise(16 << 20)
	share(n, n.link(n.upload("name", part, part), "").URL)
	link := n.link(n.list()[0].FileKey, "").URL
	resp, err := narrowClient(t).Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	for range 2 {
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	if _, err := io.Copy(io.Discard, resp.Body); err == nil {
		t.Error("the download was whole")
	}
	if err := n.ShareOnLAN(t.Context(), true); err == nil {
		t.Error("a closed node was shared")
	}
	if _, err := n.Usage(t.Context()); err == nil {
		t.Error("a closed node knows its usage")
	}
}

// Close waits for an answer under way where its time allows.
func TestCloseWaits(t *testing.T) {
	n := start(t, Config{})
	u := n.begin("name", 1, 5)
	body, w := io.Pipe()
	closed := make(chan error, 1)
	go func() {
		_, _ = w.Write([]byte("he"))
		eventually(func() bool { return len(extents(t, n.dir)) == 1 })
		go func() { closed <- n.Close(context.Background()) }()
		eventually(func() bool { return !listening(n.main.address.String()) })
		_, _ = w.Write([]byte("llo"))
		_ = w.Close()
	}()
	if got := n.putPart(u, 1, body); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func listening(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
