package main_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quicksync.me/desktop/service/transfer/transfertest"
)

// TestFaultyLine sends through a line that spoils every fifth reply: every file
// arrives once, none twice, none wrong, and nothing unfinished is left.
func TestFaultyLine(t *testing.T) {
	t.Parallel()
	small, large := 240, 4
	switch {
	case soak(t) > 0:
		small, large = 300*soak(t), 10*soak(t)
	case testing.Short():
		small, large = 30, 1
	}
	direct, n := withServer(t)
	line := transfertest.NewFaults(strings.TrimSuffix(n.URL, "/v1"), 0.2, 1)
	proxy := httptest.NewServer(line)
	defer proxy.Close()

	contents := map[string][]byte{}
	for i := range small {
		contents[fmt.Sprintf("all/small/%d", i)] = noise(i, 10+i*7)
	}
	for i := range large {
		contents[fmt.Sprintf("all/large/%d", i)] = noise(i, 2*part+1+i)
	}
	for name, content := range contents {
		direct.onDisk(name, content)
	}
	began := time.Now()
	sent := direct.with("QS_SERVER="+proxy.URL+"/v1").sendEach(0, "all")
	measured(t, "faulty line: %d files in %v, %d faults", len(sent), time.Since(began).Round(time.Second/10), line.Injected.Load())

	stored := direct.list()
	n.wantOnly(len(contents))
	for name := range contents {
		s := sent[name]
		if s.State != "done" || stored[name].FileKey != *s.FileKey {
			t.Fatalf("%s: %+v, stored as %+v", name, s, stored[name])
		}
	}
	if line.Injected.Load() == 0 {
		t.Error("nothing went wrong on the way")
	}
	n.wantContents(stored, contents)
}

// wantContents fetches files by their links and compares them.
func (n *nodeProcess) wantContents(stored map[string]storedFile, contents map[string][]byte) {
	n.t.Helper()
	for name, content := range contents {
		if got, _ := download(n.t, n.link(stored[name].FileKey)); got != digestOf(n.t, bytes.NewReader(content)) {
			n.t.Errorf("%s arrived changed", name)
		}
	}
}
