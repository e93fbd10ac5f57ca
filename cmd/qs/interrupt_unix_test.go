//go:build unix

package main_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
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

// An interrupted send exits with 1, says what became of each file, and leaves
// nothing unfinished on the node.
func TestInterruptedSend(t *testing.T) {
	t.Parallel()
	for name, sig := range map[string]os.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, n := withServer(t)
			small := q.onDisk("small", []byte("small"))
			q.ok("send", small)
			server, held := n.holding(func(r *http.Request) bool { return r.Header.Get("partNumber") == "3" })
			large := q.sparse("large", 4*part)
			s := q.with("QS_SERVER="+server).start("send", "--json", large, small)
			<-held
			s.signal(sig)
			r := s.wait().wants(1).says("cancelling", "Cancelled")
			states := map[string]string{}
			for _, o := range objects[sentFile](r) {
				states[o.Name] = o.State
			}
			if states["large"] != "cancelled" || len(states) != 2 {
				t.Errorf("%v", states)
			}
			finished := 1
			if states["small"] == "done" {
				finished++
			}
			n.wantOnly(finished)
		})
	}
}

// A second interrupt ends the program at once.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	server, held := n.holding(func(r *http.Request) bool {
		return r.Method == http.MethodPut || r.Method == http.MethodDelete
	})
	q.onDisk("a", []byte("aa"))
	s := q.with("QS_SERVER="+server).start("send", "a")
	<-held
	s.signal(syscall.SIGINT)
	<-held // it deletes what it had sent
	s.signal(syscall.SIGINT)
	if r := s.wait(); r.code == 0 {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
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
