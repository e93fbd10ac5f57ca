//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// started is a run that has not ended.
type started struct {
	qs
	args           []string
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func (q qs) start(args ...string) *started {
	q.Helper()
	s := &started{qs: q, args: args, cmd: q.command(q.Context(), args...)}
	s.cmd.Stdout, s.cmd.Stderr = &s.stdout, &s.stderr
	if err := s.cmd.Start(); err != nil {
		q.Fatal(err)
	}
	return s
}

// wait returns what the run left.
func (s *started) wait() result {
	s.Helper()
	_ = s.cmd.Wait() // its exit code is what is looked at
	r := result{qs: s.qs, args: s.args, code: s.cmd.ProcessState.ExitCode(), stdout: s.stdout.String(), stderr: s.stderr.String()}
	r.keepsSecrets()
	return r
}

func (s *started) signal(sig os.Signal) {
	s.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.Error(err)
	}
}

// holding is a line to the node on which some requests are sent, but not
// answered until the sender hangs up. Who receives from the channel knows that
// one has come so far.
func (n *nodeProcess) holding(holds func(*http.Request) bool) (server string, held <-chan struct{}) {
	n.t.Helper()
	next := n.proxied()
	came := make(chan struct{}, 8)
	return startServer(n.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !holds(r) {
			next.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees who hangs up
		came <- struct{}{}
		<-r.Context().Done()
	})), came
}

// resent watches a file of four parts of which the second hangs. What was answered
// before an interruption is kept, and nothing that is kept comes again after it. Which
// parts those are is for the line to say: one that it lets go out beside more others
// may have no answer yet when the last one comes.
type resent struct {
	others chan struct{} // closed when the last part has come

	mu          sync.Mutex
	interrupted bool
	last        map[string]int // that came over each connection
	heard       []int          // of which the answer was: something followed over its connection
	kept        map[int]bool   // at the interruption
	again       []int          // after it
}

func newResent() *resent {
	return &resent{others: make(chan struct{}), last: map[string]int{}, kept: map[int]bool{}}
}

// holds is for holding.
func (c *resent) holds(r *http.Request) bool {
	number, _ := strconv.Atoi(r.Header.Get("partNumber")) // 0 where it is no part
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted {
		c.again = append(c.again, number)
		return false
	}
	if before := c.last[r.RemoteAddr]; before > 0 {
		c.heard = append(c.heard, before)
	}
	c.last[r.RemoteAddr] = number
	if number == 4 && !isClosed(c.others) { // it may come twice
		close(c.others)
	}
	return number == 2
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// interrupt ends a send when all parts have come.
func (c *resent) interrupt(s *started, sig os.Signal) result {
	s.Helper()
	<-c.others
	s.signal(sig)
	r := s.wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = true
	tags, _ := s.journalled()
	for at := range tags {
		c.kept[at.part] = true
	}
	return r
}

// none fails where what was answered was lost or came again.
func (c *resent) none(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, number := range c.heard {
		if !c.kept[number] {
			t.Errorf("part %d had been answered, and was not kept", number)
		}
	}
	for _, number := range c.again {
		if c.kept[number] {
			t.Errorf("part %d was sent again, although it had been kept", number)
		}
	}
}

// An interrupted send exits with 1 and says what became of each file. The same
// send, or resume, goes on where it was.
func TestInterruptedSendGoesOn(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		for _, again := range []string{"send", "resume"} {
			t.Run(name+" then "+again, func(t *testing.T) {
				t.Parallel()
				q, n := withServer(t)
				c := newResent()
				server, held := n.holding(c.holds)
				q = q.with("QS_SERVER=" + server)
				large := q.sparse("large", 4*part-1)
				s := q.start("send", "--json", large)
				<-held
				sent := objects[sentFile](c.interrupt(s, sig).wants(1).says("Interrupted"))[0]
				if sent.State != "cancelled" || sent.code() != "interrupted" {
					t.Errorf("%+v", sent)
				}
				args := map[string][]string{"send": {"send", "--json", large}, "resume": {"resume", "--json"}}[again]
				if sent := one[sentFile](q.run(args...).wants(0)); sent.State != "done" {
					t.Errorf("%+v", sent)
				}
				n.wantOnly(1)
				c.none(t)
			})
		}
	}
}

