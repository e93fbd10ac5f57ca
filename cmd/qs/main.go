// Command qs sends files to a QuickSync storage and fetches them from it,
// without a window: in terminals, on servers and in tests.
//
// It exits with 0 when all was done, 1 when something failed, and 2 when it was
// called in a way that it does not understand.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"quicksync.me/desktop/service/bundle"
	"quicksync.me/desktop/service/transfer/limit"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `qs gets files from a desk to a link.

  qs send FILE|FOLDER… [--each]       send files; a folder as one .zip, or each of its files
  qs resume                           go on with what was left unfinished
  qs list                             what the storage holds
  qs info KEY                         one file of it
  qs link KEY                         a link to a file, for everyone who has the link
  qs get KEY [-o PATH]                fetch a file, or go on with it
  qs rm KEY…                          delete files from the storage, for good
  qs node [--listen ADDR] [--data DIR] be a storage, until interrupted
  qs version                          which qs this is

  --limit-rate RATE  bytes a second that send, resume and get use at most:
                     500K, 1.5M (a letter alone is a power of 1024), 2MB/s, 2MiB/s
  --sha256 send and resume tell the SHA-256 of each file that they send too, and
           read it once more for that
  --json   one JSON object a line on standard output, and nothing else there
  --       ends the options

QS_SERVER (http://host/v1), QS_TOKEN and QS_SESSION name a server; QS_SERVER alone
may be an invitation to one (http://host/v1#key=TOKEN). Without them qs uses this
computer's own storage. QUICKSYNC_HOME says where that is kept.
QS_PATIENCE is how long a server may stay away before it is given up: 2m unless
it says otherwise. Time without a network does not count.
`

// garbage is how much of it may lie about, in per cent of what is in use: half of
// the usual, so that a queue of a hundred thousand files takes less than 200 MiB.
const garbage = 50

// interrupts end a command in order the first time, and at once the second time.
var interrupts = []os.Signal{os.Interrupt, syscall.SIGTERM}

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), interrupts...)
	go func() {
		<-ctx.Done()
		stop() // a second interrupt ends the program at once
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command is one run of the program.
type command struct {
	name   string
	args   []string
	json   bool
	output string      // get -o
	listen string      // node --listen
	data   string      // node --data
	each   bool        // send --each
	sha256 bool        // --sha256
	limit  limit.Rates // --limit-rate
	// archives are the folders that send and resume send as one.
	archives []*bundle.Lazy
	// kept tells that there is a journal, to go on from.
	kept   bool
	out    *output
	stderr io.Writer
	// end ends the command, with a cause.
	end context.CancelCauseFunc
}

// commands are the verbs, with how many arguments they take: at least, and at
// most where that is not negative.
var commands = map[string]struct {
	min, max int
	run      func(context.Context, *command) error
}{
	"send":    {1, -1, send},
	"resume":  {0, 0, resume},
	"list":    {0, 0, list},
	"info":    {1, 1, info},
	"link":    {1, 1, link},
	"get":     {1, 1, get},
	"rm":      {1, -1, remove},
	"node":    {0, 0, serve},
	"version": {0, 0, tellVersion},
}

// errUsage says that the command line is not understood.
var errUsage = errors.New("usage")

// errReported says that something failed and was told already.
var errReported = errors.New("something failed")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "qs: %v\n\n%s", err, usage)
		return exitUsage
	}
	ctx, c.end = context.WithCancelCause(ctx)
	defer c.end(nil)
	err = commands[c.name].run(ctx, c)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "qs: %v\n", err)
		return exitUsage
	case !errors.Is(err, errReported):
		fmt.Fprintf(stderr, "qs: %s\n", sentence(err))
	}
	return exitFailed
}

// parse reads the command line. Options may stand before and after the
// arguments, up to "--".
func parse(args []string, stdout, stderr io.Writer) (*command, error) {
	c := &command{stderr: stderr}
	flags := flag.NewFlagSet("qs", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&c.json, "json", false, "")
	flags.StringVar(&c.output, "o", "", "")
	flags.StringVar(&c.listen, "listen", "", "")
	flags.StringVar(&c.data, "data", "", "")
	flags.BoolVar(&c.each, "each", false, "")
	version := flags.Bool("version", false, "")
	flags.BoolVar(&c.sha256, "sha256", false, "")
	flags.Func("limit-rate", "", func(text string) (err error) {
		c.limit, err = parseRate(text)
		return err
	})
	words, err := split(flags, args)
	if err != nil {
		return nil, err
	}
	if *version {
		words = append([]string{"version"}, words...)
	}
	if len(words) == 0 {
		return nil, errors.New("say what to do")
	}
	if words[0] == "help" {
		return nil, flag.ErrHelp
	}
	c.name, c.args = words[0], words[1:]
	c.out = &output{w: stdout, json: c.json}
	return c, c.check(flags)
}

// split takes the options out of a command line and returns the rest.
func split(flags *flag.FlagSet, args []string) (words []string, err error) {
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if read := len(args) - len(rest); read > 0 && args[read-1] == "--" {
			return append(words, rest...), nil
		}
		if len(rest) == 0 {
			break
		}
		words, args = append(words, rest[0]), rest[1:]
	}
	return words, nil
}

// check says what does not belong to the command.
func (c *command) check(flags *flag.FlagSet) error {
	verb, ok := commands[c.name]
	switch {
	case !ok:
		return fmt.Errorf("there is no command %q", c.name)
	case len(c.args) < verb.min:
		return fmt.Errorf("%s needs to know what", c.name)
	case slices.Contains(c.args, ""): // as “$FILE” is where nothing has set it
		return fmt.Errorf("%s was given an empty name", c.name)
	case verb.max >= 0 && len(c.args) > verb.max:
		return fmt.Errorf("%s does not take %q", c.name, c.args[verb.max])
	}
	belongs := map[string][]string{
		"o": {"get"}, "listen": {"node"}, "data": {"node"}, "each": {"send"}, "sha256": {"send", "resume"}, "limit-rate": {"send", "resume", "get"},
	}
	var err error
	flags.Visit(func(f *flag.Flag) {
		if verbs := belongs[f.Name]; len(verbs) > 0 && !slices.Contains(verbs, c.name) {
			err = fmt.Errorf("-%s belongs to %s", f.Name, strings.Join(verbs, ", "))
		}
	})
	return err
}
