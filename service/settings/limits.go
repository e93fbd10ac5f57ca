package settings

import "quicksync.me/desktop/service/transfer/limit"

// Limits are in bytes a second, from limit.MinRate to limit.MaxRate; 0 is no
// limit.
type Limits struct {
	// Up bounds what is sent.
	Up int64 `json:"up"`
	// Down bounds what is received.
	Down int64 `json:"down"`
	// Hours have limits of their own.
	Hours Hours `json:"hours"`
}

// Hours are a part of each day, by the clock on the wall, and the limits that
// hold in it instead of the others.
type Hours struct {
	// From is the first minute, such as 09:00, and To the one after the last. Where
	// To is the earlier one the hours cross midnight. Without hours both are empty:
	// a time that is none, and two that are the same, are taken so.
	From string `json:"from"`
	// To is what From says.
	To string `json:"to"`
	// Up bounds what is sent; 0 is no limit.
	Up int64 `json:"up"`
	// Down bounds what is received; 0 is no limit.
	Down int64 `json:"down"`
}

// Schedule returns the limits as the engine takes them.
func (l Limits) Schedule() limit.Schedule {
	s := limit.Schedule{Rates: limit.Rates{Up: l.Up, Down: l.Down}}
	if from, to, ok := l.Hours.clocks(); ok {
		s.Hours = limit.Hours{From: from, To: to, Rates: limit.Rates{Up: l.Hours.Up, Down: l.Hours.Down}}
	}
	return s
}

// clocks tells whether there are hours, and which.
func (h Hours) clocks() (from, to limit.Clock, ok bool) {
	from, err := limit.ParseClock(h.From)
	if err != nil {
		return 0, 0, false
	}
	to, err = limit.ParseClock(h.To)
	return from, to, err == nil && from != to
}

// clamped returns l with every value in its bounds.
func (l Limits) clamped() Limits {
	l.Up, l.Down = limit.Bounded(l.Up), limit.Bounded(l.Down)
	l.Hours.Up, l.Hours.Down = limit.Bounded(l.Hours.Up), limit.Bounded(l.Hours.Down)
	if from, to, ok := l.Hours.clocks(); ok {
		l.Hours.From, l.Hours.To = from.String(), to.String()
	} else {
		l.Hours.From, l.Hours.To = "", ""
	}
	return l
}
