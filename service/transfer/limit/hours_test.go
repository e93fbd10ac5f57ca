package limit

import (
	"testing"
	"time"
	_ "time/tzdata" // zones with summer time, on every machine
)

// clocks are texts that are, or are not, a time of the day.
var clocks = map[string]string{
	"00:00": "00:00", "09:00": "09:00", "9:05": "09:05", "23:59": "23:59",
	"": "", "24:00": "", "12:60": "", "-1:00": "", "9": "", "09:00:00": "", "9.00": "", "noon": "", " 9:00": "", "009:00": "",
}

func TestParseClock(t *testing.T) {
	for text, want := range clocks {
		c, err := ParseClock(text)
		if (err == nil) != (want != "") || err == nil && c.String() != want {
			t.Errorf("%q is %v, %v; want %q", text, c, err, want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for text := range clocks {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseClock(text)
		if err != nil {
			return
		}
		if c < 0 || c > 1439 {
			t.Errorf("%q is minute %d", text, int(c))
		}
		if again, err := ParseClock(c.String()); again != c || err != nil {
			t.Errorf("%q is read as %v, and that as %v, %v", text, c, again, err)
		}
	})
}

// hours makes hours with a rate of their own.
func hours(t *testing.T, from, to string) Hours {
	t.Helper()
	h := Hours{Rates: Rates{Up: 1}}
	var err error
	if h.From, err = ParseClock(from); err != nil {
		t.Fatal(err)
	}
	if h.To, err = ParseClock(to); err != nil {
		t.Fatal(err)
	}
	return h
}

// What holds, and until when, is what a person with a clock on the wall would
// say; also where it is put forward or back.
func TestHours(t *testing.T) {
	for _, c := range []struct {
		from, to, now string
		in            bool
		until         string
	}{
		{"09:00", "17:00", "2026-01-15T08:59:59+01:00", false, "2026-01-15T09:00:00+01:00"},
		{"09:00", "17:00", "2026-01-15T09:00:00+01:00", true, "2026-01-15T17:00:00+01:00"},
		{"09:00", "17:00", "2026-01-15T16:59:59+01:00", true, "2026-01-15T17:00:00+01:00"},
		{"09:00", "17:00", "2026-01-15T17:00:00+01:00", false, "2026-01-16T09:00:00+01:00"},
		{"22:00", "06:00", "2026-01-15T21:59:00+01:00", false, "2026-01-15T22:00:00+01:00"},
		{"22:00", "06:00", "2026-01-15T23:30:00+01:00", true, "2026-01-16T06:00:00+01:00"},
		{"22:00", "06:00", "2026-01-16T00:00:00+01:00", true, "2026-01-16T06:00:00+01:00"},
		{"22:00", "06:00", "2026-01-16T06:00:00+01:00", false, "2026-01-16T22:00:00+01:00"},
		{"00:00", "23:59", "2026-01-15T12:00:00+01:00", true, "2026-01-15T23:59:00+01:00"},
		{"12:00", "00:00", "2026-01-15T12:00:00+01:00", true, "2026-01-16T00:00:00+01:00"},
		// On 29 March 2026 the clock goes from 02:00 to 03:00.
		{"22:00", "06:00", "2026-03-28T23:00:00+01:00", true, "2026-03-29T06:00:00+02:00"},
		{"02:30", "05:00", "2026-03-29T01:59:00+01:00", false, "2026-03-29T03:00:00+02:00"},
		{"01:00", "02:30", "2026-03-29T01:30:00+01:00", true, "2026-03-29T03:00:00+02:00"},
		{"02:10", "02:50", "2026-03-29T01:30:00+01:00", false, "2026-03-30T02:10:00+02:00"},
		// On 25 October 2026 it goes from 03:00 back to 02:00.
		{"02:30", "05:00", "2026-10-25T02:15:00+02:00", false, "2026-10-25T02:30:00+02:00"},
		{"02:30", "05:00", "2026-10-25T02:45:00+02:00", true, "2026-10-25T02:00:00+01:00"},
		{"02:30", "05:00", "2026-10-25T02:15:00+01:00", false, "2026-10-25T02:30:00+01:00"},
		{"02:30", "05:00", "2026-10-25T02:30:00+01:00", true, "2026-10-25T05:00:00+01:00"},
	} {
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		rates, until := Schedule{Hours: hours(t, c.from, c.to)}.at(now.In(zone))
		if (rates.Up == 1) != c.in || until.Format(time.RFC3339) != c.until {
			t.Errorf("%s–%s at %s: %v until %s, want %v until %s", c.from, c.to, c.now, rates.Up == 1, until.Format(time.RFC3339), c.in, c.until)
		}
	}
	if rates, until := (Schedule{Rates: Rates{Up: 7}, Hours: hours(t, "09:00", "09:00")}).at(time.Now()); rates.Up != 7 || !until.IsZero() {
		t.Errorf("no hours: %v until %v", rates, until)
	}
}

// soon are hours that begin in an hour and last for one, with a tenth of the
// rate that holds without them.
func soon() Schedule {
	now := clockOf(time.Now())
	return Schedule{
		Rates: Rates{Up: 10 << 20},
		Hours: Hours{From: (now + 60) % 1440, To: (now + 120) % 1440, Rates: Rates{Up: 1 << 20}},
	}
}

// tenSeconds is what a file that is sent for 10 s gets there.
func (l *line) tenSeconds() int64 {
	f := l.send("a", 1<<20, time.Millisecond)
	defer f.Close()
	time.Sleep(10 * time.Second)
	return f.bytes.Load()
}

// The rates change by the hour, each day anew.
func TestTheHourStrikes(t *testing.T) {
	onLine(t, Schedule{}, func(l *line) {
		l.Set(soon())
		for range 3 {
			l.near("before", l.tenSeconds(), 100<<20, 0.05)
			time.Sleep(time.Hour - 10*time.Second)
			l.near("in the hours", l.tenSeconds(), 10<<20, 0.05)
			time.Sleep(time.Hour - 10*time.Second)
			l.near("after", l.tenSeconds(), 100<<20, 0.05)
			time.Sleep(22*time.Hour - 10*time.Second)
		}
	})
}

// Hours without a limit lift the one that a read waits for.
func TestTheHourLiftsALimit(t *testing.T) {
	onLine(t, Schedule{}, func(l *line) {
		s := soon()
		s.Up, s.Hours.Up = MinRate, 0
		l.Set(s)
		time.Sleep(time.Hour - 10*time.Millisecond)
		r := l.Up(l.ctx, "a", endless{}, 1<<20)
		buf := make([]byte, 1<<20)
		for range 2 { // the first takes what was saved up
			if _, err := r.Read(buf); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		n, err := r.Read(buf)
		if took := time.Since(start); err != nil || n < 1<<19 || took > 10*time.Millisecond {
			t.Errorf("%d bytes after %v, %v", n, took, err)
		}
	})
}

// A timer that stood still while the computer slept does not matter: whoever
// reads looks at the wall. Nor does a clock that is put back.
func TestTheWallDecides(t *testing.T) {
	onLine(t, Schedule{}, func(l *line) {
		l.Set(soon())
		l.boundary.Stop()
		f := l.send("a", 1<<20, 0)
		time.Sleep(time.Hour)
		before := f.bytes.Load()
		time.Sleep(10 * time.Second)
		l.near("after the timer slept", f.bytes.Load()-before, 10<<20, 0.05)
	})
	onLine(t, Schedule{}, func(l *line) {
		s := soon()
		s.Up = 0
		l.Set(s)
		l.boundary.Stop()
		time.Sleep(time.Hour)
		l.near("where nothing was limited", l.tenSeconds(), 10<<20, 0.05)
	})
	onLine(t, Schedule{}, func(l *line) {
		l.Set(soon())
		// What was decided when the wall showed a later time.
		later := time.Now().Add(time.Hour)
		l.holding.Store(&span{later, later.Add(time.Hour)})
		l.up.set(1 << 20)
		l.near("after the clock was put back", l.tenSeconds(), 100<<20, 0.05)
	})
}

// A closed bandwidth changes no more, and holds no timer.
func TestClosedHoursDoNotStrike(t *testing.T) {
	onLine(t, Schedule{}, func(l *line) {
		l.Set(soon())
		l.Close()
		for _, when := range []string{"closed", "set again"} {
			time.Sleep(90 * time.Minute)
			if rate := l.up.rate.Load(); rate != 10<<20 {
				t.Errorf("%s, the rate is %d", when, rate)
			}
			l.Set(soon())
		}
	})
}
