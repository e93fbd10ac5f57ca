//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"quicksync.me/desktop/bench/peers/peer"
	"quicksync.me/desktop/bench/sink"
)

// job is one run of a client.
type job struct {
	workload
	base   string // the server's address, without a path
	source string // what is sent
	target string // where a fetched file goes to
	home   string // an empty folder for whatever the client keeps
	cert   string // what the client trusts
}

// client is a row of the tables.
type client struct {
	name    string
	program string
	// checks is the integrity class: what is summed while a file is sent, and
	// keeps what is done besides while one is fetched.
	checks, keeps string
	// mode is how the server behaves for it.
	mode sink.Mode
	// args are the program's, for a job.
	args func(j job) []string
	// only are the workloads that it is for; empty for all but idle.
	only []string
	// free leaves the congestion control of the line to the client.
	free bool
}

// ours tells the rows of qs.
func (c client) ours() bool { return c.program == "qs" }

// fits tells whether the client takes part in a workload. That of idle is the
// measure for what is ours only.
func (c client) fits(w workload) bool {
	if w.name == "idle" || len(c.only) > 0 {
		return slices.Contains(c.only, w.name)
	}
	return true
}

// path finds the program: one that was built, or one that is installed.
func (c client) path(bin string) (string, error) {
	built := filepath.Join(bin, c.program)
	if _, err := os.Stat(built); err == nil {
		return built, nil
	}
	return exec.LookPath(c.program)
}

// Rows that the required ratios name.
const (
	rowOurs       = "qs"
	rowOursCRC    = "qs, CRC32C tags"
	rowOursNode   = "qs to a node"
	rowRclone     = "rclone"
	rowRcloneBest = "rclone, tuned"
	rowS5cmd      = "s5cmd"
	rowS5cmdBest  = "s5cmd, tuned"
	rowMinio      = "minio-go"
	rowMinioBest  = "minio-go, tuned"
	rowAWS        = "AWS SDK"
	rowAWSBest    = "AWS SDK, tuned"
	rowBare       = "bare net/http"
	rowBareCRC    = "bare net/http, CRC32C"
)

// locally are the workloads over loopback that send something.
var locally = []string{"big", "medium", "small"}

// allClients are the rows in the order of the tables.
func allClients() []client {
	crc, node := sink.Mode{CRCTags: true}, sink.Mode{Node: true, CRCTags: true}
	onLine := []string{"line-big", "line-small"}
	return []client{
		{name: rowOurs, program: "qs", checks: "nothing, once a tag has shown to be no sum", keeps: "CRC32C, journal, sync", args: qs, only: slices.Concat([]string{"idle", "down"}, onLine, locally)},
		{name: rowOursCRC, program: "qs", checks: "CRC32C, compared with the tag", mode: crc, args: qs, only: locally},
		{name: rowOursNode, program: "qs", checks: "CRC32C, compared with the tag", mode: node, args: qs, only: onLine},
		{name: rowOurs + ", its own congestion control", program: "qs", args: qs, only: onLine, free: true},
		{name: rowOursNode + ", its own congestion control", program: "qs", mode: node, args: qs, only: onLine, free: true},
		{name: rowRclone, program: "rclone", checks: "MD5; over http SHA-256 too", keeps: "nothing", args: rclone()},
		{name: rowRcloneBest, program: "rclone", checks: "nothing; over http SHA-256", keeps: "nothing", args: rclone(tuneRclone)},
		{name: rowS5cmd, program: "s5cmd", checks: "as the AWS SDK does, version 1", keeps: "nothing", args: s5cmd()},
		{name: rowS5cmdBest, program: "s5cmd", checks: "as the AWS SDK does, version 1", keeps: "nothing", args: s5cmd(tuneS5cmd)},
		{name: rowAWS, program: "aws", checks: "CRC32; over http SHA-256 too", keeps: "nothing", args: library()},
		{name: rowAWSBest, program: "aws", checks: "CRC32; over http SHA-256 too", keeps: "nothing", args: library(tuneLibrary)},
		{name: rowMinio, program: "minio", checks: "nothing; over http SHA-256", keeps: "nothing", args: library()},
		{name: rowMinioBest, program: "minio", checks: "nothing; over http SHA-256", args: library(tuneMinio), only: slices.Concat(onLine, locally)},
		{name: rowBare, program: "bare", checks: "nothing", keeps: "nothing", args: library(), only: slices.Concat([]string{"down"}, locally)},
		{name: rowBareCRC, program: "bare", checks: "CRC32C, compared with the tag", mode: crc, args: library(sumBare), only: locally},
	}
}

