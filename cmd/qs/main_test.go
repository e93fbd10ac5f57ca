// Package main_test runs the built program as a process, against real nodes.
package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// program is the program under test, built once.
var program string

// builtProgram tells a test binary that was started by another where the
// program is that the other built.
const builtProgram = "QUICKSYNC_TEST_PROGRAM"

func TestMain(m *testing.M) {
	program = os.Getenv(builtProgram)
	switch {
	case os.Getenv(measureInto) != "":
		os.Exit(measure())
	case program != "":
		os.Exit(m.Run())
	}
	dir, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build builds the program, static, into a folder that everybody can read: some
// tests run it as another user.
func build() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "qs"); err != nil {
		return "", err
	}
	program = filepath.Join(dir, "qs")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, os.Chmod(dir, 0o755)
}

// soak returns the factor of a long run, 0 in a usual one.
func soak(t *testing.T) int {
	t.Helper()
	text := os.Getenv("QUICKSYNC_SOAK")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("QUICKSYNC_SOAK is %q, which is no factor", text)
	}
	return n
}

// measured logs a figure of this run; long runs collect them.
func measured(t *testing.T, format string, args ...any) {
	t.Helper()
	prefix := ""
	if soak(t) > 0 {
		prefix = "soak: "
	}
	t.Logf(prefix+format, args...)
}

// qs is the program with the environment and the folder that it is run in.
// Nothing of the test's own environment gets through.
type qs struct {
	*testing.T
	env []string
	dir string
	// prepare, where set, has the last word on how a process is started.
	prepare func(*exec.Cmd)
}

// onHome is a qs with a home of its own, whose storage is its own node.
func onHome(t *testing.T) qs {
	t.Helper()
	return qs{T: t, dir: t.TempDir(), env: []string{"QUICKSYNC_HOME=" + t.TempDir()}}
}

// onServer is a qs that works on a server.
func onServer(t *testing.T, server, token string) qs {
	t.Helper()
	return qs{T: t, dir: t.TempDir(), env: []string{"QUICKSYNC_HOME=" + t.TempDir(), "QS_SERVER=" + server, "QS_TOKEN=" + token}}
}

// with adds to the environment; later entries count.
func (q qs) with(env ...string) qs {
	q.env = append(append([]string{}, q.env...), env...)
	return q
}

func (q qs) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = q.dir
	cmd.Env = append([]string{"HOME=" + q.dir, "SystemRoot=" + os.Getenv("SystemRoot")}, q.env...)
	if q.prepare != nil {
		q.prepare(cmd)
	}
	return cmd
}

// result is what a run left.
type result struct {
	qs
	args           []string
	code           int
	stdout, stderr string
}

// run runs the program to its end.
func (q qs) run(args ...string) result {
	q.Helper()
	var stdout, stderr bytes.Buffer
	cmd := q.command(q.Context(), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		q.Fatal(err)
	}
	r := result{qs: q, args: args, code: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	r.keepsSecrets()
	return r
}

// keepsSecrets fails where a token shows.
func (r result) keepsSecrets() {
	r.Helper()
	for _, e := range r.env {
		if token, ok := strings.CutPrefix(e, "QS_TOKEN="); ok && token != "" && strings.Contains(r.stdout+r.stderr, token) {
			r.Errorf("%q shows the key", r.args)
		}
	}
}

// wants fails where the program did not exit with the code.
func (r result) wants(code int) result {
	r.Helper()
	if r.code != code {
		r.Fatalf("qs %q: exit code %d, want %d\n%s\n%s", r.args, r.code, code, r.stdout, r.stderr)
	}
	return r
}

// says fails where standard error lacks one of the texts.
func (r result) says(texts ...string) result {
	r.Helper()
	for _, text := range texts {
		if !strings.Contains(r.stderr, text) {
			r.Errorf("qs %q says %q, which lacks %q", r.args, r.stderr, text)
		}
	}
	return r
}

// ok runs the program, which must succeed without a word on standard error.
func (q qs) ok(args ...string) result {
	q.Helper()
	r := q.run(args...).wants(0)
	if r.stderr != "" {
		q.Errorf("qs %q: %s", args, r.stderr)
	}
	return r
}

// objects reads standard output: JSON objects of exactly these fields, one a
// line, and nothing else.
func objects[T any](r result) (all []T) {
	r.Helper()
	lines := bufio.NewScanner(strings.NewReader(r.stdout))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		all = append(all, object[T](r.T, lines.Bytes()))
	}
	if r.stdout != "" && !strings.HasSuffix(r.stdout, "\n") {
		r.Errorf("qs %q: the last line is not whole", r.args)
	}
	return all
}

// object reads one line of JSON; its fields must be those of T, all of them.
func object[T any](t *testing.T, line []byte) (v T) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	var got, want map[string]json.RawMessage
	model, err := json.Marshal(v)
	if err := errors.Join(err, json.Unmarshal(line, &got), json.Unmarshal(model, &want)); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for field := range want {
		if _, there := got[field]; !there {
			t.Fatalf("%q is missing: %s", field, line)
		}
	}
	return v
}

// one is the only object of a run that succeeds.
func one[T any](r result) T {
	r.Helper()
	all := objects[T](r.wants(0))
	if len(all) != 1 {
		r.Fatalf("qs %q: %d objects, want 1", r.args, len(all))
	}
	return all[0]
}
