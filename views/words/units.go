package words

import (
	"math"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Number writes n with separators between the thousands.
func (c *Catalogue) Number(n int) string {
	return strings.ReplaceAll(humanize.Comma(int64(n)), ",", c.Text("number.group"))
}

// units are the ids of those that go-humanize writes.
var units = map[string]string{
	"B": "unit.B", "kB": "unit.kB", "MB": "unit.MB", "GB": "unit.GB", "TB": "unit.TB", "PB": "unit.PB", "EB": "unit.EB",
}

// size writes what go-humanize has written, "1.2 GB", the way the language
// does. Without its unit it stays a number.
func (c *Catalogue) size(written string) string {
	number, unit, _ := strings.Cut(written, " ")
	number = strings.ReplaceAll(number, ".", c.Text("number.decimal"))
	if unit == "" {
		return number
	}
	return c.Text("unit.size", Args{"N": number, "Unit": c.Text(units[unit])})
}

// Bytes writes a size in bytes in decimal units, with two digits that count;
// a negative size, which means that nobody told it, gives the empty string.
func (c *Catalogue) Bytes(n int64) string {
	if n < 0 {
		return ""
	}
	return c.size(humanize.Bytes(uint64(n)))
}

// ExactBytes writes a size to the byte.
func (c *Catalogue) ExactBytes(n int64) string { return c.Count("unit.bytes", int(n)) }

// Speed writes bytes a second; nothing for a speed that is not known yet.
func (c *Catalogue) Speed(perSecond float64) string {
	if perSecond < 1 || math.IsInf(perSecond, 0) || math.IsNaN(perSecond) {
		return ""
	}
	return c.Text("unit.speed", Args{"Size": c.size(humanize.BytesN(uint64(perSecond), 2))})
}

// Sent writes how much of a size is there, and the unit only once where both
// have the same: "12.4 of 20 MB". Below a hundred there is one decimal, which
// a whole number of tens does without.
func (c *Catalogue) Sent(done, total int64) string {
	if total < 0 {
		return c.Bytes(done)
	}
	part, whole := fine(done), fine(total)
	number, unit, _ := strings.Cut(whole, " ")
	if value, same, _ := strings.Cut(part, " "); same == unit {
		part = value
	}
	if len(number) == len("20.0") {
		whole = strings.TrimSuffix(number, ".0") + " " + unit
	}
	return c.Text("unit.sent", Args{"Done": c.size(part), "Total": c.size(whole)})
}

// fine writes a size with one decimal below a hundred.
func fine(n int64) string {
	size := uint64(max(n, 0))
	if short := humanize.BytesN(size, 2); strings.Contains(short, ".") {
		return short
	}
	return humanize.BytesN(size, 3)
}

// Ago tells how long before now a moment was, roughly, and its date when that
// is more than a week. A moment after now is taken for now: clocks differ.
func (c *Catalogue) Ago(t, now time.Time) string {
	switch past := now.Sub(t); {
	case past < time.Minute:
		return c.Text("ago.now")
	case past < time.Hour:
		return c.Text("ago.minutes", Args{"N": int(past / time.Minute)})
	case past < humanize.Day:
		return c.Text("ago.hours", Args{"N": int(past / time.Hour)})
	case past < 2*humanize.Day:
		return c.Text("ago.yesterday")
	case past < humanize.Week:
		return c.Count("ago.days", int(past/humanize.Day))
	default:
		return c.Date(t, now)
	}
}

// Lasting writes a time to go the way one says it: whole seconds below a
// minute, "about a minute", minutes, then hours and days. A negative one,
// which means unknown, gives the empty string.
func (c *Catalogue) Lasting(d time.Duration) string {
	minutes := int((d + 30*time.Second) / time.Minute)
	switch {
	case d < 0:
		return ""
	case d < 10*time.Second:
		return c.Text("last.seconds", Args{"N": max(1, int(math.Round(d.Seconds())))})
	case d < 53*time.Second:
		return c.Text("last.seconds", Args{"N": 5 * int(math.Round(d.Seconds()/5))})
	case minutes < 2:
		return c.Text("last.minute")
	case minutes < 60:
		return c.Text("last.minutes", Args{"N": minutes})
	case d >= 2*humanize.Day:
		return c.Count("last.days", int(math.Round(d.Hours()/24)))
	case minutes%60 == 0 || d >= 10*time.Hour:
		return c.Text("last.hours", Args{"N": int(math.Round(d.Hours()))})
	default:
		return c.Text("last.hoursMinutes", Args{"H": minutes / 60, "M": minutes % 60})
	}
}

// Left is Lasting with the word for what remains: "7 min left".
func (c *Catalogue) Left(d time.Duration) string {
	if d < 0 {
		return ""
	}
	return c.Text("last.left", Args{"Time": c.Lasting(d)})
}

var (
	weekdays = [...]string{
		"day.sunday", "day.monday", "day.tuesday", "day.wednesday",
		"day.thursday", "day.friday", "day.saturday",
	}
	months = [...]string{
		"month.1", "month.2", "month.3", "month.4", "month.5", "month.6",
		"month.7", "month.8", "month.9", "month.10", "month.11", "month.12",
	}
)

// Moment writes a day and a time of day in the person's time zone, always with
// the day of the week: "Tue 24 Nov, 14:05". The year is told where it is not
// the one of now.
func (c *Catalogue) Moment(t, now time.Time) string {
	t = t.Local()
	return c.Text("date.moment", Args{
		"Weekday": c.Text(weekdays[t.Weekday()]), "Date": c.Date(t, now), "Clock": c.Clock(t),
	})
}

// Date writes a day without its weekday, with the year where it is not the one
// of now.
func (c *Catalogue) Date(t, now time.Time) string {
	t = t.Local()
	args := Args{"Day": t.Day(), "Month": c.Text(months[t.Month()-1]), "Year": t.Year()}
	if t.Year() == now.Local().Year() {
		return c.Text("date.day", args)
	}
	return c.Text("date.dayYear", args)
}

// Clock writes the time of day.
func (c *Catalogue) Clock(t time.Time) string { return t.Local().Format(c.Text("date.clock")) }
