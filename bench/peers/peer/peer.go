// Package peer is what the clients that are libraries share: a command line,
// and files sent side by side.
package peer

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// Bucket and Region are where all S3 clients send to; Access and Secret are
// what they sign with.
const (
	Bucket = "bench"
	Region = "us-east-1"
	Access = "bench"
	Secret = "bench-secret"
)

// Job is what a client is asked to do.
type Job struct {
	// Endpoint is the base address of the server.
	Endpoint *url.URL
	// Files to send; a folder stands for the files in it.
	Files []string
	// Get, where set, is the key to fetch, and To the path it goes to.
	Get, To string
	// AtOnce is how many files are sent side by side.
	AtOnce int
	// Threads is how many parts of a file are on their way at once, and Part
	// their size in bytes; 0 is the library's default.
	Threads int
	Part    int64
	// CRC has the client make a CRC32C of what it sends, where it knows how.
	CRC bool
}

// Main runs a client with the job of the command line, and ends the process
// with 1 if it fails.
func Main(run func(context.Context, Job) error) {
	j, err := parse()
	if err == nil {
		err = run(context.Background(), j)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func parse() (j Job, err error) {
	endpoint := flag.String("endpoint", "", "base address of the server")
	flag.StringVar(&j.Get, "get", "", "key to fetch")
	flag.StringVar(&j.To, "to", "", "path to fetch it to")
	flag.IntVar(&j.AtOnce, "at-once", 1, "files side by side")
	flag.IntVar(&j.Threads, "threads", 0, "parts of a file at once")
	flag.Int64Var(&j.Part, "part", 0, "bytes of a part")
	flag.BoolVar(&j.CRC, "crc", false, "make a CRC32C")
	flag.Parse()
	if j.Endpoint, err = url.Parse(*endpoint); err != nil {
		return j, err
	}
	for _, path := range flag.Args() {
		files, err := expand(path)
		if err != nil {
			return j, err
		}
		j.Files = append(j.Files, files...)
	}
	return j, nil
}

// expand returns the files of a folder, or the one file.
func expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	return filepath.Glob(filepath.Join(path, "*"))
}

// Each sends the files side by side, and returns the first error.
func (j Job) Each(ctx context.Context, send func(ctx context.Context, path string) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(j.AtOnce)
	for _, path := range j.Files {
		g.Go(func() error { return send(ctx, path) })
	}
	return g.Wait()
}
