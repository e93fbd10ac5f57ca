package limit

import (
	"fmt"
	"time"
)

// A Clock is a time of the day, in minutes since midnight: 0 to 1439.
type Clock int

// ParseClock reads a time such as 09:00 or 9:00, up to 23:59.
func ParseClock(text string) (Clock, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%.20q is no time of the day such as 09:00", text)
	}
	return clockOf(t), nil
}

// String returns the time as two digits, a colon and two digits.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// clockOf is what the clock on the wall shows.
func clockOf(t time.Time) Clock { return Clock(t.Hour()*60 + t.Minute()) }

// Hours are a part of the day and the rates that hold in it.
type Hours struct {
	// From is the first minute and To the one after the last. Where To is before
	// From the hours cross midnight; where both are the same there are none.
	From, To Clock
	Rates
}

// hold tells whether it is these hours when the wall shows c.
func (h Hours) hold(c Clock) bool {
	if h.From <= h.To {
		return h.From <= c && c < h.To
	}
	return c >= h.From || c < h.To
}

// horizon is how far ahead the next change is looked for: the clock going
// forward may skip one day's hours.
const horizon = 2 * 24 * 60

// at returns the rates that hold at a time and the time of the next change, which
// is zero where there is none. It walks from minute to minute as the wall shows
// them in the time's own zone, so that an hour that is skipped or that comes
// twice needs no rule.
func (s Schedule) at(now time.Time) (Rates, time.Time) {
	in := s.Hours.hold(clockOf(now))
	rates := s.Rates
	if in {
		rates = s.Hours.Rates
	}
	if s.Hours.From == s.Hours.To {
		return rates, time.Time{}
	}
	t := now.Truncate(time.Minute)
	for range horizon {
		t = t.Add(time.Minute)
		if s.Hours.hold(clockOf(t)) != in {
			break
		}
	}
	return rates, t
}