// An interrupted archive goes on too: it is made again, of the same files.
func TestInterruptedArchiveGoesOn(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	q.onDisk("f/a", noise(1, part+5))
	q.onDisk("f/b", noise(2, 2*part))
	c := newResent()
	server, held := n.holding(c.holds)
	q = q.with("QS_SERVER=" + server)
	s := q.start("send", "f")
	<-held
	c.interrupt(s, syscall.SIGINT).wants(1)
	sent := one[sentFile](q.ok("resume", "--json"))
	if sent.State != "done" {
		t.Errorf("%+v", sent)
	}
	c.none(t)
	n.wantOnly(1)
	if content := q.inArchive(*sent.FileKey); content["f/a"] != string(noise(1, part+5)) || content["f/b"] != string(noise(2, 2*part)) {
		t.Error("the archive holds other bytes")
	}
}

// endless is a folder that takes for ever to look through: links to a folder of
// links, and so on.
func (q qs) endless() string {
	q.Helper()
	q.onDisk("links/20/last", nil)
	for depth := range 20 {
		folder := filepath.Join(q.dir, "links", strconv.Itoa(depth))
		if err := os.Mkdir(folder, 0o777); err != nil {
			q.Fatal(err)
		}
		for name := range 10 {
			if err := os.Symlink(filepath.Join("..", strconv.Itoa(depth+1)), filepath.Join(folder, strconv.Itoa(name))); err != nil {
				q.Fatal(err)
			}
		}
	}
	if err := os.Remove(filepath.Join(q.dir, "links", "20", "last")); err != nil {
		q.Fatal(err)
	}
	return filepath.Join("links", "0")
}

// A send that is interrupted while it still looks has not sent everything, also
// where all that it had found is sent: it fails, and promises nothing of resume, which
// knows only what was found.
func TestInterruptedLooking(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		for _, sent := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, the found file sent: %v", name, sent), func(t *testing.T) {
				t.Parallel()
				q, n := withServer(t)
				server, held := n.holding(func(r *http.Request) bool { return !sent && r.Header.Get("partNumber") != "" })
				q.onDisk("found", []byte("1"))
				s := q.with("QS_SERVER="+server).start("send", "--each", "found", q.endless(), "never looked at")
				if sent {
					for !q.list()["found"].Completed {
					}
				} else {
					<-held
				}
				s.signal(sig)
				r := s.wait().wants(1).says("Interrupted before all that is to be sent was found")
				if strings.Contains(r.stderr, "resume") || strings.Contains(r.stderr, "no files") {
					t.Errorf("it says %q", r.stderr)
				}
			})
		}
	}
}

// A qs that is done, and whose node another one uses, says what it waits for. Until
// that one is done too, everybody else can use the node.
func TestNodeOfAnEndingCommandIsForAll(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	first := q.command(t.Context(), "send", "--limit-rate", "1M", q.sparse("first", 1*gib))
	stderr, err := first.StderrPipe()
	if err := errors.Join(err, first.Start()); err != nil {
		t.Fatal(err)
	}
	q.holds(first)
	q.begins("first")
	second := q.start("send", "--limit-rate", "1M", q.sparse("second", 30*mib))
	q.begins("second")
	if err := first.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(stderr)
	for _, text := range []string{"Interrupted", "ending when those who use the storage are done"} {
		for line := ""; !strings.Contains(line, text); {
			if line, err = said.ReadString('\n'); err != nil {
				t.Fatalf("it does not say %q: %v", text, err)
			}
		}
		q.list()
	}
	second.signal(os.Interrupt)
	second.wait()
	if _ = first.Wait(); first.ProcessState.ExitCode() != 1 {
		t.Errorf("the first one ended so: %v", first.ProcessState)
	}
}

