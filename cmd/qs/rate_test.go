package main

import (
	"testing"
)

// sizes are what may be written for a rate, and what it is in bytes; -1 is
// refused.
var sizes = map[string]int64{
	"0": 0, "0.0": 0, "00K": 0, "1024": 1024, "500000": 500_000, "500K": 500 << 10, "500k": 500 << 10, "1.5M": 3 << 19, "2G": 2 << 30,
	"2MB/s": 2_000_000, "2 MB/s": 2_000_000, "2mb": 2_000_000, "2MiB/s": 2 << 20, "500kB/s": 500_000, "0.5 GiB": 1 << 29, "1M/s": 1 << 20,
	"9000PB": 9e18, "16EB": 1<<63 - 1,
	"": -1, "/s": -1, "K": -1, "fast": -1, "-1M": -1, "1,5M": -1, "2MB/min": -1, "2Mbit": -1, "1023": -1, "0.5K": -1, "0.5": -1, "0.0001K": -1, ".9": -1, "99999999EB": -1, "NaN": -1, "1e9": -1,
}

func TestParseRate(t *testing.T) {
	for text, want := range sizes {
		got, err := parseRate(text)
		if (err != nil) != (want < 0) || err == nil && (got.Up != want || got.Down != want) {
			t.Errorf("%q is %v, %v; want %d", text, got, err, want)
		}
	}
}

func FuzzParseRate(f *testing.F) {
	for text := range sizes {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := parseRate(text); err == nil && (got.Up < 0 || got.Up != got.Down || got.Up > 0 && got.Up < 1024) {
			t.Errorf("%q is %v", text, got)
		}
	})
}
