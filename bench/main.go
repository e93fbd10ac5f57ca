//go:build linux

// Command bench compares qs with its peers: what each takes to move the same
// bytes to the same server, in the same run.
//
// The rules are:
//
//   - Same server, same files, same run, the order of the clients turned round
//     with each repeat. Medians with their ranges; ratios are made within a
//     repeat, before the median.
//   - The peers at their defaults and tuned, qs as it is.
//   - A run counts only if its bytes arrived. A pass that is not timed proves by
//     SHA-256 that they are the right ones.
//   - The network is a namespace of its own whose congestion control goes by
//     losses: a system whose default is BBR would hide them and pace loopback.
//   - Nothing is judged by its exit code: a ratio that falls short is printed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"quicksync.me/desktop/bench/line"
	"quicksync.me/desktop/bench/sink"
)

const usage = `bench [FLAG…] [local|line]

  local   over loopback (the default)
  line    over an emulated line of 100 Mbit/s, 80 ms, 0 to 1 % loss; as root
`

// options are what the command line says.
type options struct {
	kind                         string
	quick, verify                bool
	repeats                      int
	workloads, variants, clients string
	out, to                      string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 1 && args[0] == "launch" {
		return launch(args[1:])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) == 4 && args[0] == "sink" {
		return sink.Serve(ctx, sink.Config{Host: args[1], Certificate: args[2], Key: args[3]}, os.Stdin, os.Stdout)
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	if err := enter(ctx); err != nil {
		return err
	}
	return compare(ctx, o)
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.quick, "quick", false, "small sizes, once: to see that everything works")
	flags.BoolVar(&o.verify, "verify", true, "prove the bytes by SHA-256 before")
	flags.IntVar(&o.repeats, "n", 0, "repeats; 0 means 5 over loopback and 1 over the line")
	flags.StringVar(&o.workloads, "workloads", "", "only these, with commas: idle, big, medium, small, down; line-big, line-small")
	flags.StringVar(&o.variants, "variants", "", "only these, with commas: https, http; loss in percent, such as 0,0.1,1")
	flags.StringVar(&o.clients, "clients", "", "only rows that begin with one of these, with commas, such as qs,minio")
	flags.StringVar(&o.out, "out", "out", "folder for files, programs and logs")
	flags.StringVar(&o.to, "to", "/dev/shm", "folder that fetched files go to; in memory, where a sync costs nothing")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch o.kind = flags.Arg(0); {
	case flags.NArg() > 1 || (o.kind != "" && o.kind != "local" && o.kind != "line"):
		return o, errors.New("it is either local or line")
	case o.kind == "":
		o.kind = "local"
	}
	if o.repeats == 0 {
		o.repeats = 1
		if o.kind == "local" && !o.quick {
			o.repeats = 5
		}
	}
	return o, nil
}

// entered is set for the second run of the program, the one in its namespace.
const entered = "BENCH_ENTERED"

// enter runs the program once more in a network namespace of its own, and then
// makes that ready. It does not return from the first.
func enter(ctx context.Context) error {
	if os.Getenv(entered) != "" {
		lossBased := line.LossBased()
		return errors.Join(
			exec.CommandContext(ctx, "ip", "link", "set", "lo", "up").Run(),
			exec.CommandContext(ctx, lossBased[0], lossBased[1:]...).Run(),
		)
	}
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		return err
	}
	space := []string{"unshare", "--net"}
	if exec.CommandContext(ctx, "unshare", "--net", "true").Run() != nil {
		space = []string{"unshare", "--user", "--map-root-user", "--net"}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append(append(space, "--", self), os.Args[1:]...)
	return fmt.Errorf("entering a network namespace: %w", syscall.Exec(unshare, args, append(os.Environ(), entered+"=1")))
}

// compare runs what was asked for, and prints the tables.
func compare(ctx context.Context, o options) error {
	b, err := newBench(o)
	if err != nil {
		return err
	}
	defer b.close()
	if o.kind == "line" {
		err = b.overLine(ctx)
	} else {
		err = b.overLoopback(ctx)
		b.required()
	}
	fmt.Fprintf(b.tables, "\nEvery run: %s\n", b.log.Name())
	return err
}

// newBench opens the log and the folders.
func newBench(o options) (*bench, error) {
	out, err := filepath.Abs(o.out)
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp(out, "run-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, work: work, bin: filepath.Join(out, "bin"), dataDir: filepath.Join(out, "data"), tables: os.Stdout, missing: map[string]bool{}}
	b.log, err = os.Create(filepath.Join(out, o.kind+"-"+time.Now().Format("20060102-150405")+".jsonl"))
	if err == nil {
		b.target, err = os.MkdirTemp(o.to, "bench-")
	}
	if err == nil {
		b.cert, err = sink.MakeCertificate(work, loopback, farEnd)
	}
	return b, err
}

// bench is one run of the program.
type bench struct {
	options
	work, bin, dataDir string
	// target is the folder that files are fetched to. What a run has left is
	// removed only when the next one begins: a virtual machine gives memory that
	// is free back to its host within moments, and to get it again takes longer
	// than the download.
	target  string
	cert    sink.Certificate
	log     *os.File
	tables  io.Writer
	results results
	missing map[string]bool // programs that were told to be
}

func (b *bench) close() {
	_ = b.log.Close()
	_ = errors.Join(os.RemoveAll(b.work), os.RemoveAll(b.target))
}

// wanted tells whether a name is in a list of the command line; an empty list
// wants everything.
func wanted(list, name string, matches func(name, word string) bool) bool {
	for word := range strings.SplitSeq(list, ",") {
		if list == "" || matches(name, word) {
			return true
		}
	}
	return false
}

func same(name, word string) bool { return name == word }
