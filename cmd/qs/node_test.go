package main_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// nodeProcess is a running "qs node".
type nodeProcess struct {
	servedNode
	t      *testing.T
	cmd    *exec.Cmd
	told   sync.Once
	killed bool // as nobody asks it to end
	ended  chan struct{}
	stderr *bytes.Buffer // to be read when it has ended
	rest   []byte        // what it wrote to standard output after the first line
}

// startNode starts a node and waits for its first line. The node lives until the
// test is over, and then ends as it does for a person.
func (q qs) startNode(args ...string) *nodeProcess {
	q.Helper()
	cmd := q.command(context.WithoutCancel(q.Context()), append([]string{"node", "--json"}, args...)...)
	n := &nodeProcess{t: q.T, cmd: cmd, ended: make(chan struct{}), stderr: &bytes.Buffer{}}
	n.cmd.Stderr = n.stderr
	stdout, err := n.cmd.StdoutPipe()
	if err != nil {
		q.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		q.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadBytes('\n')
	go func() {
		defer close(n.ended)
		n.rest, _ = io.ReadAll(lines)
		_ = n.cmd.Wait() // its state is what is looked at
	}()
	q.Cleanup(func() { n.stop() })
	if err != nil {
		<-n.ended
		q.Fatalf("the node does not start: %s", n.stderr)
	}
	n.servedNode = object[servedNode](q.T, first)
	return n
}

// interrupt asks the node to end, once: asked twice it would end at once.
func (n *nodeProcess) interrupt() {
	n.t.Helper()
	end := n.cmd.Process.Kill
	if runtime.GOOS != "windows" { // which knows no interrupt from outside
		end = func() error { return n.cmd.Process.Signal(os.Interrupt) }
	}
	n.told.Do(func() {
		if err := end(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			n.t.Error(err)
		}
	})
}

// stop ends the node, and returns what it has said on standard error.
func (n *nodeProcess) stop() string {
	n.t.Helper()
	n.interrupt()
	<-n.ended
	if code := n.cmd.ProcessState.ExitCode(); code != 0 && !n.killed && runtime.GOOS != "windows" {
		n.t.Errorf("the node ended with %d: %s", code, n.stderr)
	}
	if len(n.rest) > 0 {
		n.t.Errorf("the node wrote %q", n.rest)
	}
	return n.stderr.String()
}

// withServer starts a node, and returns a qs that has it as its server.
func withServer(t *testing.T) (qs, *nodeProcess) {
	t.Helper()
	const token = "the-key-that-the-test-gave"
	node := qs{T: t, dir: t.TempDir(), env: []string{"QS_TOKEN=" + token}}
	n := node.startNode("--data", filepath.Join(node.dir, "data"))
	return onServer(t, n.URL, token), n
}

// eachStorage runs a test on both storages there are for a command: its own
// node, and a server.
func eachStorage(t *testing.T, test func(t *testing.T, q qs)) {
	t.Run("own node", func(t *testing.T) {
		t.Parallel()
		q := onHome(t)
		q.startNode() // links are for those alone who have a lasting node
		test(t, q)
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		q, _ := withServer(t)
		test(t, q)
	})
}

var keyShown = regexp.MustCompile(`(?m)^qs: the key of this node, shown this once: (\S+)$`)

// The token is shown the first time only, and stays; so do session and address.
func TestNodeShowsItsKeyOnce(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	first := q.startNode()
	said := keyShown.FindStringSubmatch(first.stop())
	if said == nil {
		t.Fatalf("the key is not shown: %q", first.stderr)
	}
	second := q.startNode()
	if second.servedNode != first.servedNode {
		t.Errorf("first %+v, then %+v", first.servedNode, second.servedNode)
	}
	onServer(t, second.URL, said[1]).ok("list")
	if rest := second.stop(); rest != "" {
		t.Errorf("the second time it says %q", rest)
	}
	if runtime.GOOS != "windows" {
		wantPrivate(t, strings.TrimPrefix(q.env[0], "QUICKSYNC_HOME="))
	}
}

// wantPrivate: what is kept is for this user alone.
func wantPrivate(t *testing.T, home string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == home {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestNodeTakesTokenAndSession(t *testing.T) {
	t.Parallel()
	q := onHome(t).with("QS_TOKEN=a-token-of-ours", "QS_SESSION=a session of ours")
	n := q.startNode("--listen", "127.0.0.1:0")
	if n.Session != "a session of ours" {
		t.Errorf("the session is %q", n.Session)
	}
	onServer(t, n.URL, "a-token-of-ours").ok("list")
	onServer(t, n.URL, "another").run("list").wants(1).says("does not accept the key")
	if said := n.stop(); said != "" {
		t.Errorf("a given token is shown: %q", said)
	}
}

func TestNodeOfAFolderInUse(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	data := filepath.Join(q.dir, "data")
	n := q.startNode("--data", data)
	q.run("node", "--data", data).wants(1).says(data, "is in use by qs node", pid(n.cmd))
	q.run("node", "--json", "--listen", "nonsense").wants(1)
	if out := q.run("node", "--json", "--listen", strings.TrimSuffix(strings.TrimPrefix(n.URL, "http://"), "/v1")).wants(1).stdout; out != "" {
		t.Errorf("it says %q", out)
	}
}

func TestLinkNeedsALastingNode(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	q.onDisk("a.txt", []byte("a"))
	key := *q.send(0, "a.txt")["a.txt"].FileKey
	for _, options := range [][]string{{"link", key}, {"link", "--json", key}} {
		r := q.run(options...).wants(1).says("Start QuickSync")
		if r.stdout != "" {
			t.Errorf("a link that will not work: %q", r.stdout)
		}
	}
	n := q.startNode()
	r := q.ok("link", key)
	if got, _ := download(t, strings.TrimSpace(r.stdout)); got != digestOf(t, strings.NewReader("a")) {
		t.Error("the link gives another file")
	}
	if !strings.HasPrefix(r.stdout, strings.TrimSuffix(n.URL, "/v1")) {
		t.Errorf("the link %q is not that of the running node %s", r.stdout, n.URL)
	}
	q.onDisk("b.txt", []byte("b"))
	shown := q.ok("send", "b.txt").stdout
	name, link, _ := strings.Cut(strings.TrimSuffix(shown, "\n"), "\t")
	if got, _ := download(t, link); name != "b.txt" || got != digestOf(t, strings.NewReader("b")) {
		t.Errorf("send writes %q", shown)
	}
}

// Several qs at once use one home: the first has the node, the others borrow it,
// and whoever comes as it ends waits for it.
func TestSeveralAtOnceOnOneHome(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	var runs sync.WaitGroup
	names := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
	for i, name := range names {
		q.onDisk(name, noise(i, 1<<20))
		runs.Go(func() { q.run("send", name).wantsQuietly(0) })
	}
	runs.Wait()
	list := q.list()
	for _, name := range names {
		if !list[name].Completed {
			t.Errorf("%s did not arrive", name)
		}
	}
}

func pid(cmd *exec.Cmd) string { return "process " + strconv.Itoa(cmd.Process.Pid) }

// wantsQuietly is wants for goroutines, which must not end a test.
func (r result) wantsQuietly(code int) {
	if r.code != code || r.stderr != "" {
		r.Errorf("qs %q: exit code %d, want %d\n%s\n%s", r.args, r.code, code, r.stdout, r.stderr)
	}
}
