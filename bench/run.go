//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quicksync.me/desktop/bench/sink"
)

// patience is how long one run may take. The slowest peer needs five minutes on
// the worst line.
const patience = 15 * time.Minute

// record is one run, as the log has it.
type record struct {
	Workload, Variant, Client string
	// Repeat counts from 0.
	Repeat int
	sample
	// Bytes and Files that were moved.
	Bytes int64
	Files int
	// Err is why the run does not count; empty if it does.
	Err string `json:",omitempty"`
}

// group is one table: a workload on one kind of network.
type group struct {
	workload
	variant string
	host    string   // where the server listens
	server  []string // what stands before the server's command
	desk    []string // and before a client's
	base    func(sink.Addresses) string
	// ready prepares the network for a client; nil where there is nothing to do.
	ready func(ctx context.Context, c client) error
}

// measure runs all clients of a group, and prints their table.
func (b *bench) measure(ctx context.Context, g group) ([]client, error) {
	source, err := g.data(b.dataDir)
	if err != nil {
		return nil, err
	}
	clients := b.clientsFor(g.workload)
	if b.verify && g.size > 0 && !g.line {
		if err := b.verified(ctx, g, source, clients); err != nil {
			return nil, err
		}
	}
	server, err := b.serve(ctx, g)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	for repeat := range b.repeats {
		for _, c := range inTurn(clients, repeat) {
			r := record{Workload: g.name, Variant: g.variant, Client: c.name, Repeat: repeat, Bytes: g.bytes(), Files: g.files}
			r.sample, err = b.once(ctx, g, server, c, source, false)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			b.keep(r, err)
		}
	}
	return clients, nil
}

// inTurn returns the clients in the order of a repeat: A B C, then C B A.
func inTurn(clients []client, repeat int) []client {
	clients = slices.Clone(clients)
	if repeat%2 == 1 {
		slices.Reverse(clients)
	}
	return clients
}

func (b *bench) keep(r record, err error) {
	if err != nil {
		r.Err = err.Error()
		fmt.Fprintf(os.Stderr, "%s, %s, %s: %v\n", r.Workload, r.Variant, r.Client, err)
	} else {
		fmt.Fprintf(os.Stderr, "%-10s %-10s %-40s %8.3f s %7.2f CPU-s %5d MiB\n", r.Workload, r.Variant, r.Client, r.Seconds, r.CPU, r.RSS/mib)
	}
	_ = json.NewEncoder(b.log).Encode(r)
	b.results = append(b.results, r)
}

// clientsFor are those that take part. What is not installed is left out, and
// told once.
func (b *bench) clientsFor(w workload) (all []client) {
	for _, c := range allClients() {
		if !c.fits(w) || !wanted(b.clients, c.name, strings.HasPrefix) {
			continue
		}
		if _, err := c.path(b.bin); err != nil {
			if !b.missing[c.program] {
				fmt.Fprintf(os.Stderr, "%s is not installed: its rows are left out\n", c.program)
			}
			b.missing[c.program] = true
			continue
		}
		all = append(all, c)
	}
	return all
}

func (b *bench) serve(ctx context.Context, g group) (*sink.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	line := append(slices.Clone(g.server), self, "sink", g.host, b.cert.Path, b.cert.Key)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Stderr = os.Stderr
	return sink.Start(cmd)
}

// once runs a client and looks at what it has done.
func (b *bench) once(ctx context.Context, g group, server *sink.Process, c client, source string, prove bool) (s sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	j, clear, err := b.job(g, server, source)
	if err != nil {
		return s, err
	}
	defer clear()
	mode := c.mode
	mode.Keep = prove
	if g.down {
		mode.Offer, mode.Keep = source, false
	}
	if err := server.Reset(mode); err != nil {
		return s, err
	}
	if g.ready != nil {
		if err := g.ready(ctx, c); err != nil {
			return s, err
		}
	}
	program, err := c.path(b.bin)
	if err != nil {
		return s, err
	}
	if err := errors.Join(os.RemoveAll(b.target), os.Mkdir(b.target, 0o700)); err != nil {
		return s, err
	}
	if s, err = timed(ctx, g.desk, append([]string{program}, c.args(j)...), j.environment()); err != nil {
		return s, err
	}
	return s, j.arrived(server, prove)
}

// job makes a fresh home for one run; clear removes it.
func (b *bench) job(g group, server *sink.Process, source string) (j job, clear func(), err error) {
	home, err := os.MkdirTemp(b.work, "home-")
	if err != nil {
		return j, nil, err
	}
	j = job{
		workload: g.workload, base: g.base(server.Addresses), source: source,
		target: filepath.Join(b.target, sink.Offered), home: home, cert: b.cert.Path,
	}
	return j, func() { _ = os.RemoveAll(home) }, nil
}

// verified runs every client once and compares SHA-256 sums at both ends. Its
// server keeps what it takes, and is another than the one of the timed runs.
func (b *bench) verified(ctx context.Context, g group, source string, clients []client) error {
	server, err := b.serve(ctx, g)
	if err != nil {
		return err
	}
	defer server.Close()
	for _, c := range clients {
		if _, err := b.once(ctx, g, server, c, source, true); err != nil {
			return fmt.Errorf("%s, %s, %s: %w", g.name, g.variant, c.name, err)
		}
	}
	fmt.Fprintf(os.Stderr, "%s, %s: the bytes of all clients are right\n", g.name, g.variant)
	return nil
}

// arrived tells whether everything is where it should be, by number and size,
// and where it shall be proved by SHA-256.
func (j job) arrived(server *sink.Process, prove bool) error {
	if j.down {
		return j.fetched(prove)
	}
	report, err := server.Report()
	if err != nil {
		return err
	}
	if len(report.Objects) != j.files || report.Bytes < j.bytes() {
		return fmt.Errorf("%d of %d files arrived, %d of %d bytes", len(report.Objects), j.files, report.Bytes, j.bytes())
	}
	if !prove {
		return nil
	}
	sums, err := sumsUnder(j.source)
	if err != nil {
		return err
	}
	for _, o := range report.Objects {
		if sums[o.SHA256] == 0 {
			return fmt.Errorf("%d bytes arrived that nobody sent", o.Size)
		}
		sums[o.SHA256]--
	}
	return nil
}

func (j job) fetched(prove bool) error {
	info, err := os.Stat(j.target)
	if err != nil {
		return err
	}
	if info.Size() != j.size {
		return fmt.Errorf("%d of %d bytes arrived", info.Size(), j.size)
	}
	if !prove {
		return nil
	}
	got, err := sumOf(j.target)
	if err != nil {
		return err
	}
	if want, err := sumOf(j.source); err != nil || got != want {
		return errors.Join(errors.New("other bytes arrived than were offered"), err)
	}
	return nil
}

// sumsUnder counts the SHA-256 sums of a file or of the files in a folder.
func sumsUnder(path string) (map[string]int, error) {
	sums := map[string]int{}
	return sums, filepath.WalkDir(path, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		sum, err := sumOf(path)
		sums[sum]++
		return err
	})
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
