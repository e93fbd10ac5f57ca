//go:build e2e && linux

package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quicksync.me/desktop/e2e/harness"
	"quicksync.me/desktop/internal/strict"
)

const (
	// patience is how long a test waits for a thing that is sure to come.
	patience = 5 * time.Minute
	token    = "the-key-that-the-test-gave"
	mib      = 1 << 20
	// part is the size of the parts of the files here.
	part = 8 * mib
)

// toxiproxy is the one program that all lines of a test run belong to.
var toxiproxy *harness.Toxiproxy

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	toxiproxy, err = harness.StartToxiproxy(context.Background(), filepath.Join("..", "out", "toxiproxy", "server"))
	if errors.Is(err, harness.ErrNoToxiproxy) && !harness.NothingLeftOut() {
		fmt.Fprintf(os.Stderr, "%v: its tests are left out\n", err)
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// Scenes wait for their lines more than they compute.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := toxiproxy.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
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

// within is the test's time with an end.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// bench is a server, a line that leads to it, and a person with files and qs.
type bench struct {
	*testing.T
	server *strict.Server
	line   *harness.Line
	// dir holds the person's files, home is QUICKSYNC_HOME.
	dir, home string
	token     string
	// closeDoor closes connections that wait between a line and a node.
	closeDoor func()
}

// lines numbers the lines of a run.
var lines atomic.Int64

func newBench(t *testing.T, cfg strict.Config, toxics ...harness.Toxic) *bench {
	t.Helper()
	cfg.Token, cfg.Session = token, "a session"
	server, err := strict.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return &bench{
		T: t, server: server, line: newLine(t, server.Host(), toxics...),
		dir: t.TempDir(), home: t.TempDir(), token: token,
	}
}

// newGated is a bench whose server holds the parts from one on, until the scene has
// acted and opens the gate.
func newGated(t *testing.T, cfg strict.Config, from int, toxics ...harness.Toxic) (*bench, *strict.Gate) {
	t.Helper()
	gate := strict.NewGate(from)
	cfg.Spoil = gate.Spoil
	b := newBench(t, cfg, toxics...)
	t.Cleanup(gate.Open) // before the server closes
	return b, gate
}

// newLine makes a line to a server.
func newLine(t *testing.T, host string, toxics ...harness.Toxic) *harness.Line {
	t.Helper()
	line, err := toxiproxy.Line(within(t), fmt.Sprint("line", lines.Add(1)), host)
	if err == nil {
		err = line.Spoil(within(t), toxics...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// until waits for something that sends no event.
func (b *bench) until(what string, seen func() bool) {
	b.Helper()
	b.must(harness.Until(within(b.T), what, func() (bool, error) { return seen(), nil }))
}

// file makes a file of bytes that repeat nowhere, and returns its path.
func (b *bench) file(name string, size int) string {
	b.Helper()
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%32s", name)[:32]))).Read(content)
	path := filepath.Join(b.dir, name)
	b.must(os.MkdirAll(filepath.Dir(path), 0o700))
	b.must(os.WriteFile(path, content, 0o600))
	return path
}

// command is qs with the person's environment and nothing else. It does not
// outlive the test's patience.
func (b *bench) command(args ...string) *exec.Cmd {
	b.Helper()
	return b.commandIn(within(b.T), args...)
}

// service is a qs that runs until it is told to end.
func (b *bench) service(args ...string) *exec.Cmd {
	b.Helper()
	return b.commandIn(context.Background(), args...)
}

func (b *bench) commandIn(ctx context.Context, args ...string) *exec.Cmd {
	b.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "qs"))
	b.must(err)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = b.dir
	cmd.Env = []string{
		"HOME=" + b.dir, "QUICKSYNC_HOME=" + b.home,
		"QS_SERVER=http://" + b.line.Address + "/v1", "QS_TOKEN=" + b.token,
	}
	return cmd
}

// A sent file is one line of qs send or resume.
type sent struct {
	Path    string  `json:"path"`
	FileKey *string `json:"fileKey"`
	State   string  `json:"state"`
	Error   *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// running is a qs that was started.
type running struct {
	*bench
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func (b *bench) start(args ...string) *running {
	b.Helper()
	r := &running{bench: b, cmd: b.command(args...)}
	r.cmd.Stdout, r.cmd.Stderr = &r.stdout, &r.stderr
	b.must(r.cmd.Start())
	return r
}

// ends waits for the end of a send or resume, which must come with this exit
// code, and returns what became of each file, by its path.
func (r *running) ends(code int) map[string]sent {
	r.Helper()
	var failed *exec.ExitError
	if err := r.cmd.Wait(); err != nil && !errors.As(err, &failed) {
		r.Fatal(err)
	}
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.Fatalf("qs ended with %d, want %d\n%s\n%s", got, code, r.stdout.String(), r.stderr.String())
	}
	if strings.Contains(r.stdout.String()+r.stderr.String(), r.token) {
		r.Error("qs shows the key")
	}
	all := map[string]sent{}
	for lines := json.NewDecoder(&r.stdout); ; {
		var s sent
		err := lines.Decode(&s)
		if errors.Is(err, io.EOF) {
			return all
		}
		r.must(err)
		if _, twice := all[s.Path]; twice {
			r.Errorf("%s is told twice", s.Path)
		}
		all[s.Path] = s
	}
}

// send sends files, which all must arrive.
func (b *bench) send(paths ...string) {
	b.Helper()
	b.arrived(b.start(append([]string{"send", "--json", "--"}, paths...)...).ends(0), paths...)
}

// arrived checks that these files were sent, and that the server has them, each
// once and whole, and nothing else; and that it has nothing to complain of.
func (b *bench) arrived(told map[string]sent, paths ...string) {
	b.Helper()
	if len(told) != len(paths) {
		b.Errorf("qs tells of %d files, want %d", len(told), len(paths))
	}
	for _, path := range paths {
		s := told[path]
		if s.State != "done" || s.FileKey == nil {
			b.Errorf("%s: %+v", path, s)
			continue
		}
		b.same(*s.FileKey, path)
	}
	b.clean(len(paths))
}

// same compares a file of the server with one of the person's.
func (b *bench) same(key, path string) {
	b.Helper()
	f, err := os.Open(path)
	b.must(err)
	defer f.Close()
	if err := b.server.Same(key, f); err != nil {
		b.Errorf("%s arrived changed: %v", filepath.Base(path), err)
	}
}

// clean checks that the server holds so many finished files, nothing that is
// not finished, and that no client did what a good one does not.
func (b *bench) clean(files int) {
	b.Helper()
	held := b.server.Files()
	if len(held) != files {
		b.Errorf("the server holds %d files, want %d", len(held), files)
	}
	for _, f := range held {
		if !f.Completed {
			b.Errorf("%s is left unfinished", f.Key)
		}
	}
	for i, v := range b.server.Violations() {
		if i == 10 {
			b.Errorf("and so on")
			break
		}
		b.Errorf("the server complains: %s", v)
	}
}

// fetched gets a file back through the line, and compares it.
func (b *bench) fetched(key, path string) {
	b.Helper()
	got := filepath.Join(b.TempDir(), "got")
	cmd := b.command("get", key, "-o", got)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("qs get: %v: %s", err, out)
	}
	want, err := os.ReadFile(path)
	b.must(err)
	have, err := os.ReadFile(got)
	b.must(err)
	if !bytes.Equal(have, want) {
		b.Errorf("%s comes back with other bytes", filepath.Base(path))
	}
}
