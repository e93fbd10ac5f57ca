//go:build unix

package main_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"quicksync.me/desktop/service/paths"
)

// between is a line to the node that links lead over too, and on which some
// requests are not answered until who asks hangs up.
func (n *nodeProcess) between(holds func(*http.Request) bool) (server string, held <-chan struct{}) {
	n.t.Helper()
	proxy := n.proxied().(*httputil.ReverseProxy)
	var here atomic.Value
	proxy.ModifyResponse = func(resp *http.Response) error {
		if !strings.Contains(resp.Header.Get("Content-Type"), "json") {
			return nil
		}
		body, err := io.ReadAll(resp.Body)
		body = bytes.ReplaceAll(body, []byte(strings.TrimSuffix(n.URL, "/v1")), []byte(here.Load().(string)))
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		resp.Header.Del("Content-Length")
		return err
	}
	came := make(chan struct{}, 8)
	server = startServer(n.t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !holds(r) {
			proxy.ServeHTTP(w, r)
			return
		}
		came <- struct{}{}
		<-r.Context().Done()
	}))
	here.Store(strings.TrimSuffix(server, "/v1"))
	return server, came
}

// An interrupted get says so. The same get, or resume, goes on with it, and then
// nothing is left.
func TestInterruptedGetGoesOn(t *testing.T) {
	t.Parallel()
	for _, again := range []string{"get", "resume"} {
		t.Run(again, func(t *testing.T) {
			t.Parallel()
			q, n := withServer(t)
			content := noise(7, 3*mib)
			key := n.stores("film", content)
			var over atomic.Bool
			server, held := n.between(func(r *http.Request) bool {
				asked := r.Header.Get("Range")
				return !over.Load() && asked != "" && !strings.HasPrefix(asked, "bytes=0-")
			})
			q = q.with("QS_SERVER=" + server)
			s := q.start("get", "--json", key)
			<-held
			s.signal(syscall.SIGINT)
			if r := s.wait().wants(1).says("Interrupted. The same command again"); r.stdout != "" {
				t.Errorf("it writes %q", r.stdout)
			}
			over.Store(true)
			if names := q.files(); len(names) != 1 || names[0] != "film.part" {
				t.Fatalf("in the folder: %q", names)
			}
			args := map[string][]string{"get": {"get", "--json", key}, "resume": {"resume", "--json"}}[again]
			f := one[fetchedFile](q.ok(args...))
			if f.FileKey != key || filepath.Base(f.Path) != "film" || f.Size != int64(len(content)) {
				t.Errorf("%+v", f)
			}
			if names := q.files(); len(names) != 1 || digestOfFile(t, filepath.Join(q.dir, "film")) != digestOf(t, bytes.NewReader(content)) {
				t.Errorf("in the folder: %q", names)
			}
			q.run("resume").wants(0).says("nothing was left unfinished")
		})
	}
}

// Where no journal can be kept, or nothing is there yet, nobody is told to go on.
func TestInterruptedGetThatIsNotKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		journal bool
		holds   func(*http.Request) bool
	}{
		"no journal": {false, func(r *http.Request) bool {
			asked := r.Header.Get("Range")
			return asked != "" && !strings.HasPrefix(asked, "bytes=0-")
		}},
		"nothing yet": {true, func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/buckets/download/") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, n := withServer(t)
			key := n.stores("film", noise(7, 3*mib))
			server, held := n.between(c.holds)
			if !c.journal {
				q.withoutJournal()
			}
			s := q.with("QS_SERVER="+server).start("get", key)
			<-held
			s.signal(syscall.SIGINT)
			if r := s.wait().wants(1).says("Interrupted. There is nothing to go on with"); strings.Contains(r.stderr, "goes on where") {
				t.Errorf("it says %q", r.stderr)
			}
			if left, _ := filepath.Glob(filepath.Join(q.dir, "film*")); c.journal && len(left) > 0 {
				t.Errorf("in the folder: %q", left)
			}
		})
	}
}

// withoutJournal has a file where the folder of the journals would be.
func (q qs) withoutJournal() {
	q.Helper()
	journals := paths.Paths{Data: filepath.Join(strings.TrimPrefix(q.env[0], "QUICKSYNC_HOME="), "data")}.Journals()
	err := os.MkdirAll(filepath.Dir(journals), 0o700)
	if err = errors.Join(err, os.WriteFile(journals, nil, 0o600)); err != nil {
		q.Fatal(err)
	}
}

// What cannot be gone on with is told by its path.
func TestResumeTellsOfEachFileThatCannotBeFetched(t *testing.T) {
	t.Parallel()
	q, n := withServer(t)
	key := n.stores("film", noise(7, 3*mib))
	server, held := n.between(func(r *http.Request) bool {
		asked := r.Header.Get("Range")
		return asked != "" && !strings.HasPrefix(asked, "bytes=0-")
	})
	q.onDisk("stick/.keep", nil)
	s := q.with("QS_SERVER="+server).start("get", key, "-o", "stick/")
	<-held
	s.signal(syscall.SIGINT)
	s.wait().wants(1)
	stick := filepath.Join(q.dir, "stick")
	if err := os.Rename(stick, stick+" away"); err != nil {
		t.Fatal(err)
	}
	q = q.with("QS_SERVER=" + server)
	q.run("resume").wants(1).says(filepath.Join(stick, "film"), "it is not there")
}

// files are the names in the folder of a qs.
func (q qs) files() (names []string) {
	q.Helper()
	entries, err := os.ReadDir(q.dir)
	if err != nil {
		q.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
