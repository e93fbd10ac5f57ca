package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

const gib = 1 << 30

// TestLargeFile takes a file of 2 GiB, of which more than counters of 31 bits
// can count, through the whole chain.
func TestLargeFile(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("2 GiB are too much for a short run")
	}
	q, n := withServer(t)
	path := q.sparse("large.bin", 2*gib+5)
	want := digestOfFile(t, path)
	key := *q.send(0, path)["large.bin"].FileKey
	got := one[fetchedFile](q.ok("get", "--json", key, "-o", "fetched"))
	if got.Size != 2*gib+5 || digestOfFile(t, filepath.Join(q.dir, got.Path)) != want {
		t.Errorf("another file came back: %+v", got)
	}
	q.linked(key, want)
	q.ok("rm", key)
	n.wantOnly(0)
}

// maxMemory is what sending may take, in bytes, however large the file.
const maxMemory = 64 * mib

// TestMemory measures the resident memory of send: to a server, and with a node
// of its own in the same process.
func TestMemory(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system's own measure is read on Linux")
	}
	size := int64(gib)
	switch {
	case soak(t) > 0:
		size = 10 * gib
	case testing.Short():
		size = 200 * mib
	}
	server, n := withServer(t)
	path := server.sparse("sparse", size)
	for what, q := range map[string]qs{"to a server": server, "with its own node": onHome(t)} {
		began := time.Now()
		peak := q.measured("send", path)
		measured(t, "send %s, %d MiB: %d MiB resident, %.0f MiB/s", what, size/mib, peak/mib, float64(size/mib)/time.Since(began).Seconds())
		if peak > maxMemory {
			t.Errorf("send %s takes %d MiB, more than %d", what, peak/mib, maxMemory/mib)
		}
	}
	n.wantOnly(1)
}

// maxQueueMemory is what sending may take with a long queue, in bytes.
const maxQueueMemory = 200 * mib

// TestLongQueue sends very many files, and measures the memory that takes and
// how soon the first of them is on the line.
func TestLongQueue(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the system's own measure is read on Linux")
	}
	count := 2_000
	switch {
	case soak(t) > 0:
		count = 100_000
	case testing.Short():
		count = 200
	}
	q, n := withServer(t)
	for i := range count {
		q.onDisk(filepath.Join("many", strconv.Itoa(i/1000), strconv.Itoa(i)), []byte(strconv.Itoa(i)))
	}
	var first atomic.Int64
	next := n.proxied()
	q = q.with("QS_SERVER=" + startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			first.CompareAndSwap(0, time.Now().UnixNano())
		}
		next.ServeHTTP(w, r)
	})))
	began := time.Now()
	peak := q.measured("send", "--each", "many")
	measured(t, "send of %d files: %d MiB resident, the first byte after %v, %.0f files/s", count, peak/mib,
		time.Unix(0, first.Load()).Sub(began).Round(time.Millisecond), float64(count)/time.Since(began).Seconds())
	if peak > maxQueueMemory {
		t.Errorf("%d MiB resident, more than %d", peak/mib, maxQueueMemory/mib)
	}
	n.wantOnly(count)
}

// measureInto names the environment variable that tells a test binary to run the
// program and to write the memory that took into a file. On Linux a process
// counts what its parent had resident when it was started, so that the parent
// must be a small one.
const measureInto = "QUICKSYNC_TEST_MEASURE"

// measured runs the program, which must succeed, and returns the most memory
// that it had resident, in bytes.
func (q qs) measured(args ...string) (bytes int64) {
	q.Helper()
	into := filepath.Join(q.TempDir(), "peak")
	self, err := os.Executable()
	if err != nil {
		q.Fatal(err)
	}
	cmd := q.with(measureInto+"="+into, builtProgram+"="+program).command(q.Context(), args...)
	cmd.Path = self
	if out, err := cmd.CombinedOutput(); err != nil {
		q.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(into)
	if err != nil {
		q.Fatal(err)
	}
	if bytes, err = strconv.ParseInt(string(text), 10, 64); err != nil || bytes == 0 {
		q.Fatalf("%q, %v", text, err)
	}
	return bytes
}

// measure is what a test binary does for measured.
func measure() (code int) {
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return 1
	}
	peak := strconv.FormatInt(maxRSS(cmd.ProcessState), 10)
	if err := os.WriteFile(os.Getenv(measureInto), []byte(peak), 0o600); err != nil {
		return 1
	}
	return 0
}
