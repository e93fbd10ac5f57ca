package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The tests below run this test binary again as another program. What it does is
// in roleVariable; it tells what happens in lines of JSON on its standard output
// and ends when its standard input does.
const (
	roleVariable = "INSTANCE_TEST_ROLE"
	dirVariable  = "INSTANCE_TEST_DIR"
)

var roles = map[string]func(dir string) error{"hold": roleHold, "lease": roleLease, "hand over": roleHandOver}

func TestMain(m *testing.M) {
	role, asked := roles[os.Getenv(roleVariable)]
	if !asked {
		goleak.VerifyTestMain(m)
		return
	}
	if err := role(os.Getenv(dirVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// patience bounds how long a test waits for another process; no test passes
// because of it.
const patience = 30 * time.Second

func tell(event any) error { return json.NewEncoder(os.Stdout).Encode(event) }

func untilInputEnds() { _, _ = io.Copy(io.Discard, os.Stdin) }

// tellingHandler tells what is handed over.
type tellingHandler struct{ *fakeHandler }

func (tellingHandler) HandOver(paths []string) error { return tell(paths) }

// roleHold tells "held", then every hand-over, and at last that Close returned.
func roleHold(dir string) error {
	i, err := Acquire(context.Background(), Config{Dir: dir, Kind: "node", Handler: tellingHandler{newHandler()}})
	if err != nil {
		return err
	}
	if err := tell("held"); err != nil {
		return err
	}
	untilInputEnds()
	return errors.Join(i.Close(context.Background()), tell("closed"))
}

// roleLease tells the URL of the node, then that the lease has ended.
func roleLease(dir string) error {
	_, err := Acquire(context.Background(), Config{Dir: dir, Kind: "qs", Handler: newHandler()})
	var r *Running
	if !errors.As(err, &r) {
		return fmt.Errorf("not running: %w", err)
	}
	l, err := r.Node(context.Background())
	if err != nil {
		return err
	}
	if err := tell(l.Node.URL); err != nil {
		return err
	}
	<-l.Done()
	return tell("ended")
}

// roleHandOver hands over what it is given as a list on its standard input.
func roleHandOver(dir string) error {
	var paths []string
	if err := json.NewDecoder(os.Stdin).Decode(&paths); err != nil {
		return err
	}
	_, err := Acquire(context.Background(), Config{Dir: dir, Kind: "qs", Handler: newHandler()})
	var r *Running
	if !errors.As(err, &r) {
		return fmt.Errorf("not running: %w", err)
	}
	return errors.Join(r.HandOver(context.Background(), paths), tell("handed over"))
}

// program is another process.
type program struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	errors  *strings.Builder
}

func start(t *testing.T, role, dir string) *program {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	p := &program{command: exec.CommandContext(ctx, binary), errors: new(strings.Builder)}
	p.command.Env = append(os.Environ(), roleVariable+"="+role, dirVariable+"="+dir)
	p.command.Stderr = p.errors
	p.command.Dir = t.TempDir()
	input, inputErr := p.command.StdinPipe()
	output, outputErr := p.command.StdoutPipe()
	if err := errors.Join(inputErr, outputErr, p.command.Start()); err != nil {
		t.Fatal(err)
	}
	p.input, p.output = input, bufio.NewReader(output)
	t.Cleanup(func() {
		p.kill()
		cancel()
	})
	return p
}

// next reads what the program tells next into event.
func (p *program) next(t *testing.T, event any) {
	t.Helper()
	line, err := p.output.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, event)
	}
	if err != nil {
		p.kill()
		t.Fatalf("the program told %q, %v: %s", line, err, p.errors)
	}
}

func (p *program) wantNext(t *testing.T, want string) {
	t.Helper()
	var got string
	if p.next(t, &got); got != want {
		t.Fatalf("the program told %q, want %q", got, want)
	}
}

// kill ends the process as kill -9 does, and waits for its end.
func (p *program) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

func TestAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	first := start(t, "hold", dir)
	first.wantNext(t, "held")
	if r := running(t, dir); r.Kind != "node" || r.PID != first.command.Process.Pid {
		t.Errorf("running: %v", r)
	}
	names := []string{"two\nlines.txt", "🎉.zip", "-rf", filepath.Join(dir, "absolute")}
	second := start(t, "hand over", dir)
	if err := json.NewEncoder(second.input).Encode(names); err != nil {
		t.Fatal(err)
	}
	second.wantNext(t, "handed over")
	var got []string
	first.next(t, &got)
	where, err := filepath.EvalSymlinks(second.command.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(where, names[0]), filepath.Join(where, names[1]), filepath.Join(where, names[2]), names[3]}
	if !slices.Equal(got, want) {
		t.Errorf("handed over %q, got %q", want, got)
	}
	first.input.Close()
	first.wantNext(t, "closed")
	acquire(t, dir, newHandler())
}

func TestKilledHolder(t *testing.T) {
	dir := t.TempDir()
	first := start(t, "hold", dir)
	first.wantNext(t, "held")
	l := lease(t, running(t, dir))
	stale, err := readRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	first.kill()
	<-l.Done()
	if _, err := readRun(dir); err != nil {
		t.Errorf("the dead program should have left its run.json: %v", err)
	}
	acquire(t, dir, newHandler())
	fresh, err := readRun(dir)
	if err != nil || fresh.PID != os.Getpid() || fresh.Secret == stale.Secret {
		t.Errorf("run.json is stale: process %d, %v", fresh.PID, err)
	}
}

func TestKilledLessee(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	first := acquire(t, dir, handler)
	other := start(t, "lease", dir)
	other.wantNext(t, handler.node.URL)
	r := running(t, dir)
	closed := make(chan error, 1)
	go func() { closed <- first.Close(context.Background()) }()
	waitForRefusal(t, r)
	select {
	case err := <-closed:
		t.Fatalf("Close did not wait for the lease: %v", err)
	default:
	}
	other.kill()
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestLesseeSeesTheEnd(t *testing.T) {
	dir := t.TempDir()
	handler := newHandler()
	first := acquire(t, dir, handler)
	other := start(t, "lease", dir)
	other.wantNext(t, handler.node.URL)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	other.wantNext(t, "ended")
}
