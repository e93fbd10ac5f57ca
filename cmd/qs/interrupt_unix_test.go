//go:build unix

package main_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
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

// An interrupted send exits with 1 and says what became of each file. The same
// send, or resume, goes on where it was: when the last of eight parts is on its
// way, four at least have been answered, and these are not sent again.
func TestInterruptedSendGoesOn(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		for _, again := range []string{"send", "resume"} {
			t.Run(name+" then "+again, func(t *testing.T) {
				t.Parallel()
				q, n := withServer(t)
				var interrupted atomic.Bool
				var sentAgain atomic.Int32
				server, held := n.holding(func(r *http.Request) bool {
					number := r.Header.Get("partNumber")
					if interrupted.Load() && number != "" {
						sentAgain.Add(1)
					}
					return number == "8" && !interrupted.Load()
				})
				q = q.with("QS_SERVER=" + server)
				large := q.sparse("large", 8*part)
				s := q.start("send", "--json", large)
				<-held
				s.signal(sig)
				sent := objects[sentFile](s.wait().wants(1).says("Interrupted"))[0]
				if sent.State != "cancelled" || sent.code() != "interrupted" {
					t.Errorf("%+v", sent)
				}
				interrupted.Store(true)
				args := map[string][]string{"send": {"send", "--json", large}, "resume": {"resume", "--json"}}[again]
				if sent := one[sentFile](q.run(args...).wants(0)); sent.State != "done" {
					t.Errorf("%+v", sent)
				}
				n.wantOnly(1)
				if c := sentAgain.Load(); c < 1 || c > 4 {
					t.Errorf("%d parts were sent again", c)
				}
			})
		}
	}
}

// An interrupted archive goes on too: it is made again, of the same files.
func TestInterruptedArchiveGoesOn(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	q.onDisk("f/a", noise(1, 3*part+5))
	q.onDisk("f/b", noise(2, 4*part))
	var interrupted atomic.Bool
	var sentAgain atomic.Int32
	server, held := n.holding(func(r *http.Request) bool {
		number := r.Header.Get("partNumber")
		if interrupted.Load() && number != "" {
			sentAgain.Add(1)
		}
		return number == "8" && !interrupted.Load()
	})
	q = q.with("QS_SERVER=" + server)
	s := q.start("send", "f")
	<-held
	s.signal(syscall.SIGINT)
	s.wait().wants(1)
	interrupted.Store(true)
	sent := one[sentFile](q.ok("resume", "--json"))
	if c := sentAgain.Load(); sent.State != "done" || c < 1 || c > 4 {
		t.Errorf("%d parts were sent again: %+v", c, sent)
	}
	n.wantOnly(1)
	if content := q.inArchive(*sent.FileKey); content["f/a"] != string(noise(1, 3*part+5)) || content["f/b"] != string(noise(2, 4*part)) {
		t.Error("the archive holds other bytes")
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
