package main_test

import (
	"os"
	"syscall"
)

// maxRSS is the most memory that a process that has ended had resident, in
// bytes; Linux counts it in KiB (getrusage(2)).
func maxRSS(p *os.ProcessState) int64 { return p.SysUsage().(*syscall.Rusage).Maxrss << 10 }