// holds waits until a process has the data folder, and answers for it.
func (q qs) holds(cmd *exec.Cmd) {
	q.Helper()
	run := filepath.Join(strings.TrimPrefix(q.env[0], "QUICKSYNC_HOME="), "data", "run.json")
	for {
		if described, _ := os.ReadFile(run); strings.Contains(string(described), fmt.Sprintf(`"pid":%d,`, cmd.Process.Pid)) {
			return
		}
	}
}

// begins waits until the storage knows a file.
func (q qs) begins(name string) {
	q.Helper()
	for {
		if _, there := q.list()[name]; there {
			return
		}
	}
}

// When the program that has the node dies under a send or a get, that is said, and
// no server is waited for. The same command goes on.
func TestNodeDiesUnderACommand(t *testing.T) {
	t.Parallel()
	q := onHome(t).with("QS_PATIENCE=10s")
	n := q.startNode()
	large := q.sparse("large", 4*part)
	s := q.start("send", "--json", "--limit-rate", "64K", large)
	q.begins("large")
	n.kills()
	r := s.wait().wants(1).says("The program that kept the storage has ended", "give the same command again")
	if sent := objects[sentFile](r); len(sent) != 1 || sent[0].State != "cancelled" || sent[0].code() != "storage_ended" {
		t.Errorf("%+v", sent)
	}
	key := *one[sentFile](q.run("send", "--json", large)).FileKey
	n = q.startNode()
	s = q.start("get", "--limit-rate", "64K", "-o", "got", "--", key)
	for {
		if _, err := os.Stat(filepath.Join(q.dir, "got.part")); err == nil {
			break
		}
	}
	n.kills()
	s.wait().wants(1).says("The program that kept the storage has ended")
	q.ok("get", "-o", "got", "--", key)
}

// kills ends a node as kill -9 does.
func (n *nodeProcess) kills() {
	n.t.Helper()
	n.told.Do(func() {
		n.killed = true
		if err := n.cmd.Process.Kill(); err != nil {
			n.t.Error(err)
		}
	})
	<-n.ended
}

// What an archive lacks is told when it goes on by resume too, whether the server knew
// of it before or not.
func TestResumedArchiveTellsWhatItLacks(t *testing.T) {
	t.Parallel()
	for name, holds := range map[string]func(*http.Request) bool{
		"at its begin": func(r *http.Request) bool { return r.Method == http.MethodPost },
		"at a part":    func(r *http.Request) bool { return r.Header.Get("partNumber") != "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, n := withServer(t)
			q.onDisk("f/good", []byte("good"))
			if err := os.Symlink("nowhere", filepath.Join(q.dir, "f", "bad")); err != nil {
				t.Fatal(err)
			}
			var over atomic.Bool
			server, held := n.holding(func(r *http.Request) bool { return !over.Load() && holds(r) })
			q = q.with("QS_SERVER=" + server)
			s := q.start("send", "f")
			<-held
			s.signal(os.Interrupt)
			s.wait().wants(1)
			over.Store(true)
			r := q.run("resume", "--json").wants(1).says("left out of f.zip", filepath.Join("f", "bad"))
			if sent := objects[sentFile](r); len(sent) != 1 || sent[0].State != "done" {
				t.Errorf("%+v", sent)
			}
		})
	}
}

// A node that is told to end waits for the qs that uses it.
func TestNodeIsNotCutOff(t *testing.T) {
	t.Parallel()
	q := onHome(t)
	n := q.startNode()
	size := int64(gib)
	if testing.Short() {
		size = 200 * mib
	}
	s := q.start("send", "--json", q.sparse("large", size))
	for len(q.list()) == 0 { // until it has begun
	}
	n.interrupt()
	if sent := one[sentFile](s.wait()); sent.State != "done" {
		t.Errorf("%+v", sent)
	}
	n.stop()
	if f := q.list()["large"]; !f.Completed || *f.Size != size {
		t.Errorf("%+v", f)
	}
}
