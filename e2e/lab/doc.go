// Package lab holds the tests of the compiled qs on bad lines: between it and a
// server that forgives nothing (internal/strict) stands a real Toxiproxy, and
// behind that the server's own faults. Whatever happens on the way, a file
// arrives once and whole, nothing is sent that a good client would not send,
// and nothing unfinished is left behind.
//
// The tests are built on Linux with the tag e2e; make e2e builds qs and fetches
// Toxiproxy first. With QUICKSYNC_SOAK their counts are those of a long run.
package lab