func qs(j job) []string {
	switch {
	case j.down:
		return []string{"get", sink.Offered, "-o", j.target}
	case j.files > 1:
		return []string{"send", "--each", j.source}
	default:
		return []string{"send", j.source}
	}
}

// tuning is what a peer is told besides its defaults.
type tuning func(j job) []string

func rclone(tune ...tuning) func(job) []string {
	return func(j job) []string {
		remote := "sink:" + peer.Bucket
		args := []string{"copy", j.source, remote}
		if j.down {
			args = []string{"copyto", remote + "/" + sink.Offered, j.target}
		}
		return append(args, tuned(j, tune)...)
	}
}

func tuned(j job, all []tuning) (args []string) {
	for _, tune := range all {
		args = append(args, tune(j)...)
	}
	return args
}

// tuneRclone: without the MD5, which it reads the file a second time for,
// without looking at the bucket and at what was sent, with the size of parts
// and the number side by side that were found to cost least.
func tuneRclone(j job) []string {
	args := []string{"--s3-disable-checksum", "--s3-no-check-bucket", "--s3-no-head"}
	switch {
	case j.down:
		return append(args, "--multi-thread-streams", "8", "--multi-thread-chunk-size", "32M")
	case j.small():
		return append(args, "--transfers", "64", "--checkers", "64", "--no-check-dest")
	case j.line:
		return append(args, "--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M", "--s3-upload-concurrency", "40")
	default:
		return append(args, "--s3-chunk-size", "64M", "--s3-upload-concurrency", "4")
	}
}

func s5cmd(tune ...tuning) func(job) []string {
	return func(j job) []string {
		args := append([]string{"--endpoint-url", j.base, "cp"}, tuned(j, tune)...)
		remote := "s3://" + peer.Bucket + "/"
		switch {
		case j.down:
			return append(args, remote+sink.Offered, j.target)
		case j.files > 1:
			return append(args, j.source+"/", remote)
		default:
			return append(args, j.source, remote)
		}
	}
}

func tuneS5cmd(j job) []string {
	if j.line {
		return []string{"--concurrency", "40", "--part-size", "5"}
	}
	return []string{"--concurrency", "8", "--part-size", "32"}
}

// library is the command line of the clients that are libraries.
func library(tune ...tuning) func(job) []string {
	return func(j job) []string {
		args := append([]string{"-endpoint", j.base, "-at-once", strconv.Itoa(j.atOnce)}, tuned(j, tune)...)
		if j.down {
			return append(args, "-get", sink.Offered, "-to", j.target)
		}
		return append(args, j.source)
	}
}

// tuneLibrary: more side by side.
func tuneLibrary(j job) []string {
	switch {
	case j.small():
		return []string{"-at-once", "64"}
	case j.line:
		return []string{"-threads", "40", "-part", fmt.Sprint(5 * mib)}
	default:
		return []string{"-threads", "8", "-part", fmt.Sprint(16 * mib)}
	}
}

// tuneMinio: it has most to gain from large parts.
func tuneMinio(j job) []string {
	if j.small() || j.line {
		return tuneLibrary(j)
	}
	return []string{"-threads", "4", "-part", fmt.Sprint(64 * mib)}
}

func sumBare(job) []string { return []string{"-crc"} }

// environment is the same for all clients: each reads its own of it.
func (j job) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + j.home, "SSL_CERT_FILE=" + j.cert,
		"QS_SERVER=" + j.base + "/v1", "QS_TOKEN=bench", "QUICKSYNC_HOME=" + j.home,
		"AWS_ACCESS_KEY_ID=" + peer.Access, "AWS_SECRET_ACCESS_KEY=" + peer.Secret, "AWS_REGION=" + peer.Region,
		"RCLONE_CONFIG_SINK_TYPE=s3", "RCLONE_CONFIG_SINK_PROVIDER=Other", "RCLONE_CONFIG_SINK_ENDPOINT=" + j.base,
		"RCLONE_CONFIG_SINK_ACCESS_KEY_ID=" + peer.Access, "RCLONE_CONFIG_SINK_SECRET_ACCESS_KEY=" + peer.Secret,
	}
}
