package views

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The marks between the clauses of a sentence, in all languages of the window, and
// those around a name, which may hold any of them.
var (
	pauses = []string{". ", ": ", "; ", " — ", dot, "。", "：", "、", "，"}
	quotes = "\"“”„«»「」『』"
)

// cutToClause shortens a sentence to the width by leaving out the clauses that do
// not fit: a short sentence says more than half of a long one. Where not even the
// first one fits, the end is left out.
func cutToClause(text string, width float32, measured func(string) float32) string {
	if width <= 0 || measured(text) <= width {
		return text
	}
	best := ""
	for at := range text {
		if begun := strings.TrimSpace(text[:at]); len(begun) > len(best) && pausesAt(text, at) && whole(begun) && measured(begun) <= width {
			best = begun
		}
	}
	if best == "" {
		return elideEnd(text, width, measured)
	}
	return best
}

// pausesAt tells whether a clause ends before the byte at: not after a number,
// which may be that of a day.
func pausesAt(text string, at int) bool {
	last, _ := utf8.DecodeLastRuneInString(text[:at])
	if unicode.IsDigit(last) {
		return false
	}
	for _, pause := range pauses {
		if strings.HasPrefix(text[at:], pause) {
			return true
		}
	}
	return false
}

// whole tells that no name was cut.
func whole(clause string) bool {
	marks := 0
	for _, r := range clause {
		if strings.ContainsRune(quotes, r) {
			marks++
		}
	}
	return marks%2 == 0
}
