package main

import (
	"errors"
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"quicksync.me/desktop/service/transfer/limit"
)

var (
	errRate = errors.New("write bytes a second, such as 500K or 2MB/s")
	errSlow = errors.New("that is less than 1 KiB a second")
)

// parseRate reads a number of bytes a second, such as 500K, 1.5M, 2MB/s or
// 2MiB/s; 0 is no limit. A letter alone stands for a power of 1024, as with
// curl, wget and rclone.
func parseRate(text string) (limit.Rates, error) {
	size := strings.TrimSuffix(text, "/s")
	if strings.LastIndexAny(size, "kKmMgG") == len(size)-1 {
		size += "iB"
	}
	n, err := humanize.ParseBytes(size)
	if err != nil || strings.Contains(size, ",") { // 1,5M is 1.5M to some, and 15M to others
		return limit.Rates{}, errRate
	}
	rate := int64(min(n, math.MaxInt64))
	some := strings.ContainsAny(size, "123456789") // a part of a byte is not nothing, which is no limit
	if some && rate < limit.MinRate {
		return limit.Rates{}, errSlow
	}
	return limit.Rates{Up: rate, Down: rate}, nil
}
