package views

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"

	"quicksync.me/desktop/views/words"
)

const (
	ellipsis = "…"
	// longestName is as much of a name as is ever measured, in bytes: a
	// stranger's may be of ten megabytes.
	longestName = 512
	// longestEnding is the longest ending that counts as one, in runes.
	longestEnding = 12
)

// shown returns a name as it may be put on the screen. A name may come from a
// stranger: what would break a line, reorder the text around it or stay
// invisible becomes a replacement character, and of a huge one the beginning
// and the end are kept.
func shown(name string) string {
	if len(name) > longestName {
		name = name[:longestName*2/3] + ellipsis + name[len(name)-longestName/3:]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200d' || r == '\u200c': // joiners: emoji and several scripts need them
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name, string(unicode.ReplacementChar)))
}

// named is shown for the name of a file: one in which nothing can be seen is told
// in words.
func named(t *words.Catalogue, name string) string {
	name = shown(name)
	if strings.ContainsFunc(name, visible) {
		return name
	}
	return t.Text("row.nameless")
}

// blanks are letters that look like nothing: Hangul fillers and the empty pattern
// of Braille.
const blanks = "\u115f\u1160\u3164\uffa0\u2800"

func visible(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !strings.ContainsRune(blanks, r)
}

// ending returns the extension of a name with its dot, and with the second one
// of "archive.tar.gz"; empty where there is none worth keeping.
func ending(name string) string {
	last := path.Ext(name)
	if last == name || utf8.RuneCountInString(last) > longestEnding || last == "." {
		return ""
	}
	rest := strings.TrimSuffix(name, last)
	if second := path.Ext(rest); strings.EqualFold(second, ".tar") && second != rest {
		return second + last
	}
	return last
}

// measure returns the function that tells the width of a text.
func measure(size float32, style fyne.TextStyle) func(string) float32 {
	return func(text string) float32 { return fyne.MeasureText(text, size, style).Width }
}

// elideMiddle shortens a name to the width by leaving out its middle. The
// extension, with a few letters before it, stays for as long as it fits at all.
func elideMiddle(name string, width float32, measured func(string) float32) string {
	if width <= 0 || measured(name) <= width {
		return name
	}
	tail := ending(name)
	runes := []rune(strings.TrimSuffix(name, tail))
	if measured(ellipsis+tail) > width {
		return elideEnd(name, width, measured)
	}
	at := func(kept int) string {
		back := kept / 3
		return keepStart(runes, kept-back) + ellipsis + keepEnd(runes, back) + tail
	}
	return at(most(len(runes)-1, func(kept int) bool { return measured(at(kept)) <= width }))
}

// elideEnd shortens a text to the width by leaving out its end. A width of
// nothing means that there is no layout yet, and leaves the text as it is.
func elideEnd(text string, width float32, measured func(string) float32) string {
	if width <= 0 || measured(text) <= width {
		return text
	}
	runes := []rune(text)
	kept := most(len(runes)-1, func(kept int) bool {
		return measured(keepStart(runes, kept)+ellipsis) <= width
	})
	return keepStart(runes, kept) + ellipsis
}

// most returns the greatest number from 0 to limit that fits, where all below
// one that fits do too.
func most(limit int, fits func(int) bool) int {
	low, high := 0, max(limit, 0)
	for low < high {
		middle := (low + high + 1) / 2
		if fits(middle) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// keepStart and keepEnd cut runes without parting a letter from the marks that
// stand on it.
func keepStart(runes []rune, n int) string {
	for n > 0 && n < len(runes) && joins(runes[n]) {
		n--
	}
	return strings.TrimRight(string(runes[:n]), " ")
}

func keepEnd(runes []rune, n int) string {
	start := len(runes) - n
	for start < len(runes) && joins(runes[start]) {
		start++
	}
	return strings.TrimLeft(string(runes[start:]), " ")
}

func joins(r rune) bool { return unicode.Is(unicode.M, r) || r == '\u200d' }
