//go:build e2e && linux

package lab

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/e2e/harness"
)

// TestDescriptors sends to a qs node, and gets back from it, over a line that
// breaks. When all is over the node has open what it had before.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	rounds := 2
	if f := soak(t); f > 0 {
		rounds = 20 * f
	}
	b, node := newNode(t)
	before := 0
	for round := range rounds + 1 {
		large, small := b.file("large", 5*part+round), b.file("small", 50_000+round)
		r := b.start("send", "--json", large, small)
		b.passes(300 * time.Millisecond)
		b.must(b.line.Down(within(t)))
		b.must(b.line.Up(within(t)))
		told := r.ends(0)
		b.fetched(*told[large].FileKey, large)
		b.closeDoor()
		// The first round opens what stays open.
		if round == 0 {
			before = b.settled(node)
			continue
		}
		b.until("the node to close what it opened", func() bool { return b.descriptors(node) <= before })
	}
	measured(t, "descriptors of qs node: %d before and after %d rounds", before, rounds)
}

// settled waits until a process has the same number of descriptors for a while.
func (b *bench) settled(pid int) (n int) {
	b.Helper()
	same := 0
	b.until("the node to come to rest", func() bool {
		if now := b.descriptors(pid); now != n {
			n, same = now, 0
		}
		same++
		return same > 20
	})
	return n
}

func (b *bench) descriptors(pid int) int {
	b.Helper()
	n, err := harness.Descriptors(pid)
	b.must(err)
	return n
}

// door passes on to a node, which answers to its own name only, and returns its
// own address, HOST:PORT.
func (b *bench) door(node string) string {
	b.Helper()
	to, err := url.Parse(node)
	b.must(err)
	transport := &http.Transport{}
	b.closeDoor = transport.CloseIdleConnections
	door := httptest.NewServer(&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, to.Host
		},
		ErrorLog: log.New(io.Discard, "", 0), // its clients break off
	})
	b.Cleanup(func() {
		door.Close()
		b.closeDoor()
	})
	return door.Listener.Addr().String()
}

// newNode is a bench whose server is a qs node, with the process of that.
func newNode(t *testing.T) (b *bench, pid int) {
	t.Helper()
	b = &bench{T: t, dir: t.TempDir(), home: t.TempDir(), token: token, line: &harness.Line{}}
	cmd := b.service("node", "--json", "--data", t.TempDir())
	stdout, err := cmd.StdoutPipe()
	b.must(err)
	b.must(cmd.Start())
	t.Cleanup(func() {
		b.must(cmd.Process.Signal(os.Interrupt))
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("the node ended with %d", code)
		}
	})
	first, err := bufio.NewReader(stdout).ReadString('\n')
	b.must(err)
	var served struct{ URL string }
	b.must(json.Unmarshal([]byte(strings.TrimSpace(first)), &served))
	b.line = newLine(t, b.door(served.URL),
		narrow(30_000), toxic("limit_data", "upstream", map[string]int{"bytes": 17 * mib}),
		toxic("limit_data", "downstream", map[string]int{"bytes": 9 * mib}))
	return b, cmd.Process.Pid
}
