//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"quicksync.me/desktop/bench/sink"
)

// TestMain lets the test program be the launcher and the sink, as bench is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "launch" || os.Args[1] == "sink") {
		if err := run(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{3}, spread{3, 3, 3}},
		{[]float64{5, 1, 3}, spread{3, 1, 5}},
		{[]float64{4, 1, 2, 9}, spread{3, 1, 9}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("of %v: %v, want %v", c.values, got, c.want)
		}
	}
}

// timesOf are runs of a row that took so many seconds; 0 is one that failed.
func timesOf(client string, seconds ...float64) (all results) {
	for i, s := range seconds {
		r := record{Workload: "big", Variant: "https", Client: client, Repeat: i, Bytes: mib, Files: 1, sample: sample{Seconds: s}}
		if s == 0 {
			r.Err = "failed"
		}
		all = append(all, r)
	}
	return all
}

// A ratio is made within a repeat: when the machine was slow in one of them it
// was slow for both.
func TestRatio(t *testing.T) {
	for _, c := range []struct {
		name   string
		a, b   results
		want   spread
		exists bool
	}{
		{"the same in each repeat", timesOf("a", 1, 10, 3), timesOf("b", 2, 20, 6), spread{2, 2, 2}, true},
		{"one repeat failed", timesOf("a", 1, 10, 3), timesOf("b", 0, 20, 12), spread{3, 2, 4}, true},
		{"no repeat has both", timesOf("a", 1, 0), timesOf("b", 0, 1), spread{}, false},
	} {
		all := slices.Concat(c.a, c.b)
		got, ok := all.of("big", "https", "a").ratio(all.of("big", "https", "b"), perSecond)
		if ok != c.exists || got != c.want {
			t.Errorf("%s: %v, %v, want %v", c.name, got, ok, c.want)
		}
	}
}

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		name string
		runs results
		want string
	}{
		{"reached against the best of the peers", slices.Concat(timesOf(rowOurs, 1), timesOf(rowRclone, 9), timesOf(rowRcloneBest, 3)),
			"- PASS: big, https: qs over rclone, tuned is 3.00 (3.00–3.00), at least 2.50"},
		{"short of the best", slices.Concat(timesOf(rowOurs, 1), timesOf(rowRclone, 9), timesOf(rowRcloneBest, 2)),
			"- short: big, https: qs over rclone, tuned is 2.00 (2.00–2.00), at least 2.50"},
		{"nothing to compare with", timesOf(rowOurs, 1), "- not run: big, https: qs over s5cmd, at least 2.50"},
	} {
		var out strings.Builder
		b := &bench{tables: &out, results: c.runs}
		b.required()
		if !strings.Contains(out.String(), c.want+"\n") {
			t.Errorf("%s: it prints\n%s", c.name, out.String())
		}
	}
}

// Every row that a ratio names is there, and takes part.
func TestRequirementsNameRows(t *testing.T) {
	rows, loads := map[string]client{}, map[string]workload{}
	for _, c := range allClients() {
		rows[c.name] = c
	}
	for _, w := range locals(false) {
		loads[w.name] = w
	}
	for _, r := range requirements {
		for _, name := range append([]string{r.ours}, r.peers...) {
			if c, ok := rows[name]; !ok || !c.fits(loads[r.workload]) {
				t.Errorf("%s has no row %q", r.workload, name)
			}
		}
	}
}

func TestInTurn(t *testing.T) {
	all := []client{{name: "a"}, {name: "b"}, {name: "c"}}
	for repeat, want := range []string{"abc", "cba", "abc"} {
		var got strings.Builder
		for _, c := range inTurn(all, repeat) {
			got.WriteString(c.name)
		}
		if got.String() != want {
			t.Errorf("repeat %d goes %s, want %s", repeat, got.String(), want)
		}
	}
}

// ballast is more than a program that does nothing needs, in bytes.
const ballast = 128 << 20

// The memory of a small program is its own, however large the bench is.
func TestMemoryIsTheProgramsOwn(t *testing.T) {
	big := make([]byte, ballast)
	for i := range big {
		big[i] = 1
	}
	s, err := timed(context.Background(), nil, []string{"/bin/true"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.RSS <= 0 || s.RSS > ballast/2 || big[ballast-1] != 1 {
		t.Errorf("true takes %d bytes", s.RSS)
	}
}

func TestAFailureIsToldInTheProgramsWords(t *testing.T) {
	_, err := timed(context.Background(), nil, []string{"/bin/sh", "-c", "echo no such luck >&2; exit 3"}, nil)
	if err == nil || !strings.Contains(err.Error(), "no such luck") || !strings.Contains(err.Error(), "3") {
		t.Errorf("the error is %v", err)
	}
}

// What did not arrive, or arrived changed, does not count.
func TestArrived(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "f")
	if err := os.WriteFile(source, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := sink.MakeCertificate(dir, loopback)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server, err := sink.Start(exec.Command(self, "sink", loopback, c.Path, c.Key))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	j := job{workload: workload{files: 1, size: 7}, source: source}
	for _, k := range []struct {
		name, body    string
		counts, right bool
	}{
		{"nothing came", "", false, false},
		{"it is all there", "content", true, true},
		{"it is cut", "conten", false, false},
		{"other bytes came", "CONTENT", true, false},
	} {
		if err := server.Reset(sink.Mode{Keep: true}); err != nil {
			t.Fatal(err)
		}
		if k.body != "" {
			put(t, server.HTTP+"/bench/f", k.body)
		}
		if err := j.arrived(server, false); (err == nil) != k.counts {
			t.Errorf("%s: %v", k.name, err)
		}
		if err := j.arrived(server, true); (err == nil) != k.right {
			t.Errorf("%s, proved: %v", k.name, err)
		}
	}
}

func put(t *testing.T, url, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
}
